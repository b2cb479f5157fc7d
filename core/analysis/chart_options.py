"""Chart options: the kinds and columns a person may pick for a result. Every combination offered can be drawn."""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.analysis.chart import stackable
from core.analysis.display import unique_names
from core.analysis.palette import COLOURS
from core.analysis.reading import Reading, read
from core.analysis.words import title
from core.models import ChartKind, ChartSpec, ResultSet, SqlDraft

MOST_MEASURES = 8
MOST_SERIES = 60
"""Different values of a column that may tell series apart; all but eight of them become "Other"."""


@dataclass(frozen=True)
class ChartChoice:
    """One kind of chart, and the columns each part may take, by position. Any x, y and color of it go together, as long as
    they are different columns."""

    kind: ChartKind
    x: tuple[int, ...]
    y: tuple[int, ...]
    color: tuple[int | None, ...]
    several_y: bool = False
    """More than one y may be picked, where no color is."""
    can_stack: bool = False


@dataclass(frozen=True)
class ChartOptions:
    choices: tuple[ChartChoice, ...]
    """Empty where only a table fits."""
    names: tuple[str, ...]
    """A unique name for every column, by position."""
    palettes: tuple[str, ...] = tuple(COLOURS)

    @property
    def kinds(self) -> tuple[ChartKind, ...]:
        return tuple(choice.kind for choice in self.choices)

    def of(self, kind: ChartKind) -> ChartChoice | None:
        return next((choice for choice in self.choices if choice.kind == kind), None)


def chart_options(result: ResultSet, draft: SqlDraft | None = None) -> ChartOptions:
    """What may be picked, most fitting first."""
    reading, names = read(result, draft), unique_names(result)
    measures = reading.measures[:MOST_MEASURES]
    if result.row_count < 2 or not measures:
        return ChartOptions((), names)
    shape = reading.shape
    named = [i for i in (*shape.categories, *shape.keys) if shape[i].distinct and not shape.is_last_name(i)]
    times = [i for i in shape.times if shape[i].distinct]
    series: tuple[int | None, ...] = (None, *(i for i in named if 1 < shape[i].distinct <= MOST_SERIES))
    stack = any(stackable(reading, i) for i in measures)
    choices = []
    if times or named:
        choices.append(ChartChoice(ChartKind.BAR, (*times, *named), measures, series, True, stack))
    if times:
        choices.append(ChartChoice(ChartKind.LINE, tuple(times), measures, series, True))
        choices.append(ChartChoice(ChartKind.AREA, tuple(times), measures, series, True, stack))
    whole = tuple(i for i in measures if _positive(reading, i))
    if named and whole:
        choices.append(ChartChoice(ChartKind.PIE, tuple(named), whole, (None,)))
    if len(measures) > 1:
        choices.append(ChartChoice(ChartKind.SCATTER, measures, measures, series))
    return ChartOptions(tuple(choices), names)


def _positive(reading: Reading, index: int) -> bool:
    numbers = [n for n in reading.shape.numbers(index) if n is not None]
    return bool(numbers) and min(numbers) >= 0 and max(numbers) > 0 and index in reading.additive


def picked(
    options: ChartOptions, kind: ChartKind, *, x: int | None = None, y: tuple[int, ...] = (), color: int | None = None,
    stacked: bool = False, palette: str = "",
) -> ChartSpec:  # fmt: skip
    """A spec from what a person picked, mended where the parts do not fit the kind (after a change of kind, say).

    NONE where the kind is not offered."""
    choice = options.of(kind)
    if choice is None:
        return ChartSpec(ChartKind.NONE, chosen_by="user")
    across = x if x in choice.x else choice.x[0]
    up = tuple(i for i in y if i in choice.y and i != across) or tuple(i for i in choice.y if i != across)[:1]
    by = color if color in choice.color and color not in (across, *up) else None
    spec = ChartSpec(kind, x=across, y=up if choice.several_y and by is None else up[:1], color=by, chosen_by="user")
    names = options.names
    return replace(
        spec,
        x_title=title(names[across]),
        y_title=title(names[up[0]]) if len(spec.y) == 1 else "",
        stacked=stacked and choice.can_stack,
        palette=palette if palette in options.palettes else "",
    )
