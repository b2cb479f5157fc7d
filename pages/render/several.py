"""Several sessions at once: what can be done with the ones that are ticked, and the undo of a delete."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from core.models import SessionListing, SessionStatus
from core.wiring import Visit
from pages.render import actions, session_row, state
from pages.render.text import count, escape


def ticked(rows: Sequence[SessionListing]) -> list[SessionListing]:
    return [one for one in rows if state.value(session_row.pick_key(one), False)]


def draw(visit: Visit, rows: Sequence[SessionListing], total: int) -> None:
    """The number of sessions; with some of them ticked, what can be done with those."""
    chosen = ticked(rows)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="several"):
        every = len(chosen) == len(rows)
        args = (rows, not every)
        title = "Select none" if every else "Select all"
        if not chosen:
            st.caption(count(total, "session"))
            st.button("Select all", key="several-all", type="tertiary", on_click=_tick, args=args)
            return
        st.caption(f"{len(chosen)} of {count(total, 'session')} selected")
        st.button(title, key="several-all", type="tertiary", on_click=_tick, args=args)
        own = [one for one in chosen if session_row.is_mine(visit, one)]
        live = [one for one in own if one.status is not SessionStatus.EXPIRED]
        _each("Pin", "keep", visit, rows, [one for one in chosen if not one.pinned], _pin)
        _each("Close", "lock", visit, rows, [one for one in live if one.status is not SessionStatus.CLOSED], _close)
        _each("Reopen", "lock_open", visit, rows, [one for one in live if one.status is SessionStatus.CLOSED], _reopen)
        _each("Delete", "delete", visit, rows, own, _delete)


def undo(visit: Visit) -> None:
    """Says what was deleted last and offers to take that back."""
    gone = state.deleted()
    if not gone:
        return
    what = f"“{next(iter(gone.values()))}” was deleted." if len(gone) == 1 else f"{len(gone)} sessions were deleted."
    with st.container(border=True, horizontal=True, vertical_alignment="center", gap="small", key="undo"):
        st.html(f'<p class="tt-note">{escape(what)} This can be undone for ten minutes.</p>')
        st.button("Undo", icon=":material/undo:", key="undo-yes", on_click=actions.undelete, args=(visit,))
        st.button(
            "",
            icon=":material/close:",
            key="undo-no",
            type="tertiary",
            help="Put this note away",
            on_click=state.note_deleted,
            args=({},),
        )


Act = Callable[[Visit, list[SessionListing]], Any]


def _each(title: str, icon: str, visit: Visit, rows: Sequence[SessionListing], those: list[SessionListing], act: Act) -> None:
    """A button for the ones among the ticked to which it applies; it says how many where that is not all of them."""
    if those:
        key, args = f"several-{title.lower()}", (visit, those, act, rows)
        words = title if len(those) == len(ticked(rows)) else f"{title} {len(those)}"
        st.button(words, icon=f":material/{icon}:", key=key, type="tertiary", on_click=_do, args=args)


def _do(visit: Visit, those: list[SessionListing], act: Act, rows: Sequence[SessionListing]) -> None:
    act(visit, those)
    _tick(rows, False)


def _tick(rows: Sequence[SessionListing], on: bool) -> None:
    for one in rows:
        state.set_value(session_row.pick_key(one), on)


def _pin(visit: Visit, those: list[SessionListing]) -> None:
    for one in those:
        actions.pin(visit, one.id, True)


def _close(visit: Visit, those: list[SessionListing]) -> None:
    for one in those:
        actions.close(visit, one.id)


def _reopen(visit: Visit, those: list[SessionListing]) -> None:
    for one in those:
        actions.reopen(visit, one.id)


def _delete(visit: Visit, those: list[SessionListing]) -> None:
    actions.delete(visit, {one.id: session_row.title(one) for one in those})
