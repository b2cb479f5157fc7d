"""Downloads of an answer; each file is built when it is clicked, not before."""

from __future__ import annotations

import re
from collections.abc import Callable

import streamlit as st

from core.analysis import to_csv, to_excel, to_html
from core.models import ChartKind, ChartSpec, ResultSet, Turn
from pages.render import chart

_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def draw(turn: Turn, spec: ChartSpec, result: ResultSet) -> None:
    key = f"download-{turn.id}"
    with st.popover("Download", icon=":material/download:", type="tertiary", key=key, on_change="rerun") as menu:
        if not menu.open:
            return
        _file(turn, "CSV", "csv", "text/csv", lambda: to_csv(result))
        _file(turn, "Excel", "xlsx", _EXCEL, lambda: to_excel(result))
        if spec.kind not in (ChartKind.NONE, ChartKind.METRIC):
            drawn = chart.figure(turn, spec, result, "light")
            _file(turn, "Chart (HTML)", "html", "text/html", lambda: to_html(drawn, turn.question))
            st.caption("As a picture (PNG): the camera at the top right of the chart.")


def _file(turn: Turn, name: str, suffix: str, mime: str, make: Callable[[], bytes]) -> None:
    file_name = f"{_file_name(turn.question)}.{suffix}"
    st.download_button(name, make, file_name, mime, key=f"{suffix}-{turn.id}", on_click="ignore", width="stretch")


def _file_name(question: str) -> str:
    """Letters, digits and hyphens of the question, at most 60."""
    return re.sub(r"[\W_]+", "-", question.lower()).strip("-")[:60] or "answer"
