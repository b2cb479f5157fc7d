"""Edit chart: type, axes, series and colour. Every change is stored with the turn, so that a reload and a teammate see it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

import streamlit as st

from core.analysis import chart_options, unique_names
from core.analysis.palette import COLOURS
from core.models import ChartKind, ChartSpec, ResultSet, Turn
from core.wiring import App
from pages.render import actions, chart, state

V = TypeVar("V")

_KINDS = {
    ChartKind.LINE: "Line",
    ChartKind.AREA: "Area",
    ChartKind.BAR: "Bars",
    ChartKind.PIE: "Parts of a whole",
    ChartKind.SCATTER: "Points",
    ChartKind.METRIC: "Big number",
    ChartKind.NONE: "No chart",
}
_PARTS = ("kind", "x", "y", "color", "palette")
_NOTHING = -1


def possible(result: ResultSet) -> bool:
    """Whether there is anything to choose."""
    return len(chart_options(result).kinds) > 1


def draw(app: App, turn: Turn, result: ResultSet) -> None:
    spec, options, names = chart.shown(turn), chart_options(result), unique_names(result)
    args = (app, turn)
    kinds = list(dict.fromkeys((*options.kinds, spec.kind)))
    with st.container(horizontal=True, vertical_alignment="bottom", key=f"edit-{turn.id}"):
        _pick(turn, "Type", "kind", kinds, spec.kind, _KINDS.__getitem__, args)
        if spec.kind is ChartKind.NONE:
            return
        if spec.kind is not ChartKind.METRIC:
            _pick(turn, "Across", "x", _with(options.x, spec.x), spec.x, names.__getitem__, args)
        key = _key(turn, "y")
        values = [*dict.fromkeys((*options.y, *spec.y))]
        st.multiselect(
            "Values", values, list(spec.y), format_func=names.__getitem__, key=key, on_change=_changed, args=args, width=220
        )
        if spec.kind not in (ChartKind.METRIC, ChartKind.PIE):
            series = [_NOTHING, *_with(options.color, spec.color)]
            _pick(
                turn, "Split by", "color", series, _or_nothing(spec.color), lambda at: names[at] if at >= 0 else "Nothing", args
            )
        _pick(turn, "Colour", "palette", ["", *COLOURS], spec.palette, lambda name: name.capitalize() or "Standard", args)
    if turn.user_chart is not None:
        key = f"chart-reset-{turn.id}"
        st.button("Reset to the chosen chart", icon=":material/undo:", type="tertiary", key=key, on_click=_reset, args=args)


def _pick(
    turn: Turn, title: str, part: str, choices: Sequence[V], current: V | None, named: Callable[[V], str], args: tuple[App, Turn]
) -> None:
    index = choices.index(current) if current in choices else None
    st.selectbox(title, choices, index, named, _key(turn, part), on_change=_changed, args=args, width=170)


def _changed(app: App, turn: Turn) -> None:
    """Stores what the controls say now."""
    spec = chart.shown(turn)
    kind, x, y, color, palette = (state.value(_key(turn, part)) for part in _PARTS)
    changed = replace(
        spec,
        kind=kind if kind is not None else spec.kind,
        x=x if x is not None else spec.x,
        y=tuple(y) or spec.y if y is not None else spec.y,
        color=spec.color if color is None else None if color == _NOTHING else color,
        palette=spec.palette if palette is None else palette,
        title="",
        x_title="",
        y_title="",
        chosen_by="user",
    )
    _store(app, turn, changed)


def _reset(app: App, turn: Turn) -> None:
    state.forget(*(_key(turn, part) for part in _PARTS))
    _store(app, turn, None)


def _store(app: App, turn: Turn, spec: ChartSpec | None) -> None:
    actions.set_chart(app, turn.session_id, turn.id, spec)
    actions.redraw_conversation()


def _key(turn: Turn, part: str) -> str:
    return f"edit-{turn.id}-{part}"


def _with(offered: tuple[int, ...], current: int | None) -> list[int]:
    return [*dict.fromkeys((*offered, *(() if current is None else (current,))))]


def _or_nothing(column: int | None) -> int:
    return _NOTHING if column is None else column
