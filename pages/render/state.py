"""The only door to st.session_state and st.query_params: what a tab remembers, and what its address says."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Literal, cast

import streamlit as st

from core.errors import TabletalkError
from core.models import Person, ShareLink

Theme = Literal["light", "dark"]

PICK_ENGINE, PICK_CONNECTION = "pick-engine", "pick-connection"
"""Keys of the two controls."""
_OPEN, _SEEN, _FLASH, _ENGINE, _CONNECTION = "open_cards", "seen", "flash", "engine", "connection"
_RENAMED, _DELETED = "renamed", "deleted"
_PERSON, _TAB, _PAGE, _GREETED = "person", "tab", "page", "greeted"
_SAME_RUN_S = 1.0
_HEARD, _WHOLE = "heard", "whole"
_AUDITED = "audit-shown"


def session_id() -> str:
    """The session of the address, unchecked; empty for a new one."""
    return st.query_params.get("session", "")


def share_token() -> str:
    """The token of the link by which this tab came, unchecked; empty where it did not."""
    return st.query_params.get("share", "")


def drop_share_token() -> None:
    """Once come by, the session's address alone is enough, and what is copied from it lets nobody in."""
    del st.query_params["share"]


def go_to_session(identifier: str) -> None:
    """Puts a session into the address; an empty id starts a new one."""
    if identifier:
        st.query_params["session"] = identifier
    else:
        st.query_params.clear()
    st.session_state.pop(_OPEN, None)


def open_cards(session: str, latest: tuple[str, ...]) -> set[str]:
    """Ids of the turns shown open: the latest at first sight and every one since, so that nothing folds under the eyes."""
    seen = st.session_state.get(_OPEN)
    if seen is None or seen[0] != session:
        seen = st.session_state[_OPEN] = (session, set())
    cards = cast("set[str]", seen[1])
    cards.update(latest)
    return cards


def first_sight(session: str) -> bool:
    """Whether this tab has drawn no card of that session yet, or another session since. Ask before open_cards."""
    seen = st.session_state.get(_OPEN)
    return seen is None or seen[0] != session


def flash(error: TabletalkError, part: str = "") -> None:
    """Keeps an error of a callback for the next drawing, of one part of the page or of the whole."""
    st.session_state[_FLASH + part] = error


def flashed(part: str = "") -> TabletalkError | None:
    """The error of the last callback, once."""
    return cast("TabletalkError | None", st.session_state.pop(_FLASH + part, None))


def engine(default: str) -> str:
    """The engine picked. The control's own value comes first: a question may be sent before the script has run again."""
    return str(st.session_state.get(PICK_ENGINE) or st.session_state.get(_ENGINE) or default)


def set_engine(name: str) -> None:
    """Keeps the choice for pages that do not draw the control."""
    st.session_state[_ENGINE] = name


def connection(default: str, names: tuple[str, ...]) -> str:
    """The connection picked for the next new session."""
    picked = str(st.session_state.get(PICK_CONNECTION) or st.session_state.get(_CONNECTION) or default)
    return picked if picked in names else default


def set_connection(name: str) -> None:
    st.session_state[_CONNECTION] = name


def renamed() -> str:
    """The session whose title is being changed in the list, or ""."""
    return str(st.session_state.get(_RENAMED, ""))


def rename_in_place(identifier: str) -> None:
    st.session_state[_RENAMED] = identifier


def deleted() -> dict[str, str]:
    """Sessions this tab deleted last, until they were brought back or the note was put away: id → title."""
    return cast("dict[str, str]", st.session_state.get(_DELETED, {}))


def note_deleted(titles: dict[str, str]) -> None:
    st.session_state[_DELETED] = titles


def value(key: str, default: Any = None) -> Any:
    """What the widget of that key holds, the default where it is not drawn."""
    return st.session_state.get(key, default)


def set_value(key: str, to: Any) -> None:
    """Before the widget of that key is drawn: what it will hold."""
    st.session_state[key] = to


def forget(*keys: str) -> None:
    """Widgets of these keys start again from their defaults."""
    for key in keys:
        st.session_state.pop(key, None)


def address() -> str:
    """The address of the chat page, without a session."""
    url = st.context.url or ""
    return url.split("?")[0]


def share_link(link: ShareLink) -> str:
    """The address a teammate opens to come by that link."""
    return f"{address().rstrip('/')}/?session={link.session_id}&share={link.token}"


def cookies() -> dict[str, str]:
    """What the browser sent as this page connected."""
    return dict(st.context.cookies)


def headers() -> tuple[tuple[str, str], ...]:
    """Every header of the page's connection, a name as often as it was sent."""
    sent = st.context.headers
    return tuple((name, value) for name in sent for value in sent.get_all(name))


def claims() -> dict[str, Any]:
    """What Streamlit's sign-in says of the person: `is_logged_in`, and where that is true the claims of the ID token."""
    return dict(st.user)


def audit_shown(first: int) -> int:
    """How many entries of the audit this tab shows."""
    return int(st.session_state.get(_AUDITED, first))


def audit_more(number: int) -> None:
    st.session_state[_AUDITED] = number


def enter_page(name: str) -> None:
    """Keeps which page this run draws: its name in the address, empty for the home page."""
    st.session_state[_PAGE] = name


def note_ring(ring: object, *, whole: bool) -> None:
    """The live component's last ring, and whether it asks for the whole page, as one before it was not answered."""
    st.session_state[_HEARD] = ring
    if whole:
        st.session_state[_WHOLE] = True


def heard() -> object:
    """The ring that what is drawn now answers; None before the first."""
    return st.session_state.get(_HEARD)


def is_whole_wanted() -> bool:
    """Whether a ring asked for the whole page, once."""
    return bool(st.session_state.pop(_WHOLE, False))


def place() -> tuple[str, dict[str, str]]:
    """Where this tab is: the page's name, and the parameters of the address."""
    return str(st.session_state.get(_PAGE, "")), st.query_params.to_dict()


def tab_cookie(make: Callable[[], str]) -> str:
    """The cookie of a tab whose browser keeps none, made once."""
    if _TAB not in st.session_state:
        st.session_state[_TAB] = make()
    return str(st.session_state[_TAB])


def person(sent: object, make: Callable[[], Person]) -> Person:
    """`make()`, asked once per run of the script for what the browser sent; for a second it stays the same."""
    held = st.session_state.get(_PERSON)
    if held is None or held[0] != sent or time.monotonic() - held[1] > _SAME_RUN_S:
        held = st.session_state[_PERSON] = (sent, time.monotonic(), make())
    return cast(Person, held[2])


def greet(person_id: str) -> bool:
    """Whether this tab sees that person for the first time; from now on it does not."""
    is_new = st.session_state.get(_GREETED) != person_id
    st.session_state[_GREETED] = person_id
    return is_new


def forget_person() -> None:
    """The next `person` is made anew."""
    st.session_state.pop(_PERSON, None)


def theme() -> Theme:
    """light or dark, as this tab shows it."""
    return "dark" if st.context.theme.type == "dark" else "light"


def timezone() -> str:
    """IANA name of the person's time zone, UTC where the browser does not tell."""
    return st.context.timezone or "UTC"


def locale() -> str:
    """The person's locale as the browser tells it."""
    return st.context.locale or "en"
