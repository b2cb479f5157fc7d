"""The chat page: one session as cards, the input below. Asking happens in callbacks, before anything is drawn."""

from __future__ import annotations

import streamlit as st

from core.errors import SessionError
from core.turns.desk import MAX_QUESTION
from pages.render import actions, conversation, person, sidebar, state, welcome

QUESTION = "question"

visit = person.visit()
session_id = state.session_id()
try:
    if token := state.share_token():
        visit.work.enter(session_id, token)
        state.drop_share_token()
    access = visit.work.open(session_id) if session_id else None
except SessionError:
    sidebar.draw(visit, None)
    raise
sidebar.draw(visit, access)
if access is not None:
    conversation.draw(visit, session_id, access.session.title, conversation.writable(access))
else:
    welcome.first(visit)
st.chat_input(
    conversation.invitation(access),
    key=QUESTION,
    max_chars=MAX_QUESTION,
    disabled=access is not None and not conversation.writable(access),
    on_submit=actions.ask_typed,
    args=(visit, session_id, QUESTION),
)
