"""A question back: what the engine needs to know, a button for each reading, and one for its best guess."""

from __future__ import annotations

import streamlit as st

from core.models import SqlDraft, Turn
from core.wiring import Visit
from pages.render import actions
from pages.render.text import escape, label


def draw(visit: Visit, turn: Turn, *, writable: bool) -> None:
    clarification = turn.clarification
    if clarification is None:
        return
    st.html(f'<div class="tt-answer"><p>{escape(clarification.question)}</p></div>')
    with st.container(horizontal=True, gap="small"):
        for position, choice in enumerate(clarification.choices):
            key = f"choice-{turn.id}-{position}"
            args = (visit, turn.session_id, turn.id, position)
            st.button(label(choice.label), key=key, on_click=actions.choose, args=args, disabled=not writable, wrap=True)
        if clarification.draft is not None:
            _offer(visit, turn, clarification.draft, writable=writable)


def _offer(visit: Visit, turn: Turn, draft: SqlDraft, *, writable: bool) -> None:
    """The best guess, with what it would show."""
    st.button(
        "Answer anyway",
        key=f"accept-{turn.id}",
        help=draft.explanation or None,
        type="tertiary",
        on_click=actions.accept,
        args=(visit, turn.session_id, turn.id),
        disabled=not writable,
    )
