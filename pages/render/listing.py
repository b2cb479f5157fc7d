"""The list of sessions: found by search and filters, in pages, one row each."""

from __future__ import annotations

import streamlit as st

from core.models import SessionPage
from core.wiring import Visit
from pages.render import finder, person, session_row, several, state, trouble


@st.fragment
def draw(visit: Visit) -> None:
    with trouble.guarded_part("sessions"):
        person.still(visit)
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="sessions-head"):
            st.html('<p class="tt-title" role="heading" aria-level="1">Sessions</p>')
            if st.button("New session", icon=":material/add:", type="primary", key="sessions-new"):
                _open("")
        if (error := state.flashed()) is not None:
            trouble.inline(error, key="flash")
        several.undo(visit)
        page = visit.work.find(finder.query())
        if not page.counts and not finder.narrowed():
            _empty()
            return
        finder.draw(page.connections)
        if page.rows:
            _rows(visit, page)
        else:
            _nothing()


def _rows(visit: Visit, page: SessionPage) -> None:
    several.draw(visit, page.rows, page.total)
    with st.container(gap="xsmall", key="sessions-rows"):
        opened = [one.id for one in page.rows if session_row.draw(visit, one)]
    finder.pages(page.total)
    if opened:
        _open(opened[0])


def _nothing() -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="sessions-nothing"):
        st.caption("Nothing found.")
        st.button("Show all", key="sessions-clear", on_click=finder.clear)


def _empty() -> None:
    words = "No sessions yet. A session begins with your first question and remembers everything you ask in it."
    st.html(f'<p class="tt-note">{words}</p>')


def _open(identifier: str) -> None:
    st.switch_page("chat.py", query_params={"session": identifier} if identifier else None)
