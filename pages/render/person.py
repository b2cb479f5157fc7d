"""Who looks at this page."""

from __future__ import annotations

from contextlib import suppress
from typing import Literal

import streamlit as st

from core.errors import LoginEnded, TabletalkError
from core.identity import cookie
from core.models.person import Person
from core.wiring import App, Visit, application
from pages.render import state
from pages.render.text import label

_LOGIN_COOKIE = "_streamlit_user"


def visit() -> Visit:
    """The process as the person of this tab may use it. Raises LoginEnded, ConfigError and StoreUnavailable."""
    app = application()
    return app.visit(current(app))


def is_admin() -> bool:
    """Whether this page may offer what is for admins; what it leads to asks again."""
    try:
        return current(application()).admin
    except TabletalkError:  # the page itself says what is wrong
        return False


def current(app: App) -> Person:
    """The person of this tab, asked once per run; may be called anywhere, in callbacks too.

    A browser that keeps no cookie is a guest as long as the tab is open. Raises LoginEnded for a sign-in that counts no longer,
    and StoreUnavailable.
    """
    sent = (state.cookies(), state.headers(), state.claims())

    def identify() -> Person:
        cookies, headers, claims = sent
        if app.settings.identity.providers and claims.get("is_logged_in") is not True and _LOGIN_COOKIE in cookies:
            raise LoginEnded("Your sign-in has ended.", "Sign in again to go on where you are.")
        found = app.identity.identify(cookies, headers, claims)
        return found or _tab_guest(app)

    return state.person(sent, identify)


def greet(app: App) -> None:
    """At the start of every run; notes a new sign-in. Raises LoginEnded: then nothing is to be drawn."""
    state.forget_person()
    who = current(app)
    if state.greet(who.id) and app.identity.is_new_login(who, state.claims()):
        app.visit(who).work.signed_in()


def before_sign_in(app: App) -> Person | None:
    """The guest this browser is while nobody has signed in; None where it keeps no cookie."""
    return app.identity.guest(state.cookies())


def still(visit: Visit, *, anew: bool = False) -> None:
    """Before a click or a redraw of a part counts: the person it was drawn for still sits here. Raises LoginEnded.

    Asked anew it holds for this very moment, otherwise for a moment of the last second: a run draws many parts.
    """
    if anew:
        state.forget_person()
    if current(application()).id != visit.person.id:
        raise LoginEnded("Somebody else is signed in in this browser now.", "Reload the page to go on.")


def _tab_guest(app: App) -> Person:
    found = app.identity.guest({cookie.NAME: state.tab_cookie(app.identity.cookie.make)})
    assert found is not None  # it was signed here
    return found


def rename(app: App, name: str) -> None:
    """Gives a guest the name others see. Raises QuestionError for none."""
    app.identity.rename(current(app), name)
    state.forget_person()


def sign_in(app: App, provider: str) -> None:
    """Goes to the provider; the way leads back to this very page."""
    browser = app.identity.cookie.browser(state.cookies())
    if browser:
        app.identity.ways_back.keep(browser, *state.place())
    st.login(provider or None)


def sign_out(app: App) -> None:
    """In every tab; also out of a sign-in that has ended."""
    with suppress(LoginEnded):
        who = current(app)
        app.identity.end_login(who, state.claims())
        app.visit(who).work.signed_out()
    st.logout()


def sign_in_buttons(app: App, key: str, *, kind: Literal["primary", "secondary"] = "secondary") -> None:
    """One per provider; none where nobody signs in here."""
    for name in app.settings.identity.providers:
        title = f"Sign in with {label(name.capitalize())}" if name else "Sign in"
        st.button(title, icon=":material/login:", key=f"{key}-{name}", type=kind, on_click=sign_in, args=(app, name))
