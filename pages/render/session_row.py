"""One row of the list: opened by its title, renamed in place, everything else in its menu."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import streamlit as st

from core.models import SessionListing, SessionStatus
from core.wiring import Visit
from pages.render import actions, expiry, state
from pages.render.text import ago, count, escape, label, shortened

UNTITLED = "New session"
TITLE_LENGTH = 80
NEAR = timedelta(hours=8)
"""So long before its end a row says when that is."""


def draw(visit: Visit, one: SessionListing) -> bool:
    """Whether its title was clicked."""
    opened = False
    with st.container(border=True, key=f"row-{one.id}", horizontal=True, vertical_alignment="center", gap="small"):
        st.checkbox(f"Select {label(title(one))}", key=pick_key(one), label_visibility="collapsed", width="content")
        with st.container(gap=None, key=f"row-words-{one.id}"):
            if state.renamed() == one.id:
                _rename(visit, one)
            else:
                icon = ":material/keep:" if one.pinned else None
                opened = st.button(label(title(one)), key=f"session-{one.id}", type="tertiary", icon=icon, wrap=True)
            st.html(f'<p class="tt-meta">{escape(_facts(visit, one))}</p>')
            if one.preview and one.preview != one.title:
                st.html(f'<p class="tt-meta">“{escape(shortened(one.preview, 120))}”</p>')
        _menu(visit, one)
    return opened


def title(one: SessionListing) -> str:
    return shortened(one.title or UNTITLED, 90)


def pick_key(one: SessionListing) -> str:
    return f"pick-{one.id}"


def is_mine(visit: Visit, one: SessionListing) -> bool:
    return one.owner == visit.person.id


def _facts(visit: Visit, one: SessionListing) -> str:
    owner = "" if is_mine(visit, one) else f"by {one.owner_name or 'somebody else'}"
    tokens = count(one.tokens, "token") if one.tokens else ""
    parts = (owner, one.connection, count(one.turn_count, "question"), ago(one.updated), tokens, _life(one))
    return " · ".join(part for part in parts if part)


def _life(one: SessionListing) -> str:
    match one.status:
        case SessionStatus.EXPIRED:
            return "expired"
        case SessionStatus.CLOSED:
            return "closed"
        case SessionStatus.PROCESSING:
            return "working…"
    return f"expires {expiry.left(one.expires)}" if one.expires - datetime.now(UTC) < NEAR else ""


def _rename(visit: Visit, one: SessionListing) -> None:
    key = f"rename-{one.id}"
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"renaming-{one.id}"):
        st.text_input(
            "Title",
            one.title,
            key=key,
            max_chars=TITLE_LENGTH,
            label_visibility="collapsed",
            on_change=_renamed,
            args=(visit, one.id, key),
        )
        st.button("Save", key=f"rename-yes-{one.id}", on_click=_renamed, args=(visit, one.id, key))
        st.button("Cancel", key=f"rename-no-{one.id}", type="tertiary", on_click=state.rename_in_place, args=("",))


def _renamed(visit: Visit, session_id: str, key: str) -> None:
    """By Enter or by Save, whichever comes first."""
    wanted = str(state.value(key, "") or "").strip()
    if state.renamed() == session_id:
        state.rename_in_place("")
        if wanted:
            actions.rename(visit, session_id, wanted)


def _menu(visit: Visit, one: SessionListing) -> None:
    key = f"menu-{one.id}"
    st.menu_button(
        "",
        _offers(visit, one),
        icon=":material/more_vert:",
        type="tertiary",
        key=key,
        on_click=_chosen,
        args=(visit, one, key),
    )


def _offers(visit: Visit, one: SessionListing) -> list[str]:
    """Of somebody else's session only what is one's own: its place in the list."""
    pin = "Unpin" if one.pinned else "Pin"
    if not is_mine(visit, one):
        return [pin]
    keep = [] if one.kept else [f"Keep for {visit.settings.session_keep_s / 86_400:.0f} days"]
    if one.status is SessionStatus.EXPIRED:
        return [pin, "Revive", *keep, "Delete"]
    return [pin, "Rename", "Extend", *keep, "Reopen" if one.status is SessionStatus.CLOSED else "Close", "Delete"]


def _chosen(visit: Visit, one: SessionListing, key: str) -> None:
    match str(state.value(key)).split()[0]:
        case "Pin" | "Unpin" as what:
            actions.pin(visit, one.id, what == "Pin")
        case "Extend" | "Revive":
            actions.extend(visit, one.id)
        case "Keep":
            actions.keep(visit, one.id)
        case "Rename":
            state.rename_in_place(one.id)
        case "Close":
            actions.close(visit, one.id)
        case "Reopen":
            actions.reopen(visit, one.id)
        case "Delete":
            actions.delete(visit, {one.id: title(one)})
