"""Drawing: what every kind of figure shares: the reading, the theme, exact texts, scales and the frame."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from core.analysis.humanise import Number, format_compact, format_moment
from core.analysis.labels import escape
from core.analysis.look import HEIGHT, layout
from core.analysis.palette import OTHER, Theme, colours
from core.analysis.plot import Line, Plot, as_float
from core.analysis.reading import Reading
from core.analysis.roles import ColumnShape
from core.analysis.scale import Scale, scale_of
from core.models import ChartSpec


class Drawing:
    """What one figure is drawn from, and the texts, colours, scales and frame that all kinds share."""

    def __init__(self, spec: ChartSpec, reading: Reading, theme: Theme, locale: str) -> None:
        self.spec, self.reading, self.shape, self.theme, self.locale = spec, reading, reading.shape, theme, locale
        self.palette = colours(spec.palette)

    @property
    def x(self) -> ColumnShape:
        return self.shape[self.spec.x or 0]

    def framed(self, traces: list[dict[str, Any]], legend: bool, note: str, *, height: int = HEIGHT) -> dict[str, Any]:
        made: dict[str, Any] = {"data": traces, "layout": layout(self.theme, height=height, legend=legend)}
        if note:
            made["layout"]["annotations"] = [
                {"text": escape(note), "showarrow": False, "xref": "paper", "yref": "paper", "x": 1, "y": 1, "xanchor": "right",
                 "yanchor": "bottom", "font": {"size": 11, "color": self.theme.muted}}
            ]  # fmt: skip
        return made

    def message(self, text: str) -> dict[str, Any]:
        made = self.framed([], False, "", height=120)
        hidden = {"visible": False, "fixedrange": True}
        note = {"text": text, "showarrow": False, "xref": "paper", "yref": "paper", "x": 0.5, "y": 0.5}
        made["layout"] |= {"xaxis": hidden, "yaxis": hidden, "annotations": [note | {"font": {"color": self.theme.muted}}]}
        return made

    def colour(self, line: Line, index: int) -> str:
        return OTHER if line.other else self.palette[index % len(self.palette)]

    def hover(self, plot: Plot, line: Line, names: Sequence[str] | None) -> dict[str, Any]:
        if names is None:
            return {"hovertemplate": "%{x}<br>%{y:,}<extra></extra>"}
        said = escape(line.name if len(plot.lines) > 1 else self.y_title(plot))
        texts = [
            f"<b>{name}</b><br>{said}: {self.exact(line.measure, n)}" if n is not None else ""
            for name, n in zip(names, line.y, strict=True)
        ]
        return {"customdata": texts, "hovertemplate": "%{customdata}<extra></extra>"}

    def scale(self, plot: Plot, stacked: bool, *, zero: bool = True, room: float = 0.04, most: int = 6) -> Scale:
        values = [[as_float(n) or 0.0 for n in line.y if n is not None or stacked] for line in plot.lines]
        numbers = [sum(column) for column in zip(*values, strict=True)] if stacked else [n for line in values for n in line]
        return self.scale_of(numbers, plot.lines[0].measure, zero=zero, room=room, most=most)

    def scale_of(
        self, numbers: Sequence[float], column: int, *, zero: bool, near: float = 0.6, room: float = 0.04, most: int = 6
    ) -> Scale:
        known = self.shape[column]
        return scale_of(
            numbers, zero=zero, near=near, room=room, most=most, unit=known.unit, currency=known.currency, locale=self.locale
        )

    def x_title(self, plot: Plot) -> str:
        return self.spec.x_title or str(self.x.title)

    def y_title(self, plot: Plot) -> str:
        title = self.spec.y_title or (self.shape[self.spec.y[0]].title if len(self.spec.y) == 1 else "")
        return f"Average of {title[:1].lower()}{title[1:]}" if plot.averaged and title else title

    def exact(self, column: int, number: Number) -> str:
        return escape(self.shape.value_text(column, number, self.locale))

    def short(self, column: int, number: Number) -> str:
        return format_compact(number, least=1000, locale=self.locale)

    def moment(self, moment: datetime) -> str:
        return format_moment(moment, self.x.grain, locale=self.locale)
