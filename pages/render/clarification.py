"""A question back: what the engine needs to know, and a button for each reading."""

from __future__ import annotations

import streamlit as st

from core.models import Turn
from core.wiring import App
from pages.render import actions
from pages.render.text import escape, label


def draw(app: App, turn: Turn, *, writable: bool) -> None:
    clarification = turn.clarification
    if clarification is None:
        return
    st.html(f'<div class="tt-answer"><p>{escape(clarification.question)}</p></div>')
    with st.container(horizontal=True, gap="small"):
        for position, choice in enumerate(clarification.choices):
            key = f"choice-{turn.id}-{position}"
            args = (app, turn.session_id, turn.id, position)
            st.button(label(choice.label), key=key, on_click=actions.choose, args=args, disabled=not writable, wrap=True)
