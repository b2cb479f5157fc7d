"""Downloads of an answer; each file is built when it is clicked, not before."""

from __future__ import annotations

import re
from collections.abc import Callable

import streamlit as st

from core.analysis import to_csv, to_excel, to_html
from core.models import ChartKind, ChartSpec, ResultSet, Turn
from core.wiring import Visit
from pages.render import chart

_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def draw(visit: Visit, turn: Turn, spec: ChartSpec, result: ResultSet) -> None:
    key = f"download-{turn.id}"
    with st.popover("Download", icon=":material/download:", type="tertiary", key=key, on_change="rerun") as menu:
        if not menu.open:
            return
        _file(visit, turn, "CSV", "csv", "text/csv", lambda: to_csv(result))
        _file(visit, turn, "Excel", "xlsx", _EXCEL, lambda: to_excel(result))
        if spec.kind not in (ChartKind.NONE, ChartKind.METRIC):
            drawn = chart.figure(turn, spec, result, "light")
            _file(visit, turn, "Chart (HTML)", "html", "text/html", lambda: to_html(drawn, turn.question))
            st.caption("As a picture (PNG): the camera at the top right of the chart.")


def _file(visit: Visit, turn: Turn, name: str, suffix: str, mime: str, make: Callable[[], bytes]) -> None:
    def made() -> bytes:
        visit.work.exported(turn.session_id, turn.id, suffix)
        return make()

    file_name = f"{_file_name(turn.question)}.{suffix}"
    st.download_button(name, made, file_name, mime, key=f"{suffix}-{turn.id}", on_click="ignore", width="stretch")


def _file_name(question: str) -> str:
    """Letters, digits and hyphens of the question, at most 60."""
    return re.sub(r"[\W_]+", "-", question.lower()).strip("-")[:60] or "answer"
