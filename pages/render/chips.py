"""What shaped an answer, as small marks below it: period, filters, measure, rows, limits, engine, time."""

from __future__ import annotations

import streamlit as st

from core.models import Turn
from pages.render.text import count, duration, escape, shortened

_ENGINES = {"builtin": "Built-in engine", "llm": "Chat model"}


def draw(turn: Turn) -> None:
    items = [*_shape(turn), *_size(turn), *_origin(turn)] if turn.draft is not None else []
    if items:
        st.html(f'<div class="tt-chips" role="list" aria-label="What shaped this answer">{"".join(items)}</div>')


def changes(turn: Turn) -> None:
    """What a follow-up changed in the question before it."""
    if turn.draft is not None and turn.draft.changes:
        marks = "".join(_chip(change, "tt-new") for change in turn.draft.changes)
        st.html(f'<div class="tt-chips" role="list" aria-label="What changed">{marks}</div>')


def _shape(turn: Turn) -> list[str]:
    return [_chip(assumption.text) for assumption in turn.draft.assumptions] if turn.draft is not None else []


def _size(turn: Turn) -> list[str]:
    result = turn.result
    if result is None:
        return []
    if result.truncated and result.truncated_by == "rows":
        return [_chip(f"limited to {result.limit:,} rows", "tt-mark")]
    if result.truncated:
        return [_chip(f"limited to {count(result.row_count, 'row')} ({result.limit // 2**20} MB)", "tt-mark")]
    return [_chip(count(result.row_count, "row"))]


def _origin(turn: Turn) -> list[str]:
    items = []
    if turn.draft is not None:
        items.append(_chip(_ENGINES.get(turn.draft.engine, turn.draft.engine)))
    if turn.elapsed_ms:
        items.append(_chip(duration(sum(turn.elapsed_ms.values()) / 1000)))
    return items


def _chip(text: str, style: str = "") -> str:
    css = f' class="{style}"' if style else ""
    return f'<span role="listitem"{css} title="{escape(text)}">{escape(shortened(text, 60))}</span>'
