"""The SQL of an answer, with what it does, what was taken for granted and what was mended."""

from __future__ import annotations

import streamlit as st

from core.models import SqlDraft
from pages.render.text import escape


def draw(draft: SqlDraft) -> None:
    if draft.explanation:
        st.html(f'<p class="tt-note">{escape(draft.explanation)}</p>')
    st.code(draft.sql, language="sql", wrap_lines=True)
    _listed("Taken for granted", tuple(assumption.text for assumption in draft.assumptions))
    _listed("Mended on the way", draft.repairs)


def _listed(title: str, lines: tuple[str, ...]) -> None:
    if lines:
        items = "".join(f"<li>{escape(line)}</li>" for line in lines)
        st.html(f'<div class="tt-note"><strong>{title}</strong><ul>{items}</ul></div>')
