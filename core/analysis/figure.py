"""Figure: a plotly figure from a ChartSpec and a result, and from nothing else. Spec and data are data: no code, no markup."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from core.analysis.humanise import Number, format_compact, format_moment, format_percent
from core.analysis.labels import escape, wrapped
from core.analysis.look import HEIGHT, layout, plain_axis, theme_of, value_axis
from core.analysis.palette import OTHER, Theme, colours
from core.analysis.plot import Line, Plot, as_float, by_category, over_time
from core.analysis.reading import Reading, read
from core.analysis.scale import Scale, scale_of
from core.analysis.ticks import ticks
from core.models import ChartKind, ChartSpec, ResultSet, SqlDraft

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

MOST_POINTS = 2_000
MOST_LABELLED = 14
"""Bars that carry their value; with more, the axis and the hover say it."""
MOST_EXACT_HOVERS = 2_000
MOST_PARTS = 5

ThemeName = Literal["light", "dark"]


def build_figure(
    spec: ChartSpec,
    result: ResultSet,
    *,
    theme: ThemeName = "light",
    draft: SqlDraft | None = None,
    locale: str = "en",
    title: bool = False,
) -> Figure:
    """Total over any spec and result: what cannot be drawn becomes an empty figure that says so.

    `draft` tells units and which measures add up; without it names decide. `title` for figures that leave the page.
    """
    from plotly.graph_objects import Figure

    made = figure_dict(spec, result, theme=theme, draft=draft, locale=locale, title=title)
    return Figure(made, _validate=False)


def figure_dict(
    spec: ChartSpec,
    result: ResultSet,
    *,
    theme: ThemeName = "light",
    draft: SqlDraft | None = None,
    locale: str = "en",
    title: bool = False,
) -> dict[str, Any]:
    """The same as plain data, without importing plotly."""
    drawing = _Drawing(spec, read(result, draft), theme_of(theme), locale)
    made = drawing.figure()
    if title and spec.title:
        made["layout"]["title"] = {"text": f"<b>{escape(spec.title)}</b>", "x": 0, "xref": "paper", "font": {"size": 16}}
        made["layout"]["margin"]["t"] = 56
    return made


class _Drawing:
    def __init__(self, spec: ChartSpec, reading: Reading, theme: Theme, locale: str) -> None:
        self.spec, self.reading, self.shape, self.theme, self.locale = spec, reading, reading.shape, theme, locale
        self.palette = colours(spec.palette)

    def figure(self) -> dict[str, Any]:
        if not self._drawable():
            return self._message("There is nothing to draw here; the table has it all.")
        match self.spec.kind:
            case ChartKind.SCATTER:
                return self._scatter()
            case ChartKind.PIE:
                return self._pie()
            case ChartKind.LINE | ChartKind.AREA | ChartKind.BAR:
                return self._over_time() if self._x.time else self._by_category()
            case _:
                return self._message("This answer is best read in the table.")

    def _drawable(self) -> bool:
        spec, size = self.spec, len(self.shape.columns)
        columns = [i for i in (spec.x, spec.color, *spec.y) if i is not None]
        if spec.x is None or not spec.y or any(not 0 <= i < size for i in columns) or not self.shape.rows:
            return False
        measured = (*spec.y, spec.x) if spec.kind is ChartKind.SCATTER else spec.y
        return all(any(n is not None for n in self.shape.numbers(i)) for i in measured)

    @property
    def _x(self) -> Any:
        return self.shape[self.spec.x or 0]

    # --- along time

    def _over_time(self) -> dict[str, Any]:
        plot = over_time(self.reading, self.spec.x or 0, self.spec.y, self.spec.color)
        if not plot.moments:
            return self._by_category()
        if self.spec.kind is ChartKind.BAR:
            return self._time_bars(plot)
        stacked = self.spec.kind is ChartKind.AREA and len(plot.lines) > 1
        traces = [self._line(plot, line, i, stacked) for i, line in enumerate(plot.lines)]
        made = self._framed(traces, len(plot.lines) > 1, plot.note)
        scale = self._scale(plot, stacked, zero=self.spec.kind is ChartKind.AREA)
        places, texts = ticks(plot.moments, self._x.grain, locale=self.locale)
        made["layout"]["xaxis"] = plain_axis(self.theme, self._x_title(plot)) | {
            "type": "date",
            "tickmode": "array",
            "tickvals": [m.isoformat() for m in places],
            "ticktext": texts,
            "tickangle": 0,
        }
        made["layout"]["yaxis"] = value_axis(self.theme, self._y_title(plot), scale)
        made["layout"]["hovermode"] = "closest"
        return made

    def _line(self, plot: Plot, line: Line, index: int, stacked: bool) -> dict[str, Any]:
        colour = self._colour(line, index)
        dots = len(plot.moments) <= 60
        trace: dict[str, Any] = {
            "type": "scatter",
            "mode": "lines+markers" if dots else "lines",
            "name": escape(line.name),
            "x": [m.isoformat() for m in plot.moments],
            "y": [as_float(n) for n in line.y],
            "line": {"color": colour, "width": 2.5},
            "marker": {"color": colour, "size": 6},
            "connectgaps": False,
            **self._hover(
                plot, line, [self._moment(m) for m in plot.moments] if len(plot.moments) <= MOST_EXACT_HOVERS else None
            ),
        }
        if self.spec.kind is ChartKind.AREA:
            trace |= {"stackgroup": "all"} if stacked else {"fill": "tozeroy", "fillcolor": _faint(colour)}
        return trace

    def _moment_names(self, plot: Plot) -> list[str] | None:
        return [self._moment(m) for m in plot.moments] if len(plot.moments) <= MOST_EXACT_HOVERS else None

    def _time_bars(self, plot: Plot) -> dict[str, Any]:
        kept = [i for i in range(len(plot.moments)) if any(line.y[i] is not None for line in plot.lines)]
        moments = [plot.moments[i] for i in kept]
        names = tuple(self._moment(m) for m in moments)
        lines = tuple(Line(line.name, tuple(line.y[i] for i in kept), line.other, line.measure) for line in plot.lines)
        return self._vertical(Plot(names, lines, tuple(moments), True, None, plot.note, plot.averaged))

    # --- by category

    def _by_category(self) -> dict[str, Any]:
        plot = by_category(self.reading, self.spec.x or 0, self.spec.y, self.spec.color)
        if self.spec.kind is not ChartKind.BAR:
            return self._vertical(plot, as_line=True)
        return self._vertical(plot) if plot.ordered else self._horizontal(plot)

    def _horizontal(self, plot: Plot) -> dict[str, Any]:
        stacked = self.spec.stacked and len(plot.lines) > 1
        traces = [self._bar(plot, line, i, "h", stacked) for i, line in enumerate(plot.lines)]
        thick = 30 if stacked or len(plot.lines) == 1 else min(18 * len(plot.lines) + 10, 90)
        tall = max(wrapped(name).count("<br>") for name in plot.names) * 14
        made = self._framed(traces, len(plot.lines) > 1, plot.note, height=max(150, 84 + len(plot.names) * max(thick, 22 + tall)))
        made["layout"]["barmode"] = "stack" if stacked else "group"
        made["layout"]["yaxis"] = self._names_axis(plot) | {"autorange": "reversed", "ticks": "", "showline": False}
        made["layout"]["xaxis"] = value_axis(
            self.theme, self._y_title(plot), self._scale(plot, stacked, room=self._room(plot, stacked))
        )
        return made

    def _vertical(self, plot: Plot, *, as_line: bool = False) -> dict[str, Any]:
        stacked = self.spec.stacked and len(plot.lines) > 1 and not as_line
        traces = [self._bar(plot, line, i, "v", stacked) for i, line in enumerate(plot.lines)]
        if as_line:
            traces = [_as_line(trace) for trace in traces]
        made = self._framed(traces, len(plot.lines) > 1, plot.note)
        made["layout"]["barmode"] = "stack" if stacked else "group"
        made["layout"]["xaxis"] = self._names_axis(plot)
        room = 0.08 if self._labelled(plot, stacked) else 0.04
        made["layout"]["yaxis"] = value_axis(self.theme, self._y_title(plot), self._scale(plot, stacked, room=room))
        return made

    def _bar(self, plot: Plot, line: Line, index: int, way: str, stacked: bool) -> dict[str, Any]:
        values, places = [as_float(n) for n in line.y], list(range(len(plot.names)))
        colour: Any = self._colour(line, index)
        if plot.other is not None and len(plot.lines) == 1:
            colour = [OTHER if i == plot.other else colour for i in places]
        trace: dict[str, Any] = {
            "type": "bar",
            "orientation": way,
            "name": escape(line.name),
            "x": values if way == "h" else places,
            "y": places if way == "h" else values,
            "marker": {"color": colour},
            "cliponaxis": False,
            **self._hover(plot, line, [escape(name) for name in plot.names]),
        }
        if self._labelled(plot, stacked):
            say = self._short if way == "v" else self._exact
            texts = [say(line.measure, n) if n is not None else "" for n in line.y]
            trace |= {
                "text": texts,
                "textposition": "outside",
                "textangle": 0,
                "textfont": {"size": 12, "color": self.theme.text},
            }
        return trace

    def _labelled(self, plot: Plot, stacked: bool) -> bool:
        return not stacked and len(plot.lines) == 1 and len(plot.names) <= MOST_LABELLED

    def _room(self, plot: Plot, stacked: bool) -> float:
        """Free space for the labels at the ends of horizontal bars, on a narrow screen too."""
        if not self._labelled(plot, stacked):
            return 0.04
        longest = max((len(self._exact(line.measure, n)) for line in plot.lines for n in line.y if n is not None), default=0)
        return min(0.6, 0.04 + 0.04 * longest)

    def _names_axis(self, plot: Plot) -> dict[str, Any]:
        axis = plain_axis(self.theme, self._x_title(plot))
        texts = [wrapped(name) for name in plot.names]
        places = list(range(len(texts)))
        if plot.moments:
            at, said = ticks(plot.moments, self._x.grain, locale=self.locale)
            places = [plot.moments.index(m) for m in at if m in plot.moments]
            texts = [text for m, text in zip(at, said, strict=True) if m in plot.moments]
        axis |= {"tickmode": "array", "tickvals": places, "ticktext": texts, "type": "linear"}
        return axis | {"range": [-0.6, len(plot.names) - 0.4]} if plot.ordered else axis

    # --- parts, and two measures

    def _pie(self) -> dict[str, Any]:
        plot = by_category(self.reading, self.spec.x or 0, self.spec.y[:1], None, most=MOST_PARTS - 1)
        parts = [(n, v) for n, v in zip(plot.names, plot.lines[0].y, strict=True) if v is not None and v > 0]
        if not parts or len(parts) > MOST_PARTS or any(v is not None and v < 0 for v in plot.lines[0].y):
            return self._horizontal(plot)
        whole = sum(float(v) for _, v in parts)
        said = [f"{escape(n)}<br>{self._exact(self.spec.y[0], v)} · {_share(v, whole)}" for n, v in parts]
        grey = [plot.other is not None and i == len(parts) - 1 for i in range(len(parts))]
        trace = {
            "type": "pie",
            "labels": [wrapped(n) for n, _ in parts],
            "values": [as_float(v) for _, v in parts],
            "text": [_share(v, whole) for _, v in parts],
            "textinfo": "text",
            "textposition": "auto",
            "insidetextfont": {"color": "#ffffff", "size": 14},
            "outsidetextfont": {"color": self.theme.text},
            "hole": 0.5,
            "sort": False,
            "direction": "clockwise",
            "marker": {
                "colors": [OTHER if other else self.palette[i % len(self.palette)] for i, other in enumerate(grey)],
                "line": {"color": self.theme.surface, "width": 2},
            },
            "customdata": said,
            "hovertemplate": "%{customdata}<extra></extra>",
        }
        return self._framed([trace], True, plot.note, height=HEIGHT - 40)

    def _scatter(self) -> dict[str, Any]:
        x, y = self.spec.x or 0, self.spec.y[0]
        points = [
            (row, a, b)
            for row, (a, b) in enumerate(zip(self.shape.numbers(x), self.shape.numbers(y), strict=True))
            if a is not None and b is not None and as_float(a) is not None and as_float(b) is not None
        ]
        if not points:
            return self._message("There is nothing to draw here; the table has it all.")
        step = -(-len(points) // MOST_POINTS)
        note = f"Every {step}. of {len(points):,} points shown" if step > 1 else ""
        points = points[::step]
        traces = [self._points(rows, name, i) for i, (name, rows) in enumerate(self._coloured(points))]
        made = self._framed(traces, self.spec.color is not None, note)
        titles = (self.spec.x_title or self.shape[x].title, self.spec.y_title or self.shape[y].title)
        for axis, column, title, place in (("xaxis", x, titles[0], 1), ("yaxis", y, titles[1], 2)):
            numbers = [float(point[place]) for point in points]
            made["layout"][axis] = value_axis(self.theme, title, self._scale_of(numbers, column, zero=False))
        return made

    def _coloured(self, points: list[tuple[int, Number, Number]]) -> list[tuple[str, list[tuple[int, Number, Number]]]]:
        if self.spec.color is None:
            return [("", points)]
        labels = self.shape.labels(self.spec.color, self.locale)
        groups: dict[str, list[tuple[int, Number, Number]]] = {}
        for point in points:
            groups.setdefault(labels[point[0]], []).append(point)
        ranked = sorted(groups.items(), key=lambda item: -len(item[1]))
        if len(ranked) <= 9:
            return ranked
        rest = [point for _, rows in ranked[8:] for point in rows]
        return [*ranked[:8], (f"Other ({len(ranked) - 8})", rest)]

    def _points(self, points: list[tuple[int, Number, Number]], name: str, index: int) -> dict[str, Any]:
        x, y = self.spec.x or 0, self.spec.y[0]
        namer = next((i for i in self.shape.categories if i != self.spec.color and not self.shape.is_last_name(i)), None)
        said = []
        for row, a, b in points:
            head = f"<b>{escape(self.shape.labels(namer)[row])}</b><br>" if namer is not None else ""
            first, second = (f"{escape(self.shape[c].title)}: {self._exact(c, v)}" for c, v in ((x, a), (y, b)))
            said.append(f"{head}{first}<br>{second}")
        return {
            "type": "scatter",
            "mode": "markers",
            "name": escape(name),
            "x": [as_float(a) for _, a, _ in points],
            "y": [as_float(b) for _, _, b in points],
            "marker": {
                "color": OTHER if name.startswith("Other (") else self.palette[index % len(self.palette)],
                "size": 9 if len(points) < 200 else 6,
                "opacity": 0.8 if len(points) < 200 else 0.55,
            },
            "cliponaxis": False,
            "customdata": said,
            "hovertemplate": "%{customdata}<extra></extra>",
        }

    # --- shared

    def _framed(self, traces: list[dict[str, Any]], legend: bool, note: str, *, height: int = HEIGHT) -> dict[str, Any]:
        made: dict[str, Any] = {"data": traces, "layout": layout(self.theme, height=height, legend=legend)}
        if note:
            made["layout"]["annotations"] = [
                {"text": escape(note), "showarrow": False, "xref": "paper", "yref": "paper", "x": 1, "y": 1, "xanchor": "right",
                 "yanchor": "bottom", "font": {"size": 11, "color": self.theme.muted}}
            ]  # fmt: skip
        return made

    def _message(self, text: str) -> dict[str, Any]:
        made = self._framed([], False, "", height=120)
        hidden = {"visible": False, "fixedrange": True}
        note = {"text": text, "showarrow": False, "xref": "paper", "yref": "paper", "x": 0.5, "y": 0.5}
        made["layout"] |= {"xaxis": hidden, "yaxis": hidden, "annotations": [note | {"font": {"color": self.theme.muted}}]}
        return made

    def _colour(self, line: Line, index: int) -> str:
        return OTHER if line.other else self.palette[index % len(self.palette)]

    def _hover(self, plot: Plot, line: Line, names: Sequence[str] | None) -> dict[str, Any]:
        if names is None:
            return {"hovertemplate": "%{x}<br>%{y:,}<extra></extra>"}
        said = escape(line.name if len(plot.lines) > 1 else self._y_title(plot))
        texts = [
            f"<b>{name}</b><br>{said}: {self._exact(line.measure, n)}" if n is not None else ""
            for name, n in zip(names, line.y, strict=True)
        ]
        return {"customdata": texts, "hovertemplate": "%{customdata}<extra></extra>"}

    def _scale(self, plot: Plot, stacked: bool, *, zero: bool = True, room: float = 0.04) -> Scale:
        values = [[as_float(n) or 0.0 for n in line.y if n is not None or stacked] for line in plot.lines]
        numbers = [sum(column) for column in zip(*values, strict=True)] if stacked else [n for line in values for n in line]
        return self._scale_of(numbers, plot.lines[0].measure, zero=zero, room=room)

    def _scale_of(self, numbers: Sequence[float], column: int, *, zero: bool, room: float = 0.04) -> Scale:
        known = self.shape[column]
        return scale_of(numbers, zero=zero, room=room, unit=known.unit, currency=known.currency, locale=self.locale)

    def _x_title(self, plot: Plot) -> str:
        return self.spec.x_title or str(self._x.title)

    def _y_title(self, plot: Plot) -> str:
        title = self.spec.y_title or (self.shape[self.spec.y[0]].title if len(self.spec.y) == 1 else "")
        return f"Average of {title[:1].lower()}{title[1:]}" if plot.averaged and title else title

    def _exact(self, column: int, number: Number) -> str:
        return escape(self.shape.value_text(column, number, self.locale))

    def _short(self, column: int, number: Number) -> str:
        return format_compact(number, locale=self.locale) if abs(float(number)) >= 10_000 else self._exact(column, number)

    def _moment(self, moment: datetime) -> str:
        return format_moment(moment, self._x.grain, locale=self.locale)


def _share(part: Number, whole: float) -> str:
    return format_percent(100 * float(part) / whole)


def _faint(colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.18)"


def _as_line(bar: dict[str, Any]) -> dict[str, Any]:
    kept = {key: bar[key] for key in ("name", "x", "y", "customdata", "hovertemplate")}
    colour = bar["marker"]["color"] if isinstance(bar["marker"]["color"], str) else bar["marker"]["color"][0]
    return {
        **kept,
        "type": "scatter",
        "mode": "lines+markers",
        "line": {"color": colour, "width": 2.5},
        "marker": {"color": colour},
    }
