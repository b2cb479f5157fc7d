"""Reading: how a whole result is laid out (one row, a series in time, groups, a cross of two, records), shared by
charts, facts and sentences so that all three speak of the same thing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.analysis.shape import Shape
from core.analysis.traits import Traits, traits_of
from core.analysis.words import words
from core.models import ResultSet, SqlDraft

MOST_RECORDS_AS_GROUPS = 30
_NOT_ADDITIVE = {
    "avg",
    "average",
    "mean",
    "median",
    "min",
    "max",
    "rate",
    "ratio",
    "price",
    "age",
    "score",
    "share",
    "percent",
    "pct",
}
_ADDITIVE = {"count", "cnt", "total", "sum", "revenue", "sales", "amount", "quantity", "qty", "number", "turnover", "units"}


class Layout(StrEnum):
    EMPTY = "empty"
    NULLS = "nulls"
    """Rows, but no value in any of them."""
    ONE = "one"
    """One row."""
    SERIES = "series"
    """One row per moment."""
    TIME_GROUPS = "time_groups"
    """One row per moment and category."""
    GROUPS = "groups"
    """One row per category."""
    CROSS = "cross"
    """One row per pair of categories."""
    RECORDS = "records"
    """A list of things, or anything else."""


@dataclass(frozen=True)
class Reading:
    shape: Shape
    layout: Layout
    traits: Traits
    time: int | None = None
    category: int | None = None
    series: int | None = None
    """The second category of a cross, or the category of time groups."""
    measures: tuple[int, ...] = ()
    additive: frozenset[int] = frozenset()
    """Measures whose rows may be added up."""
    partial: bool = False
    """The rows are not all there are: cut by the row limit, by LIMIT or by HAVING. Their sum is not the whole."""

    @property
    def x(self) -> int | None:
        return self.time if self.time is not None else self.category


def read(result: ResultSet, draft: SqlDraft | None) -> Reading:
    """Total over any result: 0 rows, no columns, NULLs only, 100 columns."""
    traits = traits_of(draft)
    shape = Shape(result, draft.outputs if draft else (), traits.aggregates)
    measures = tuple(i for i in shape.measures if shape[i].distinct)
    layout, time, category, series = _layout(shape, measures, traits)
    additive = frozenset(i for i in measures if _additive(shape, i, traits))
    partial = result.truncated or traits.having or (traits.limit is not None and result.row_count >= traits.limit)
    return Reading(shape, layout, traits, time, category, series, measures, additive, partial)


Found = tuple[Layout, int | None, int | None, int | None]


def _layout(shape: Shape, measures: tuple[int, ...], traits: Traits) -> Found:
    if not shape.rows or not shape.columns:
        return Layout.EMPTY, None, None, None
    if all(column.distinct == 0 for column in shape.columns):
        return Layout.NULLS, None, None, None
    times = tuple(i for i in shape.times if shape[i].distinct)
    named = _names(shape)
    if shape.rows == 1:
        return Layout.ONE, times[0] if times else None, named[0] if named else None, None
    if not measures:
        return Layout.RECORDS, times[0] if times else None, named[0] if named else None, None
    if times:
        return _in_time(shape, times, named, measures)
    return _grouped(shape, named, measures, traits)


def _names(shape: Shape) -> tuple[int, ...]:
    """Columns that can name a row: categories, then keys where there is no category; a last name goes with its first."""
    named = tuple(i for i in shape.categories if shape[i].distinct and not shape.is_last_name(i))
    return named or tuple(i for i in shape.keys if shape[i].distinct)


def _in_time(shape: Shape, times: tuple[int, ...], named: tuple[int, ...], measures: tuple[int, ...]) -> Found:
    time = times[0]
    records: Found = Layout.RECORDS, time, named[0] if named else None, None
    if len(times) > 1 or len(named) > 1:
        return records
    once = shape[time].distinct + bool(shape[time].missing) == shape.rows
    if not named:
        return (Layout.SERIES, time, None, None) if once and not shape.keys else records
    pairs = _pairs(shape, time, named[0])
    if len(pairs) == shape.rows and not once and shape[named[0]].distinct < shape.rows:
        return Layout.TIME_GROUPS, time, None, named[0]
    return records


def _pairs(shape: Shape, first: int, second: int) -> set[tuple[object, object]]:
    return set(zip(shape.result.column(first), shape.result.column(second), strict=True))


def _grouped(shape: Shape, named: tuple[int, ...], measures: tuple[int, ...], traits: Traits) -> Found:
    if not named:
        return Layout.RECORDS, None, None, None
    first = named[0]
    aggregated = traits.grouped or (not traits.known) or any(shape[i].aggregate for i in measures)
    listed = traits.descending is None and len(shape.columns) > 2
    if not aggregated and (listed or shape.rows > MOST_RECORDS_AS_GROUPS):
        return Layout.RECORDS, None, first, None
    if len(set(shape.labels(first))) == shape.rows and len(named) <= 2 and len(measures) <= 3:
        return Layout.GROUPS, None, first, None
    if len(named) == 2 and len(_pairs(shape, first, named[1])) == shape.rows:
        if shape[named[1]].distinct == shape.rows:
            return Layout.GROUPS, None, named[1], None
        return Layout.CROSS, None, first, named[1]
    if shape.keys and shape[shape.keys[0]].distinct == shape.rows and len(named) == 1 and len(measures) <= 2:
        return Layout.GROUPS, None, first, None
    return Layout.RECORDS, None, first, None


def _additive(shape: Shape, index: int, traits: Traits) -> bool:
    """Sums and counts can be added up over rows; averages, prices and counts of distinct things cannot."""
    column = shape[index]
    if column.aggregate:
        return column.aggregate in ("sum", "count") and not (column.aggregate == "count" and traits.distinct_counts)
    if column.unit == "percent" or (traits.known and not traits.grouped):
        return False
    said = set(words(column.name)) | set(words(column.phrase))
    return bool(said & _ADDITIVE) and not said & _NOT_ADDITIVE
