"""Bars: by category, horizontal and sorted; vertical where the categories have an order of their own."""

from __future__ import annotations

from typing import Any

from core.analysis.drawing import Drawing
from core.analysis.humanise import Number
from core.analysis.labels import escape, wrapped
from core.analysis.look import plain_axis, value_axis
from core.analysis.palette import OTHER
from core.analysis.plot import Line, Plot, as_float, by_category
from core.analysis.ticks import ticks
from core.models import ChartKind

MOST_LABELLED = 20
MOST_LABELLED_COLUMNS = 9
"""Bars that carry their value; with more, the axis and the hover say it."""


def draw_by_category(d: Drawing) -> dict[str, Any]:
    plot = by_category(d.reading, d.spec.x or 0, d.spec.y, d.spec.color)
    if d.spec.kind is not ChartKind.BAR:
        return vertical(d, plot, as_line=True)
    return vertical(d, plot) if plot.ordered else horizontal(d, plot)


def horizontal(d: Drawing, plot: Plot) -> dict[str, Any]:
    stacked = d.spec.stacked and len(plot.lines) > 1
    traces = [_bar(d, plot, line, i, "h", stacked) for i, line in enumerate(plot.lines)]
    thick = 30 if stacked or len(plot.lines) == 1 else min(18 * len(plot.lines) + 10, 90)
    tall = max(wrapped(name).count("<br>") for name in plot.names) * 14
    made = d.framed(traces, len(plot.lines) > 1, plot.note, height=max(150, 84 + len(plot.names) * max(thick, 22 + tall)))
    made["layout"]["barmode"] = "stack" if stacked else "group"
    made["layout"]["yaxis"] = _names_axis(d, plot) | {"autorange": "reversed", "ticks": "", "showline": False}
    made["layout"]["xaxis"] = value_axis(d.theme, d.y_title(plot), d.scale(plot, stacked, room=_room(d, plot, stacked), most=4))
    if plot.aside is not None:
        made["layout"].setdefault("annotations", []).append(_aside(d, plot, plot.aside))
    return made


def _aside(d: Drawing, plot: Plot, number: Number) -> dict[str, Any]:
    """What "Other" comes to, in the place of a bar that would dwarf all others."""
    text = f"{d.exact(plot.lines[0].measure, number)} together"
    place = {"x": 0, "y": plot.other, "xanchor": "left", "xshift": 4, "showarrow": False}
    return {**place, "text": text, "font": {"size": 12, "color": d.theme.muted}}


def vertical(d: Drawing, plot: Plot, *, as_line: bool = False) -> dict[str, Any]:
    stacked = d.spec.stacked and len(plot.lines) > 1 and not as_line
    traces = [_bar(d, plot, line, i, "v", stacked) for i, line in enumerate(plot.lines)]
    if as_line:
        traces = [_as_line(trace) for trace in traces]
    made = d.framed(traces, len(plot.lines) > 1, plot.note)
    made["layout"]["barmode"] = "stack" if stacked else "group"
    made["layout"]["xaxis"] = _names_axis(d, plot)
    room = 0.08 if _labelled(d, plot, stacked) else 0.04
    made["layout"]["yaxis"] = value_axis(d.theme, d.y_title(plot), d.scale(plot, stacked, room=room))
    return made


def _bar(d: Drawing, plot: Plot, line: Line, index: int, way: str, stacked: bool) -> dict[str, Any]:
    values, places = [as_float(n) for n in line.y], list(range(len(plot.names)))
    colour: Any = d.colour(line, index)
    if plot.other is not None and len(plot.lines) == 1:
        colour = [OTHER if i == plot.other else colour for i in places]
    trace: dict[str, Any] = {
        "type": "bar",
        "orientation": way,
        "name": escape(line.name),
        "x": values if way == "h" else places,
        "y": places if way == "h" else values,
        "marker": {"color": colour, "line": {"width": 0}},
        "cliponaxis": False,
        **d.hover(plot, line, [escape(name) for name in plot.names]),
    }
    if _labelled(d, plot, stacked):
        large = way == "v" and any(abs(v) >= 10_000 for v in values if v is not None)
        say = d.short if large else d.exact
        texts = [say(line.measure, n) if n is not None else "" for n in line.y]
        trace |= {
            "text": texts,
            "textposition": "outside",
            "textangle": 0,
            "textfont": {"size": 12, "color": d.theme.text},
        }
    return trace


def _labelled(d: Drawing, plot: Plot, stacked: bool) -> bool:
    most = MOST_LABELLED if not plot.ordered else MOST_LABELLED_COLUMNS
    return not stacked and len(plot.lines) == 1 and len(plot.names) <= most


def _room(d: Drawing, plot: Plot, stacked: bool) -> float:
    """Free space for the labels at the ends of horizontal bars, on a narrow screen too."""
    if not _labelled(d, plot, stacked):
        return 0.04
    longest = max((len(d.exact(line.measure, n)) for line in plot.lines for n in line.y if n is not None), default=0)
    both_sides = any(n is not None and n < 0 for line in plot.lines for n in line.y)
    return min(0.7, 0.04 + 0.04 * longest) * (1.7 if both_sides else 1.0)


def _names_axis(d: Drawing, plot: Plot) -> dict[str, Any]:
    axis = plain_axis(d.theme, d.x_title(plot))
    short = d.x.cycle in ("weekday", "month") and not plot.moments
    texts = [wrapped(name[:3] if short else name) for name in plot.names]
    places = list(range(len(texts)))
    if plot.moments:
        at, said = ticks(plot.moments, d.x.grain, locale=d.locale)
        places = [plot.moments.index(m) for m in at if m in plot.moments]
        texts = [text for m, text in zip(at, said, strict=True) if m in plot.moments]
    axis |= {"tickmode": "array", "tickvals": places, "ticktext": texts, "type": "linear"}
    if plot.ordered and len(plot.names) > MOST_LABELLED_COLUMNS and not plot.moments:
        axis["tickfont"] = {"size": 10, "color": d.theme.text}
    return axis | {"range": [-0.6, len(plot.names) - 0.4]} if plot.ordered else axis


def _as_line(bar: dict[str, Any]) -> dict[str, Any]:
    kept = {key: bar[key] for key in ("name", "x", "y", "customdata", "hovertemplate")}
    colour = bar["marker"]["color"] if isinstance(bar["marker"]["color"], str) else bar["marker"]["color"][0]
    return {
        **kept,
        "type": "scatter",
        "mode": "lines+markers",
        "line": {"color": colour, "width": 2.5},
        "marker": {"color": colour, "line": {"width": 0}},
    }
