"""Figure: a plotly figure from a ChartSpec and a result, and from nothing else. Spec and data are data: no code, no markup."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from core.analysis.along_time import draw_over_time
from core.analysis.bars import draw_by_category
from core.analysis.drawing import Drawing
from core.analysis.labels import escape
from core.analysis.look import theme_of
from core.analysis.parts import draw_parts
from core.analysis.points import draw_points
from core.analysis.reading import read
from core.models import ChartKind, ChartSpec, ResultSet, SqlDraft

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

NOTHING = "Nothing to draw: see the table."

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
    import pandas  # noqa: F401  # plotly uses it as soon as any thread has begun to load it: here it is loaded to its end
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
    made = _draw(Drawing(spec, read(result, draft), theme_of(theme), locale))
    if title and spec.title:
        made["layout"]["title"] = {"text": f"<b>{escape(spec.title)}</b>", "x": 0, "xref": "paper", "font": {"size": 16}}
        made["layout"]["margin"]["t"] = 56
    return made


def _draw(d: Drawing) -> dict[str, Any]:
    if not _drawable(d):
        return d.message(NOTHING)
    match d.spec.kind:
        case ChartKind.SCATTER:
            return draw_points(d)
        case ChartKind.PIE:
            return draw_parts(d)
        case ChartKind.LINE | ChartKind.AREA | ChartKind.BAR:
            return draw_over_time(d) if d.x.time else draw_by_category(d)
        case _:
            return d.message(NOTHING)


def _drawable(d: Drawing) -> bool:
    spec, size = d.spec, len(d.shape.columns)
    columns = [i for i in (spec.x, spec.color, *spec.y) if i is not None]
    if spec.x is None or not spec.y or any(not 0 <= i < size for i in columns) or not d.shape.rows:
        return False
    measured = (*spec.y, spec.x) if spec.kind is ChartKind.SCATTER else spec.y
    return all(any(n is not None for n in d.shape.numbers(i)) for i in measured)
