"""Points: one measure against another, at most two thousand of them."""

from __future__ import annotations

from typing import Any

from core.analysis.drawing import Drawing
from core.analysis.humanise import Number
from core.analysis.labels import escape
from core.analysis.look import value_axis
from core.analysis.palette import OTHER
from core.analysis.plot import as_float

MOST_POINTS = 2_000
MOST_COLOURS = 8

Point = tuple[int, Number, Number]
"""Row, x, y."""


def draw_points(d: Drawing) -> dict[str, Any]:
    x, y = d.spec.x or 0, d.spec.y[0]
    points = [
        (row, a, b)
        for row, (a, b) in enumerate(zip(d.shape.numbers(x), d.shape.numbers(y), strict=True))
        if a is not None and b is not None and as_float(a) is not None and as_float(b) is not None
    ]
    if not points:
        return d.message("Nothing to draw: see the table.")
    step = -(-len(points) // MOST_POINTS)
    note = f"Every {step}. of {len(points):,} points shown" if step > 1 else ""
    points = points[::step]
    traces = [_trace(d, rows, name, i) for i, (name, rows) in enumerate(_coloured(d, points))]
    made = d.framed(traces, d.spec.color is not None, note)
    titles = (d.spec.x_title or d.shape[x].title, d.spec.y_title or d.shape[y].title)
    for axis, column, title, place in (("xaxis", x, titles[0], 1), ("yaxis", y, titles[1], 2)):
        numbers = [float(point[place]) for point in points]
        made["layout"][axis] = value_axis(d.theme, title, d.scale_of(numbers, column, zero=False, near=0.2))
    return made


def _coloured(d: Drawing, points: list[Point]) -> list[tuple[str, list[Point]]]:
    if d.spec.color is None:
        return [("", points)]
    labels = d.shape.labels(d.spec.color, d.locale)
    groups: dict[str, list[Point]] = {}
    for point in points:
        groups.setdefault(labels[point[0]], []).append(point)
    ranked = sorted(groups.items(), key=lambda item: -len(item[1]))
    if len(ranked) <= 9:
        return ranked
    rest = [point for _, rows in ranked[8:] for point in rows]
    return [*ranked[:8], (f"Other ({len(ranked) - 8})", rest)]


def _trace(d: Drawing, points: list[Point], name: str, index: int) -> dict[str, Any]:
    x, y = d.spec.x or 0, d.spec.y[0]
    namer = next((i for i in d.shape.categories if i != d.spec.color and not d.shape.is_last_name(i)), None)
    said = []
    for row, a, b in points:
        head = f"<b>{escape(d.shape.labels(namer)[row])}</b><br>" if namer is not None else ""
        first, second = (f"{escape(d.shape[c].title)}: {d.exact(c, v)}" for c, v in ((x, a), (y, b)))
        said.append(f"{head}{first}<br>{second}")
    return {
        "type": "scatter",
        "mode": "markers",
        "name": escape(name),
        "x": [as_float(a) for _, a, _ in points],
        "y": [as_float(b) for _, _, b in points],
        "marker": {
            "color": OTHER if name.startswith("Other (") else d.palette[index % len(d.palette)],
            "size": 9 if len(points) < 200 else 6,
            "opacity": 0.8 if len(points) < 200 else 0.55,
        },
        "cliponaxis": False,
        "customdata": said,
        "hovertemplate": "%{customdata}<extra></extra>",
    }
