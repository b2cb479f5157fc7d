"""Edit chart: type, axes, series and colour. Every change is stored with the turn, so that a reload and a teammate see it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import streamlit as st

from core.analysis import ChartChoice, ChartOptions, chart_options, formats, picked
from core.models import ChartKind, ChartSpec, ResultSet, Turn
from core.wiring import Visit
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
_PARTS = ("kind", "x", "y", "color", "stacked", "palette")


def possible(turn: Turn, result: ResultSet) -> bool:
    """Whether there is anything to choose."""
    return bool(chart_options(result, turn.draft).kinds)


def draw(visit: Visit, turn: Turn, result: ResultSet) -> None:
    spec, options = chart.shown(turn), chart_options(result, turn.draft)
    titles = [one.title for one in formats(result, turn.draft)]
    args = (visit, turn, options)
    kinds = list(dict.fromkeys((*options.kinds, spec.kind, ChartKind.NONE)))
    with st.container(horizontal=True, vertical_alignment="bottom", key=f"edit-{turn.id}"):
        _pick(turn, "Type", "kind", kinds, spec.kind, _KINDS.__getitem__, args)
        choice = options.of(spec.kind)
        if choice is not None:
            _axes(turn, spec, choice, titles, args)
            _pick(
                turn,
                "Colour",
                "palette",
                ("", *options.palettes),
                spec.palette,
                lambda name: name.capitalize() or "Standard",
                args,
            )
    if turn.user_chart is not None:
        key = f"chart-reset-{turn.id}"
        st.button(
            "Back to the first chart", icon=":material/undo:", type="tertiary", key=key, on_click=_reset, args=(visit, turn)
        )


def _axes(turn: Turn, spec: ChartSpec, choice: ChartChoice, titles: Sequence[str], args: tuple[Any, ...]) -> None:
    def named(column: int | None) -> str:
        return "Nothing" if column is None else titles[column]

    _pick(turn, "Across", "x", choice.x, spec.x, named, args)
    if choice.several_y and spec.color is None and len(choice.y) > 1:
        key = _key(turn, "y")
        st.multiselect("Values", choice.y, spec.y, named, key, on_change=_changed, args=args, width=260)
    elif len(choice.y) > 1:
        _pick(turn, "Values", "y", choice.y, spec.y[0] if spec.y else None, named, args)
    series: list[int | None] = [None, *(at for at in choice.color if at is not None and at != spec.x)]
    if len(series) > 1:
        _pick(turn, "Split by", "color", series, spec.color, named, args)
    if choice.can_stack and (spec.color is not None or len(spec.y) > 1):
        st.toggle("Stacked", spec.stacked, key=_key(turn, "stacked"), on_change=_changed, args=args)


def _pick(
    turn: Turn, title: str, part: str, choices: Sequence[V], current: V, named: Callable[[V], str], args: tuple[Any, ...]
) -> None:
    index = choices.index(current) if current in choices else 0
    st.selectbox(title, choices, index, named, _key(turn, part), on_change=_changed, args=args, width=150)


def _changed(visit: Visit, turn: Turn, options: ChartOptions) -> None:
    """Stores what the controls say now; a control that is not drawn says what the chart has."""
    spec = chart.shown(turn)
    y = state.value(_key(turn, "y"), spec.y)
    wanted = {part: state.value(_key(turn, part), getattr(spec, part)) for part in ("x", "color", "stacked", "palette")}
    kind = state.value(_key(turn, "kind"), spec.kind)
    _store(visit, turn, picked(options, kind, y=tuple(y) if isinstance(y, list | tuple) else (y,), **wanted))


def _reset(visit: Visit, turn: Turn) -> None:
    _store(visit, turn, None)


def _store(visit: Visit, turn: Turn, spec: ChartSpec | None) -> None:
    """The controls start again from what is stored: a change of type may have mended other parts."""
    state.forget(*(_key(turn, part) for part in _PARTS))
    actions.set_chart(visit, turn.session_id, turn.id, spec)
    actions.redraw_conversation()


def _key(turn: Turn, part: str) -> str:
    return f"edit-{turn.id}-{part}"
