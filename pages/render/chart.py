"""The picture of an answer: one big number, or a figure built once and kept."""

from __future__ import annotations

import plotly.graph_objects as go
import streamlit as st

from core.analysis import build_figure
from core.models import ChartKind, ChartSpec, ResultSet, SqlDraft, Turn
from pages.render import state
from pages.render.state import Theme

_CONFIG = {
    "displaylogo": False,
    "displayModeBar": "hover",
    "scrollZoom": False,
    "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d", "zoomIn2d", "zoomOut2d"],
    "toImageButtonOptions": {"format": "png", "scale": 2},
}
_HEIGHT = 450
"""Of a figure that names none, in pixels."""


def shown(turn: Turn) -> ChartSpec:
    """As the person changed it, else as chosen from the result."""
    return turn.user_chart or turn.chart or ChartSpec(ChartKind.NONE)


def draw(turn: Turn, spec: ChartSpec, result: ResultSet, *, alt: str) -> None:
    st.plotly_chart(figure(turn, spec, result, state.theme()), theme=None, config=_CONFIG, key=f"chart-{turn.id}", alt=alt)


def room(turn: Turn, spec: ChartSpec, result: ResultSet) -> None:
    """The place of the chart, as tall as it will be."""
    height = figure(turn, spec, result, state.theme()).layout.height or _HEIGHT
    st.html(f'<div style="height:{int(height)}px"></div>')


def figure(turn: Turn, spec: ChartSpec, result: ResultSet, theme: Theme) -> go.Figure:
    """Built once per session, account, result, spec, theme and locale: the first two are in the key as the right to see it."""
    # A question asked again, and one run again through another account, has another result under the same id.
    drawn = (turn.session_id, turn.id, turn.attempts, turn.account, turn.finished)
    return _figure(drawn, spec, theme, state.locale(), result, turn.draft)


@st.cache_resource(show_spinner=False, max_entries=300)
def _figure(
    drawn: tuple[object, ...], spec: ChartSpec, theme: Theme, locale: str, _result: ResultSet, _draft: SqlDraft | None
) -> go.Figure:
    return build_figure(spec, _result, theme=theme, draft=_draft, locale=locale)
