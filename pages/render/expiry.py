"""How long a session is kept: said only when its end is near, or when it has come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import streamlit as st

from core.models import SessionStatus
from core.sessions.rights import Access, Act
from core.wiring import Visit
from pages.render import actions

NEAR = timedelta(hours=2)


def near(expires: datetime) -> bool:
    return expires - datetime.now(UTC) < NEAR


def draw(visit: Visit, access: Access) -> None:
    session = access.session
    left = session.expires - datetime.now(UTC)
    if session.status is SessionStatus.EXPIRED:
        words, button = "This session has expired: it can be read, but not asked. Revive it to go on.", "Revive"
    elif near(session.expires):
        words, button = (
            f"This session is kept for another {max(1, int(left.total_seconds() // 60))} minutes unless somebody asks.",
            "Keep",
        )
    else:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="expiry"):
        st.caption(words)
        if access.may(Act.ASK):
            st.button(button, icon=":material/schedule:", key="extend", on_click=actions.extend, args=(visit, session.id))
