"""Plot: the numbers a figure draws: sorted, grouped, gaps marked, the small ones together as "Other"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from core.analysis.humanise import Number
from core.analysis.moments import moment_at, ordinal
from core.analysis.reading import Reading
from core.models import Kind

MOST_SHOWN = 8
"""Categories before the rest becomes "Other"."""
MOST_DWARFING = 2.0
"""Times the largest bar: an "Other" beyond it is not drawn to scale."""
MOST_PERIODS = 60
MOST_ALONE = 20
"""Bars shown where the rest cannot be added up to an "Other" (averages), or where the person asked for a top n."""


@dataclass(frozen=True)
class Line:
    """One trace. `y` has a value or None (a gap) for every position of the plot."""

    name: str
    y: tuple[Number | None, ...]
    other: bool = False
    measure: int = -1
    """Column position of what it shows."""


@dataclass(frozen=True)
class Plot:
    names: tuple[str, ...]
    """One per position of a category axis; empty texts along time."""
    lines: tuple[Line, ...]
    moments: tuple[datetime, ...] = ()
    """One per position when the axis is time."""
    ordered: bool = False
    """The positions have an order of their own (time, weekdays, numbers) and are not sorted by value."""
    other: int | None = None
    """Position of the "Other" category."""
    aside: Number | None = None
    """What "Other" comes to where its bar would dwarf all others: it is told, not drawn."""
    note: str = ""
    """What is not drawn."""
    averaged: bool = False
    """Rows of one position were averaged, because they cannot be added up."""


def over_time(reading: Reading, time: int, measures: Sequence[int], color: int | None, *, every: bool = False) -> Plot:
    """Positions in time order, with an empty one in each gap, or `every` period in it. Rows without a time are left out."""
    shape, moments = reading.shape, reading.shape.moments(time)
    grain = shape[time].grain
    axis = _axis([m for m in moments if m], grain, every)
    place = {moment: i for i, moment in enumerate(axis)}
    spots = [place.get(_start(m, grain)) if m else None for m in moments]
    named = _named_series(reading, measures, color)
    kept, other, note = _few(named, reading, measures)
    averaged = False
    lines = []
    for name, members, measure in kept:
        y, mean = _placed(reading, measure, spots, len(axis), members)
        averaged |= mean
        lines.append(Line(name, y, name == other, measure))
    return Plot(("",) * len(axis), tuple(lines), tuple(axis), ordered=True, note=note, averaged=averaged)


def _start(moment: datetime, grain: str) -> datetime:
    return moment if grain == "second" else moment_at(ordinal(moment, grain), grain)


def _axis(moments: Sequence[datetime], grain: str, every: bool) -> list[datetime]:
    """Every moment there is, and one empty place in each gap, so that a line breaks there. A gap in months, quarters
    or years is any step longer than the usual one; days may skip a weekend."""
    present = sorted({_start(m, grain) for m in moments})
    if len(present) < 3 or grain == "second":
        return present
    counts = [ordinal(m, grain) for m in present]
    if every and counts[-1] - counts[0] < MOST_PERIODS:
        return [moment_at(count, grain) for count in range(counts[0], counts[-1] + 1)]
    steps = [b - a for a, b in pairwise(counts)]
    usual = sorted(steps)[len(steps) // 2]
    longest = max(3, 3 * usual) if grain in ("day", "hour") else usual
    holes = {count + usual for count, step in zip(counts, steps, strict=False) if step > longest}
    return [moment_at(count, grain) for count in sorted({*counts, *holes})]


Series = tuple[str, frozenset[int] | None, int]
"""A name, the rows that belong to it (None: all), and the measure."""


def _named_series(reading: Reading, measures: Sequence[int], color: int | None) -> list[Series]:
    if color is None:
        return [(reading.shape[i].title, None, i) for i in measures]
    rows: dict[str, set[int]] = {}
    for row, label in enumerate(reading.shape.labels(color)):
        rows.setdefault(label, set()).add(row)
    ordered = sorted(rows, key=lambda label: -_weight(reading, measures[0], rows[label]))
    return [(label, frozenset(rows[label]), measures[0]) for label in ordered]


def _weight(reading: Reading, measure: int, rows: set[int]) -> float:
    numbers = reading.shape.numbers(measure)
    return sum(abs(as_float(numbers[row]) or 0.0) for row in rows)


def _few(named: list[Series], reading: Reading, measures: Sequence[int]) -> tuple[list[Series], str, str]:
    """At most eight series and "Other"; the name of that one, and a note where the rest cannot be added up."""
    if len(named) <= MOST_SHOWN + 1:
        return named, "", ""
    head, rest = named[:MOST_SHOWN], named[MOST_SHOWN:]
    if measures[0] not in reading.additive:
        return head, "", f"{MOST_SHOWN} of {len(named)} shown"
    other = f"Other ({len(rest)})"
    rows = frozenset(row for _, members, _ in rest for row in members or ())
    return [*head, (other, rows, measures[0])], other, ""


def _placed(
    reading: Reading, measure: int, spots: Sequence[int | None], size: int, members: frozenset[int] | None
) -> tuple[tuple[Number | None, ...], bool]:
    """The values of some rows at their positions. Several at one position are added up, or averaged where that makes no sense."""
    cells: list[list[Number]] = [[] for _ in range(size)]
    for row, (spot, number) in enumerate(zip(spots, reading.shape.numbers(measure), strict=True)):
        if spot is not None and number is not None and (members is None or row in members):
            cells[spot].append(number)
    mean = any(len(cell) > 1 for cell in cells) and measure not in reading.additive
    return tuple(_combined(cell, mean) for cell in cells), mean


def _combined(cell: list[Number], mean: bool) -> Number | None:
    if len(cell) < 2:
        return cell[0] if cell else None
    total = sum(map(float, cell)) if any(isinstance(n, float) for n in cell) else sum(cell)
    return total / len(cell) if mean else total


def by_category(
    reading: Reading, category: int, measures: Sequence[int], color: int | None, *, most: int = MOST_SHOWN, whole: bool = False
) -> Plot:
    """Sorted by value, largest first, unless the rows came smallest first or the category has an order of its own.

    `whole`: parts of a whole, in which "Other" is drawn however large it is.
    """
    shape = reading.shape
    labels, spots, values = _positions(reading, category)
    named = _named_series(reading, measures, color)
    kept, other, note = _few(named, reading, measures)
    averaged = False
    lines = []
    for name, members, measure in kept:
        y, mean = _placed(reading, measure, spots, len(labels), members)
        averaged |= mean
        lines.append(Line(name, y, name == other, measure))
    ordered = bool(shape[category].cycle) or shape[category].kind.numeric or shape[category].kind is Kind.TIME
    order = _natural(reading, category, values) if ordered else _by_value(lines)
    plot = Plot(tuple(labels[i] for i in order), _reordered(lines, order), (), ordered, None, None, note, averaged)
    return plot if ordered and len(labels) <= MOST_ALONE else _with_other(plot, reading, measures, most, whole)


def _positions(reading: Reading, category: int) -> tuple[list[str], list[int | None], list[object]]:
    """Labels by position, and each row's position. Rows stay apart when a key tells namesakes apart."""
    shape, labels, raw = reading.shape, reading.shape.labels(category), reading.shape.result.column(category)
    if any(shape[key].distinct == shape.rows for key in shape.keys if key != category):
        return labels, list(range(len(labels))), raw
    place: dict[str, int] = {}
    spots: list[int | None] = [place.setdefault(label, len(place)) for label in labels]
    values: list[object] = [None] * len(place)
    for spot, value in zip(spots, raw, strict=True):
        values[spot or 0] = value
    return list(place), spots, values


def _natural(reading: Reading, category: int, values: Sequence[object]) -> list[int]:
    if reading.shape[category].cycle:
        return sorted(range(len(values)), key=lambda i: reading.shape.order_of(category, values[i]))
    return sorted(range(len(values)), key=lambda i: (values[i] is None, values[i]))


def _by_value(lines: Sequence[Line]) -> list[int]:
    """Positions from the largest to the smallest sum; as they came when that was from small to large; empty ones last."""
    sums = [sum(as_float(line.y[i]) or 0.0 for line in lines) for i in range(len(lines[0].y))]
    empty = [all(line.y[i] is None for line in lines) for i in range(len(sums))]
    rising = len(sums) > 1 and sums[0] < sums[-1] and all(a <= b for a, b in pairwise(sums))
    return sorted(range(len(sums)), key=lambda i: (empty[i], sums[i] if rising else -sums[i]))


def _reordered(lines: Sequence[Line], order: Sequence[int]) -> tuple[Line, ...]:
    return tuple(Line(line.name, tuple(line.y[i] for i in order), line.other, line.measure) for line in lines)


def _with_other(plot: Plot, reading: Reading, measures: Sequence[int], most: int, whole: bool) -> Plot:
    size = len(plot.names)
    addable = all(m in reading.additive for m in measures) and not reading.partial
    if size <= (most + 1 if addable else MOST_ALONE):
        return plot
    if not addable:
        lines = tuple(Line(line.name, line.y[:MOST_ALONE], line.other, line.measure) for line in plot.lines)
        return Plot(plot.names[:MOST_ALONE], lines, (), plot.ordered, None, None, f"{MOST_ALONE} of {size} shown", plot.averaged)
    rests = [_combined([n for n in line.y[most:] if n is not None], False) for line in plot.lines]
    shown = max((as_float(n) or 0.0 for line in plot.lines for n in line.y[:most]), default=0.0)
    aside = rests[0] if len(rests) == 1 and not whole and (as_float(rests[0]) or 0.0) > MOST_DWARFING * shown else None
    lines = tuple(
        Line(line.name, (*line.y[:most], None if aside is not None else rest), line.other, line.measure)
        for line, rest in zip(plot.lines, rests, strict=True)
    )
    names = (*plot.names[:most], f"Other ({size - most})")
    return Plot(names, lines, (), plot.ordered, most, aside, plot.note, plot.averaged)


def as_float(number: Number | None) -> float | None:
    """For drawing; None for what no screen can show."""
    try:
        return None if number is None else float(number)
    except OverflowError:
        return None
