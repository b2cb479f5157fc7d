"""The list of sessions: one row each, opened by a click; rename in place, delete after a confirmation."""

from __future__ import annotations

import streamlit as st

from core.models import SessionListing, SessionQuery, SessionStatus
from core.wiring import Visit
from pages.render import actions, expiry, person, state, trouble
from pages.render.text import ago, count, escape, label, shortened

SHOWN, SEARCH_FROM = 200, 8
"""Rows at first sight and per step, and from how many on there is a search."""


@st.fragment
def draw(visit: Visit) -> None:
    with trouble.guarded():
        person.still(visit)
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="sessions-head"):
            st.html('<p class="tt-title" role="heading" aria-level="1">Sessions</p>')
            if st.button("New session", icon=":material/add:", type="primary", key="sessions-new"):
                _open("")
        if (error := state.flashed()) is not None:
            trouble.inline(error, key="flash")
        page = visit.work.find(SessionQuery(limit=state.listed(SHOWN)))
        listings = page.rows
        if not listings:
            _empty()
            return
        _rows(visit, listings, page.total)


def _rows(visit: Visit, listings: tuple[SessionListing, ...], total: int) -> None:
    wanted = ""
    if len(listings) >= SEARCH_FROM:
        wanted = st.text_input(
            "Search", key="sessions-search", placeholder="Search titles and questions", live=True, label_visibility="collapsed"
        )
    found = [one for one in listings if wanted.strip().lower() in f"{one.title}\n{one.preview}\n{one.connection}".lower()]
    if not found:
        st.caption("No session holds these words.")
    with st.container(gap="xsmall"):
        for one in found:
            _row(visit, one)
    if (more := total - len(listings)) > 0:
        title, args = f"Show {count(min(more, SHOWN), 'older session')}", (len(listings) + SHOWN,)
        st.button(title, key="sessions-more", on_click=state.list_more, args=args)


def _row(visit: Visit, one: SessionListing) -> None:
    with st.container(border=True, key=f"row-{one.id}", horizontal=True, vertical_alignment="center"):
        with st.container(gap=None, key=f"row-words-{one.id}"):
            if st.button(label(shortened(one.title or "New session", 90)), key=f"session-{one.id}", type="tertiary", wrap=True):
                _open(one.id)
            st.html(f'<p class="tt-meta">{escape(_line(one))}</p>')
        chosen = st.menu_button("", ["Rename", "Delete"], icon=":material/more_vert:", type="tertiary", key=f"menu-{one.id}")
    if chosen == "Rename":
        _rename(visit, one)
    elif chosen == "Delete":
        _confirm(visit, one)


@st.dialog("Rename this session")
def _rename(visit: Visit, one: SessionListing) -> None:
    with st.form("rename-form", border=False, enter_to_submit=True):
        title = st.text_input("Title", one.title, key="rename-title", max_chars=80)
        if st.form_submit_button("Rename", type="primary", key="rename-yes") and title.strip():
            actions.rename(visit, one.id, title.strip())
            st.rerun()


@st.dialog("Delete this session?")
def _confirm(visit: Visit, one: SessionListing) -> None:
    name = escape(shortened(one.title or "New session", 120))
    size = count(one.turn_count, "question")
    st.html(f'<p class="tt-note">“{name}” with {size} will be gone for everybody who has its link.</p>')
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Cancel", key="delete-no"):
            st.rerun()
        if st.button("Delete", type="primary", icon=":material/delete:", key="delete-yes"):
            actions.delete(visit, one.id)
            st.rerun()


def _line(one: SessionListing) -> str:
    parts = [one.connection, count(one.turn_count, "question"), ago(one.updated)]
    if one.status is SessionStatus.EXPIRED:
        parts.append("expired")
    elif one.status is SessionStatus.PROCESSING:
        parts.append("working…")
    elif expiry.near(one.expires):
        parts.append("expires soon")
    if one.preview and one.preview != one.title:
        parts.append(f"“{one.preview}”")
    return " · ".join(parts)


def _empty() -> None:
    words = "No sessions yet. A session begins with your first question and remembers everything you ask in it."
    st.html(f'<p class="tt-note">{words}</p>')


def _open(identifier: str) -> None:
    st.switch_page("chat.py", query_params={"session": identifier} if identifier else None)
