"""One number, shown big with what it is; what it compares to stands in the answer beside it."""

from __future__ import annotations

import streamlit as st

from core.analysis import format_value
from core.models import ChartSpec, ResultSet, SqlDraft
from pages.render import state
from pages.render.text import escape


def draw(result: ResultSet, spec: ChartSpec, draft: SqlDraft | None) -> None:
    column = spec.y[0] if spec.y else 0
    rows = result.rows(1)
    if not rows or column >= len(rows[0]):
        return
    unit = draft.outputs[column].unit if draft is not None and column < len(draft.outputs) else ""
    value = format_value(rows[0][column], unit, locale=state.locale())
    name = spec.title or spec.y_title or result.names[column].replace("_", " ")
    st.html(f'<div><div class="tt-number">{escape(value)}</div><p class="tt-meta">{escape(name)}</p></div>')
