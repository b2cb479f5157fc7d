"""The chat page: one session as cards, the input below. Asking happens in callbacks, before anything is drawn."""

from __future__ import annotations

import streamlit as st

from core.turns.desk import MAX_QUESTION
from core.wiring import application
from pages.render import actions, conversation, sidebar, state, welcome

QUESTION = "question"

app = application()
session_id = state.session_id()
session = app.sessions.get(session_id) if session_id else None
sidebar.draw(app, session)
if session is not None:
    conversation.draw(app, session.id, session.title)
else:
    welcome.first(app)
st.chat_input(
    "Ask a question about your data",
    key=QUESTION,
    max_chars=MAX_QUESTION,
    disabled=session is not None and not conversation.writable(session),
    on_submit=actions.ask_typed,
    args=(app, session_id, QUESTION),
)
