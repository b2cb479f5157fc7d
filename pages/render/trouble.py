"""Errors as a person reads them: what happened, what to do, a button that does it; details folded away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st

from core.errors import (
    AdminsOnly,
    InvalidSessionId,
    LoginEnded,
    NoAccess,
    SessionError,
    SessionNotFound,
    SignInNeeded,
    StoreUnavailable,
    TabletalkError,
)
from core.wiring import application
from pages.render import person, state, taking
from pages.render.text import escape

_TITLES: tuple[tuple[type[TabletalkError], str], ...] = (
    (InvalidSessionId, "This link is not complete"),
    (SessionNotFound, "This session is not here"),
    (LoginEnded, "Please sign in again"),
    (SignInNeeded, "Please sign in"),
    (NoAccess, "This session is not yours to see"),
    (AdminsOnly, "This page is for admins"),
    (StoreUnavailable, "Tabletalk cannot reach its memory"),
)

_LEFT_BEHIND = NoAccess("You made this session as a guest.", "Take it along to go on with it as who you are now.")


@contextmanager
def guarded() -> Iterator[None]:
    """Catches the root of the error tree: within the block it becomes a drawing that stands for the whole page."""
    try:
        yield
    except TabletalkError as error:
        page(error)


@contextmanager
def guarded_part(key: str) -> Iterator[None]:
    """The same for a fragment, whose page stands around it; `key` tells it from the others of the page.

    Who may not see what a fragment shows may not see the rest of the page either: it is drawn again as a whole, and says why.
    """
    try:
        yield
    except (SessionError, LoginEnded, AdminsOnly):
        st.rerun()
    except TabletalkError as error:
        with st.container(border=True, key=f"trouble-{key}"):
            words(error.message, error.hint)
            st.button("Try again", icon=":material/refresh:", key=f"trouble-again-{key}")
            details(error.detail, key=f"trouble-details-{key}")


def page(error: TabletalkError) -> None:
    """An error that leaves nothing else to show, with the way on."""
    title = next((words for kind, words in _TITLES if isinstance(error, kind)), "That did not work")
    if isinstance(error, NoAccess) and taking.is_left_behind(application(), state.session_id()):
        title, error = "Made before you signed in", _LEFT_BEHIND
    with st.container(border=True, key="trouble"):
        st.html(f'<p class="tt-title">{escape(title)}</p>')
        words(error.message, error.hint)
        with st.container(horizontal=True):
            if isinstance(error, InvalidSessionId | SessionNotFound):
                st.button("Start a new session", type="primary", on_click=state.go_to_session, args=("",), key="trouble-new")
                st.page_link("sessions.py", label="See all sessions", icon=":material/list:")
            elif isinstance(error, LoginEnded | SignInNeeded | NoAccess | AdminsOnly):
                _who_else(error)
            else:
                st.button("Try again", type="primary", icon=":material/refresh:", key="trouble-again")
        details(error.detail, key="trouble-details")


def _who_else(error: TabletalkError) -> None:
    """Ways on for whom this page takes for the wrong person."""
    app = application()
    if isinstance(error, LoginEnded):
        person.sign_in_buttons(app, "again", kind="primary")
        st.button("Go on as a guest", key="trouble-guest", on_click=person.sign_out, args=(app,))
        return
    taking.draw(app, "trouble", kind="primary" if error is _LEFT_BEHIND else "secondary")
    if not person.current(app).signed_in:
        person.sign_in_buttons(app, "trouble-in", kind="primary")
    st.button("Start a new session", on_click=state.go_to_session, args=("",), key="trouble-new")


def inline(error: TabletalkError, *, key: str, retry: Callable[[], None] | None = None) -> None:
    """An error of one part of a page."""
    words(error.message, error.hint)
    if retry is not None:
        st.button("Try again", icon=":material/refresh:", on_click=retry, key=f"{key}-again")
    details(error.detail, key=f"{key}-details")


def words(message: str, hint: str = "") -> None:
    body = f'<p class="tt-note"><strong>{escape(message)}</strong></p>'
    st.html(body + (f'<p class="tt-note">{escape(hint)}</p>' if hint else ""))


def details(text: str, *, key: str) -> None:
    """The technical text, for whoever must report it."""
    if text:
        with st.expander("Details", key=key, type="compact", on_change="rerun") as fold:
            if fold.open:
                st.code(text, language=None, wrap_lines=True)
