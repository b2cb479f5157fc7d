"""Parts: a ring of at most five parts of a whole; more or negative parts become bars."""

from __future__ import annotations

from typing import Any

from core.analysis.bars import horizontal
from core.analysis.drawing import Drawing
from core.analysis.humanise import Number, format_percent
from core.analysis.labels import escape, wrapped
from core.analysis.look import HEIGHT
from core.analysis.palette import OTHER
from core.analysis.plot import as_float, by_category

MOST_PARTS = 5


def draw_parts(d: Drawing) -> dict[str, Any]:
    plot = by_category(d.reading, d.spec.x or 0, d.spec.y[:1], None, most=MOST_PARTS - 1, whole=True)
    parts = [(n, v) for n, v in zip(plot.names, plot.lines[0].y, strict=True) if v is not None and v > 0]
    if not parts or len(parts) > MOST_PARTS or any(v is not None and v < 0 for v in plot.lines[0].y):
        return horizontal(d, plot)
    whole = sum(float(v) for _, v in parts)
    said = [f"{escape(n)}<br>{d.exact(d.spec.y[0], v)} · {_share(v, whole)}" for n, v in parts]
    grey = [plot.other is not None and i == len(parts) - 1 for i in range(len(parts))]
    trace = {
        "type": "pie",
        "labels": [wrapped(n) for n, _ in parts],
        "values": [as_float(v) for _, v in parts],
        "text": [_share(v, whole) for _, v in parts],
        "textinfo": "text",
        "textposition": "auto",
        "insidetextfont": {"color": "#ffffff", "size": 14},
        "outsidetextfont": {"color": d.theme.text},
        "hole": 0.5,
        "sort": False,
        "direction": "clockwise",
        "marker": {
            "colors": [OTHER if other else d.palette[i % len(d.palette)] for i, other in enumerate(grey)],
            "line": {"color": d.theme.surface, "width": 2},
        },
        "customdata": said,
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    return d.framed([trace], True, plot.note, height=HEIGHT - 40)


def _share(part: Number, whole: float) -> str:
    return format_percent(100 * float(part) / whole)
