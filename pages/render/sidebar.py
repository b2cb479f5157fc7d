"""The slim side: a new session, the sessions of today and before, and what belongs to the one that is open."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from core.models import Session, SessionListing, SessionQuery
from core.sessions.rights import Access
from core.wiring import Visit
from pages.render import expiry, sharing, state
from pages.render.text import escape, label, shortened

RECENT = 10
ENGINES = {"auto": "Automatic", "builtin": "Built-in", "llm": "Chat model"}


def draw(visit: Visit, access: Access | None) -> None:
    """`access` is None for a session that is not made yet."""
    session = access.session if access else None
    with st.sidebar:
        icon, go = ":material/add:", state.go_to_session
        st.button("New session", key="new-session", icon=icon, width="stretch", on_click=go, args=("",))
        if access is None or session is None:
            _connection(visit)
        else:
            st.caption(f"Database: {label(session.connection)}")
            with st.container(gap=None, key="session-tools"):
                sharing.draw(visit, access)
                expiry.menu(visit, access)
                _memory(session)
        _engine(visit)
        _recent(visit, session.id if session else "")


def _recent(visit: Visit, current: str) -> None:
    page = visit.work.find(SessionQuery(limit=RECENT))
    today = datetime.now(_zone()).date()
    for title, of_today in (("Today", True), ("Before", False)):
        group = [one for one in page.rows if (one.updated.astimezone(_zone()).date() == today) is of_today]
        if group:
            st.caption(title)
            with st.container(gap=None, key=f"recent-{title.lower()}"):
                for listing in group:
                    _row(listing, listing.id == current)
    if page.total > RECENT:
        st.page_link("sessions.py", label="All sessions", icon=":material/more_horiz:")


def _row(listing: SessionListing, is_current: bool) -> None:
    st.button(
        label(shortened(listing.title or "New session", 60)),
        key=f"open-{listing.id}",
        type="secondary" if is_current else "tertiary",
        width="stretch",
        wrap=False,
        on_click=state.go_to_session,
        args=(listing.id,),
    )


def _connection(visit: Visit) -> None:
    names = visit.databases.names()
    picked = state.connection(visit.databases.default, names)
    if len(names) < 2:
        st.caption(f"Database: {label(picked)}")
        return
    chosen = st.selectbox("Database", names, index=names.index(picked), key=state.PICK_CONNECTION)
    state.set_connection(chosen)


def _engine(visit: Visit) -> None:
    """Only a choice where there is one: without a chat model every question goes to the built-in engine."""
    if visit.settings.model is None:
        return
    names = list(ENGINES)
    picked = state.engine(visit.settings.engine)
    chosen = st.selectbox("Answered by", names, index=names.index(picked), format_func=ENGINES.__getitem__, key=state.PICK_ENGINE)
    state.set_engine(chosen)


def _memory(session: Session) -> None:
    """The rolling summary: what is told to the engine of the turns that no longer go to it in full."""
    with st.popover("What is remembered", icon=":material/psychology:", type="tertiary", key="memory", on_change="rerun") as fold:
        if not fold.open:
            return
        if session.summary:
            st.html(f'<p class="tt-note">{escape(session.summary)}</p>')
        else:
            st.caption("The last questions are remembered word for word. A summary begins after the fifth.")
        for word, meaning in session.resolutions.items():
            st.html(f'<p class="tt-note"><strong>{escape(word)}</strong> means {escape(meaning)}</p>')


def _zone() -> tzinfo:
    try:
        return ZoneInfo(state.timezone())
    except (ZoneInfoNotFoundError, ValueError):
        return UTC
