"""How long a session is kept: always to be seen at the side, and said in the conversation when its end is near or has come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import streamlit as st

from core.models import Session, SessionStatus
from core.sessions.rights import Access, Act
from core.wiring import Visit
from pages.render import actions

NEAR = timedelta(hours=2)


def near(expires: datetime) -> bool:
    return expires - datetime.now(UTC) < NEAR


def left(expires: datetime) -> str:
    """ "in 40 minutes", "in 6 h", "in 30 days"; rounded down, so that it is never promised too much."""
    seconds = max(0.0, (expires - datetime.now(UTC)).total_seconds())
    if seconds < 2 * 3600:
        minutes = max(1, int(seconds // 60))
        return f"in {minutes} minute{'s' if minutes > 1 else ''}"
    return f"in {int(seconds // 3600)} h" if seconds < 3 * 86_400 else f"in {int(seconds // 86_400)} days"


def draw(visit: Visit, access: Access) -> None:
    """The line in the conversation, with the button that helps whoever may press it."""
    session = access.session
    if session.status is SessionStatus.EXPIRED:
        words, button, call = (
            "This session has expired: it can be read, but not asked. Revive it to go on.",
            "Revive",
            actions.extend,
        )
    elif session.status is SessionStatus.CLOSED:
        words, button, call = "This session is closed: it can be read, but not asked.", "Reopen", actions.reopen
    elif near(session.expires):
        words, button, call = f"This session expires {left(session.expires)} unless somebody asks.", "Extend", actions.extend
    else:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="expiry"):
        st.caption(words)
        if access.may(Act.MANAGE if session.status is SessionStatus.CLOSED else Act.ASK):
            st.button(button, icon=":material/schedule:", key="extend", on_click=call, args=(visit, session.id))


def menu(visit: Visit, access: Access) -> None:
    """The popover at the side: when the session ends, and what one can do about it."""
    session = access.session
    if session.status is SessionStatus.EXPIRED:
        return
    title = f"Expires {left(session.expires)}" if session.status is not SessionStatus.CLOSED else "Closed"
    with st.popover(title, icon=":material/schedule:", type="tertiary", key="life", on_change="rerun") as fold:
        if fold.open:
            _menu(visit, access, session)


def _menu(visit: Visit, access: Access, session: Session) -> None:
    kept = "It is kept for longer after each use." if session.kept else "Every question renews that; looking at it does not."
    st.caption(f"This session expires {left(session.expires)}. {kept}")
    args = (visit, session.id)
    if access.may(Act.ASK):
        st.button("Extend", icon=":material/update:", key="life-extend", on_click=actions.extend, args=args, width="stretch")
        if not session.kept:
            title = f"Keep for {visit.settings.session_keep_s / 86_400:.0f} days"
            st.button(title, icon=":material/bookmark:", key="life-keep", on_click=actions.keep, args=args, width="stretch")
    if access.may(Act.MANAGE) and session.status is not SessionStatus.CLOSED:
        st.button("Close", icon=":material/lock:", key="life-close", on_click=actions.close, args=args, width="stretch")
