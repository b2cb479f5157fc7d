"""The finder: what a person asks of their list, by search, filters and order; kept in the widgets themselves."""

from __future__ import annotations

import streamlit as st

from core.models import ListedStatus, SessionQuery, SessionSort
from pages.render import state
from pages.render.text import label

ROWS = 25
"""Of a page."""
_ROUND = "sessions-round"
"""Counts the lists asked for: each has page numbers of its own, which begin at 1."""
_TEXT, _WHOSE, _STATUS, _CONNECTION, _SORT = (f"sessions-{name}" for name in ("search", "whose", "status", "database", "sort"))

WHOSE = {"all": "All sessions", "mine": "My own", "shared": "Shared with me", "pinned": "Pinned"}
STATUS = {"": "Any status", "open": "Open", "closed": "Closed", "expired": "Expired"}
SORTS = {
    SessionSort.ACTIVITY: "Last activity",
    SessionSort.CREATED: "Newest",
    SessionSort.QUESTIONS: "Most questions",
    SessionSort.TOKENS: "Most tokens",
    SessionSort.TITLE: "Title",
}


def query() -> SessionQuery:
    """As the widgets stand, before they are drawn."""
    whose, status = str(state.value(_WHOSE, "all")), str(state.value(_STATUS, ""))
    return SessionQuery(
        text=str(state.value(_TEXT, "") or ""),
        connection=str(state.value(_CONNECTION, "") or ""),
        status=ListedStatus(status) if status else None,
        mine={"mine": True, "shared": False}.get(whose),
        pinned=whose == "pinned",
        sort=SessionSort(state.value(_SORT, SessionSort.ACTIVITY)),
        offset=ROWS * (int(state.value(_page_key(), 1)) - 1),
        limit=ROWS,
    )


def draw(connections: tuple[str, ...]) -> None:
    """Every change leads back to the first page."""
    with st.container(gap="small", key="finder"):
        st.text_input(
            "Search titles, questions and SQL",
            key=_TEXT,
            placeholder="Search titles, questions and SQL",
            icon=":material/search:",
            label_visibility="collapsed",
            live=True,
            on_change=_first_page,
        )
        with st.container(horizontal=True, gap="small", key="finder-choices"):
            _choice("Whose", WHOSE, _WHOSE)
            _choice("Status", STATUS, _STATUS)
            if len(connections) > 1 or state.value(_CONNECTION):
                names = dict.fromkeys(["", *connections, str(state.value(_CONNECTION, "") or "")])
                _choice("Database", {name: label(name) if name else "Any database" for name in names}, _CONNECTION)
            _choice("Order", {sort.value: title for sort, title in SORTS.items()}, _SORT)


def narrowed() -> bool:
    """Whether anything but the order is asked for."""
    asked = query()
    return bool(asked.text.strip() or asked.connection or asked.status or asked.pinned) or asked.mine is not None


def clear() -> None:
    """A callback: back to the whole list."""
    for key, value in ((_TEXT, ""), (_WHOSE, "all"), (_STATUS, ""), (_CONNECTION, "")):
        state.set_value(key, value)  # a browser keeps what is only forgotten here
    _first_page()


def pages(total: int) -> None:
    if total > ROWS:
        with st.container(horizontal=True, horizontal_alignment="center", key="sessions-pages"):
            st.pagination(-(-total // ROWS), key=_page_key())


def _choice(title: str, options: dict[str, str], key: str) -> None:
    st.selectbox(
        title,
        list(options),
        format_func=lambda value: options.get(value, value),
        key=key,
        label_visibility="collapsed",
        width=160,
        on_change=_first_page,
    )


def _first_page() -> None:
    state.set_value(_ROUND, int(state.value(_ROUND, 0)) + 1)


def _page_key() -> str:
    return f"sessions-page-{state.value(_ROUND, 0)}"
