"""Taking along: what a browser's guest made becomes that of whom they signed in as, when they say so."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from core.errors import TabletalkError
from core.models import Person, PersonKind
from core.wiring import App
from pages.render import person, state
from pages.render.text import count, escape

_FAILED = "taking"


def draw(app: App, key: str, *, kind: Literal["primary", "secondary"] = "secondary") -> None:
    """The offer; nothing where there is nothing to take."""
    who = person.current(app)
    guest = None if who.kind is PersonKind.BROWSER else person.before_sign_in(app)
    number = app.visit(who).work.of_guest(guest) if guest else 0
    if guest is None or not number:
        return
    many = number > 1
    st.caption(f"{count(number, 'session')} {'were' if many else 'was'} made in this browser before you signed in.")
    if (error := state.flashed(_FAILED)) is not None:
        st.html(f'<p class="tt-note"><strong>{escape(error.message)}</strong> {escape(error.hint)}</p>')
    title = "Take them along" if many else "Take it along"
    st.button(title, icon=":material/move_item:", key=f"{key}-taking", type=kind, on_click=_take, args=(app, guest))


def is_left_behind(app: App, session_id: str) -> bool:
    """Whether the person of this tab made that session before they signed in."""
    guest = person.before_sign_in(app)
    return guest is not None and app.visit(person.current(app)).work.left_behind(guest, session_id)


def _take(app: App, guest: Person) -> None:
    try:
        app.visit(person.current(app)).work.take_along(guest)
    except TabletalkError as error:
        state.flash(error, _FAILED)
