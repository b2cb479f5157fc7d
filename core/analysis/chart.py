"""Chart choice: the ChartSpec that shows a result best, from its reading; what the person asked for wins when it is possible."""

from __future__ import annotations

import re
from dataclasses import replace

from core.analysis.reading import Layout, Reading, read
from core.models import ChartKind, ChartSpec, ResultSet, SqlDraft

MOST_BARS = 40
"""With more categories a table is read faster."""
MOST_PARTS = 5
MOST_COLUMNS = 8
FEWEST_POINTS = 3
"""Of a line or a scatter."""

_SHARE = re.compile(
    r"\b(shares?|percent(age)?s?|proportions?|breakdown|break down|split|make up|makes up|part of|parts of|composition|mix)\b",
    re.I,
)


def choose_chart(result: ResultSet, draft: SqlDraft | None = None, question: str = "") -> ChartSpec:
    """NONE where a table says it better. `chosen_by` is "engine" when the question named a chart that is possible."""
    return choose(read(result, draft), draft.chart_kind if draft else "", question)


def choose(reading: Reading, asked: str = "", question: str = "") -> ChartSpec:
    spec = _titled(_best(reading, question), reading)
    wanted = _as_asked(asked, reading)
    return replace(_titled(wanted, reading), chosen_by="engine") if wanted else spec


def _best(reading: Reading, question: str) -> ChartSpec:
    match reading.layout:
        case Layout.ONE:
            return _one(reading)
        case Layout.SERIES:
            return _over_time(reading)
        case Layout.TIME_GROUPS:
            return _over_time_by(reading)
        case Layout.GROUPS:
            return _by_category(reading, question)
        case Layout.CROSS:
            return _by_two(reading)
        case Layout.RECORDS:
            return _of_records(reading)
        case _:
            return ChartSpec(ChartKind.NONE)


def _one(reading: Reading) -> ChartSpec:
    if len(reading.measures) == 1 and len(reading.shape.result.columns) <= 4:
        return ChartSpec(ChartKind.METRIC, x=reading.x, y=reading.measures)
    return ChartSpec(ChartKind.NONE)


def _over_time(reading: Reading) -> ChartSpec:
    kind = ChartKind.LINE if reading.shape.rows >= FEWEST_POINTS else ChartKind.BAR
    return ChartSpec(kind, x=reading.time, y=comparable(reading))


def _over_time_by(reading: Reading) -> ChartSpec:
    assert reading.time is not None and reading.series is not None
    y, moments = reading.measures[:1], reading.shape[reading.time].distinct
    if moments >= FEWEST_POINTS:
        return ChartSpec(ChartKind.LINE, x=reading.time, y=y, color=reading.series)
    return ChartSpec(ChartKind.BAR, x=reading.time, y=y, color=reading.series)


def _by_category(reading: Reading, question: str) -> ChartSpec:
    rows, first = reading.shape.rows, reading.measures[0]
    if rows > MOST_BARS:
        return ChartSpec(ChartKind.NONE)
    if _SHARE.search(question) and rows <= MOST_PARTS and parts_of_a_whole(reading, first):
        return ChartSpec(ChartKind.PIE, x=reading.category, y=(first,))
    if (
        len(reading.measures) == 2
        and rows >= 8
        and len(comparable(reading)) == 1
        and not reading.traits.grouped
        and reading.traits.known
    ):
        return ChartSpec(ChartKind.SCATTER, x=first, y=(reading.measures[1],))
    return ChartSpec(ChartKind.BAR, x=reading.category, y=comparable(reading))


def _by_two(reading: Reading) -> ChartSpec:
    assert reading.category is not None and reading.series is not None
    first, second = reading.shape[reading.category], reading.shape[reading.series]
    if max(first.distinct, second.distinct) > MOST_BARS or first.distinct * second.distinct > 4 * MOST_BARS:
        return ChartSpec(ChartKind.NONE)
    x, color = (reading.category, reading.series) if first.distinct >= second.distinct else (reading.series, reading.category)
    measure = reading.measures[0]
    return ChartSpec(ChartKind.BAR, x=x, y=(measure,), color=color, stacked=stackable(reading, measure))


def _of_records(reading: Reading) -> ChartSpec:
    if len(reading.shape.result.columns) > MOST_COLUMNS or reading.shape.rows < FEWEST_POINTS or reading.time is not None:
        return ChartSpec(ChartKind.NONE)
    columns = len(reading.shape.result.columns)
    if len(reading.measures) == 2 and columns <= 3 and all(reading.shape[i].distinct >= FEWEST_POINTS for i in reading.measures):
        return ChartSpec(ChartKind.SCATTER, x=reading.measures[0], y=(reading.measures[1],))
    return ChartSpec(ChartKind.NONE)


def comparable(reading: Reading) -> tuple[int, ...]:
    """The first measure and, of the next two, those of the same unit and a like size: they share one axis."""
    first = reading.measures[0]
    size = _size(reading, first)
    alike = [
        i
        for i in reading.measures[1:3]
        if reading.shape[i].unit == reading.shape[first].unit and 0.1 <= _size(reading, i) / (size or 1) <= 10
    ]
    return (first, *alike)


def _size(reading: Reading, index: int) -> float:
    return max((abs(float(n)) for n in reading.shape.numbers(index) if n is not None), default=0.0)


def parts_of_a_whole(reading: Reading, measure: int) -> bool:
    """No negative part, a whole above zero, and all the parts are there; a column of percents must come to about 100."""
    numbers = [float(n) for n in reading.shape.numbers(measure) if n is not None]
    if len(numbers) < 2 or min(numbers) < 0 or sum(numbers) <= 0:
        return False
    if reading.shape[measure].unit == "percent":
        return 99 <= sum(numbers) <= 101
    return measure in reading.additive and not reading.partial


def stackable(reading: Reading, measure: int) -> bool:
    numbers = [n for n in reading.shape.numbers(measure) if n is not None]
    return measure in reading.additive and bool(numbers) and min(numbers) >= 0


def _as_asked(asked: str, reading: Reading) -> ChartSpec | None:
    """The chart a person named, or None where this result cannot be drawn so."""
    if not asked or asked == ChartKind.METRIC or not reading.measures or reading.shape.rows < 2:
        return ChartSpec(ChartKind.NONE) if asked == ChartKind.NONE else None
    if asked == ChartKind.SCATTER:
        two = reading.measures[:2]
        return ChartSpec(ChartKind.SCATTER, x=two[0], y=two[1:]) if len(two) == 2 else None
    x = reading.x
    if x is None or asked not in set(ChartKind):
        return None
    if asked == ChartKind.PIE:
        fits = reading.series is None and parts_of_a_whole(reading, reading.measures[0])
        return ChartSpec(ChartKind.PIE, x=x, y=reading.measures[:1]) if fits else None
    y = comparable(reading) if reading.series is None else reading.measures[:1]
    if asked == ChartKind.AREA and not all(stackable(reading, i) for i in y):
        asked = ChartKind.LINE
    stacked = reading.series is not None and stackable(reading, y[0]) and asked != ChartKind.LINE
    return ChartSpec(ChartKind(asked), x=x, y=y, color=reading.series, stacked=stacked)


def _titled(spec: ChartSpec, reading: Reading) -> ChartSpec:
    if spec.kind is ChartKind.NONE:
        return spec
    x, y = (reading.shape[spec.x].title if spec.x is not None else ""), (reading.shape[spec.y[0]].title if spec.y else "")
    if len(spec.y) > 1:
        y = ""
    over = "by" if spec.kind is not ChartKind.SCATTER else "against"
    title = f"{y} {over} {reading.shape[spec.x].phrase}" if y and spec.x is not None and spec.kind is not ChartKind.METRIC else y
    return replace(spec, title=title, x_title=x, y_title=y)
