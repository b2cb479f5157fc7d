"""Along time: lines and areas that break at gaps, and bars in the order of time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from core.analysis.bars import draw_by_category, vertical
from core.analysis.drawing import Drawing
from core.analysis.labels import escape
from core.analysis.look import plain_axis, value_axis
from core.analysis.plot import Line, Plot, as_float, over_time
from core.analysis.ticks import ticks
from core.models import ChartKind

MOST_EXACT_HOVERS = 2_000


def draw_over_time(d: Drawing) -> dict[str, Any]:
    plot = over_time(d.reading, d.spec.x or 0, d.spec.y, d.spec.color, every=d.spec.kind is ChartKind.BAR)
    if not plot.moments:
        return draw_by_category(d)
    if d.spec.kind is ChartKind.BAR:
        return _bars(d, plot)
    stacked = d.spec.kind is ChartKind.AREA and len(plot.lines) > 1
    traces = [_line(d, plot, line, i, stacked) for i, line in enumerate(plot.lines)]
    made = d.framed(traces, len(plot.lines) > 1, plot.note)
    scale = d.scale(plot, stacked, zero=d.spec.kind is ChartKind.AREA)
    places, texts = ticks(plot.moments, d.x.grain, locale=d.locale)
    made["layout"]["xaxis"] = plain_axis(d.theme, d.x_title(plot)) | {
        "type": "date",
        "tickmode": "array",
        "tickvals": [m.isoformat() for m in places],
        "ticktext": texts,
        "tickangle": 0,
    }
    made["layout"]["yaxis"] = value_axis(d.theme, d.y_title(plot), scale)
    made["layout"]["hovermode"] = "closest"
    return made


def _line(d: Drawing, plot: Plot, line: Line, index: int, stacked: bool) -> dict[str, Any]:
    colour = d.colour(line, index)
    dots = len(plot.moments) <= 60 and not stacked
    trace: dict[str, Any] = {
        "type": "scatter",
        "mode": "lines+markers" if dots else "lines",
        "name": escape(line.name),
        "x": [m.isoformat() for m in plot.moments],
        "y": [as_float(n) for n in line.y],
        "line": {"color": colour, "width": 2.5},
        "marker": {"color": colour, "size": 6},
        "connectgaps": False,
        **d.hover(plot, line, _moment_names(d, plot)),
    }
    if d.spec.kind is ChartKind.AREA:
        trace |= {"stackgroup": "all"} if stacked else {"fill": "tozeroy", "fillcolor": _faint(colour)}
    return trace


def _moment_names(d: Drawing, plot: Plot) -> list[str] | None:
    return [d.moment(m) for m in plot.moments] if len(plot.moments) <= MOST_EXACT_HOVERS else None


def _bars(d: Drawing, plot: Plot) -> dict[str, Any]:
    names = tuple(d.moment(m) for m in plot.moments)
    return vertical(d, replace(plot, names=names))


def _faint(colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.18)"
