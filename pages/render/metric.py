"""One number, shown big, with what it is and what it compares to."""

from __future__ import annotations

import streamlit as st

from core.analysis import metric
from core.models import ChartSpec, ResultSet, Turn
from pages.render import state
from pages.render.text import escape


def draw(turn: Turn, spec: ChartSpec, result: ResultSet) -> None:
    facts = turn.analysis.facts if turn.analysis is not None else ()
    shown = metric(spec, result, turn.draft, facts=facts, locale=state.locale())
    if shown is None:
        return
    number = f'<div class="tt-number" title="{escape(shown.exact)}">{escape(shown.value)}</div>'
    lines = "".join(f'<p class="tt-meta">{escape(line)}</p>' for line in (shown.label, shown.comparison) if line)
    st.html(f"<div>{number}{lines}</div>")
