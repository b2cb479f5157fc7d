"""The account: who this page takes one for, at the foot of the sidebar on every page."""

from __future__ import annotations

import streamlit as st

from core.errors import TabletalkError
from core.identity.words import LONGEST
from core.models.person import Person, PersonKind
from core.wiring import App
from pages.render import person, state, taking, trouble
from pages.render.text import escape, label, shortened

_NAME = "account-name"


def draw(app: App) -> None:
    who = person.current(app)
    with st.sidebar:
        with st.container(key="account-take", gap="small"):
            taking.draw(app, "account")
        with st.popover(label(shortened(who.name, 28)), icon=":material/person:", type="tertiary", key="account"):
            _body(app, who)


def _body(app: App, who: Person) -> None:
    if who.kind is PersonKind.BROWSER:
        _guest(app, who)
        return
    lines = [f"<strong>{escape(who.name)}</strong>"]
    lines += [escape(who.email)] if who.email and who.email != who.name else []
    lines += ["You may read the audit."] if who.admin else []
    st.html("".join(f'<p class="tt-note">{line}</p>' for line in lines))
    if who.kind is PersonKind.LOGIN:
        st.button("Sign out", icon=":material/logout:", key="sign-out", on_click=person.sign_out, args=(app,))
    else:
        st.caption("You are signed in by the way you came here.")


def _guest(app: App, who: Person) -> None:
    if app.settings.identity.providers:
        st.caption("You are a guest: your sessions are kept for this browser alone.")
        person.sign_in_buttons(app, "sign-in")
    else:
        st.caption("Your sessions are kept for this browser.")
    if (error := state.flashed(_NAME)) is not None:
        trouble.words(error.message, error.hint)
    with st.form("account-form", border=False):
        st.text_input("Your name, as others see it", key=_NAME, max_chars=LONGEST, placeholder=who.name)
        st.form_submit_button("Save", key="account-save", on_click=_rename, args=(app,))


def _rename(app: App) -> None:
    try:
        person.rename(app, str(state.value(_NAME, "")))
    except TabletalkError as error:
        state.flash(error, _NAME)
