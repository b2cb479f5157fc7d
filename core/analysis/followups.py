"""Follow-ups: up to three next questions, as the person would put them, that the engine can answer in this context."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from core.analysis.reading import Layout, Reading, read
from core.analysis.words import phrase, singular, words
from core.models import Catalog, Column, ResultSet, Role, SqlDraft, Table

MOST = 3
MOST_TRIED = 9
"""Each try is a draft of the engine."""
MOST_GROUPS = 60
LONGEST_VALUE = 40
FEWEST_IN_YEAR = 3
"""Periods of a year that make it worth a look of its own."""


@dataclass(frozen=True)
class Candidate:
    kind: str
    """filter, breakdown, time, rank, period: at most one of each is offered while others are left."""
    text: str


def followups(
    question: str,
    result: ResultSet,
    draft: SqlDraft | None,
    catalog: Catalog | None = None,
    can_answer: Callable[[str], bool] | None = None,
) -> tuple[str, ...]:
    """At most three, of different kinds where possible, none of them the question itself. Empty without a draft."""
    if draft is None or not result.row_count:
        return ()
    return followups_of(question, read(result, draft), catalog, can_answer)


def followups_of(
    question: str, reading: Reading, catalog: Catalog | None = None, can_answer: Callable[[str], bool] | None = None
) -> tuple[str, ...]:
    """The same for a result that was read before."""
    asked = _plain(question)
    offered: list[Candidate] = []
    tried = 0
    for candidate in _diverse(_candidates(reading, catalog, question)):
        if len(offered) == MOST or tried == MOST_TRIED:
            break
        if _plain(candidate.text) in asked or any(candidate.text == other.text for other in offered):
            continue
        tried += 1
        if can_answer is None or can_answer(candidate.text):
            offered.append(candidate)
    return tuple(candidate.text for candidate in offered)


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def _diverse(candidates: Iterator[Candidate]) -> list[Candidate]:
    """Round by round: the first of each kind, then the second of each, …"""
    seen: dict[str, int] = {}
    ranked = []
    for place, candidate in enumerate(candidates):
        seen[candidate.kind] = seen.get(candidate.kind, 0) + 1
        ranked.append((seen[candidate.kind], place, candidate))
    return [candidate for _, _, candidate in sorted(ranked, key=lambda r: r[:2])]


def _candidates(reading: Reading, catalog: Catalog | None, question: str) -> Iterator[Candidate]:
    match reading.layout:
        case Layout.SERIES | Layout.TIME_GROUPS:
            yield from _breakdowns(reading, catalog)
            yield from _years(reading)
            yield from _coarser(reading)
        case Layout.GROUPS | Layout.CROSS:
            yield from _filters(reading, catalog)
            yield from _over_time(reading, catalog)
            yield from _tops(reading)
            yield from _breakdowns(reading, catalog)
        case Layout.ONE:
            yield from _breakdowns(reading, catalog)
            yield from _over_time(reading, catalog)
        case _:
            yield from _counts(reading, catalog)
            yield from _sorts(reading)


def _breakdowns(reading: Reading, catalog: Catalog | None) -> Iterator[Candidate]:
    used = {column.phrase for column in reading.shape.columns}
    for name in _dimensions(reading, catalog):
        if name not in used:
            yield Candidate("breakdown", f"By {name}")


def _filters(reading: Reading, catalog: Catalog | None) -> Iterator[Candidate]:
    """Only the largest group, then the second."""
    if reading.category is None or catalog is None or not reading.measures or reading.shape.full_name(reading.category):
        return
    known = {value for values in catalog.values for value in values.values}
    numbers = reading.shape.numbers(reading.measures[0])
    texts = reading.shape.result.column(reading.category)
    ranked = sorted((float(n), str(text)) for n, text in zip(numbers, texts, strict=True) if n is not None and text is not None)
    for _, text in ranked[::-1][:3]:
        if text in known and len(text) <= LONGEST_VALUE and text.isprintable():
            yield Candidate("filter", f"Only {text}")


def _years(reading: Reading) -> Iterator[Candidate]:
    assert reading.time is not None
    if reading.shape[reading.time].grain == "year":
        return
    counts = Counter(m.year for m in reading.shape.moments(reading.time) if m)
    often = sorted(year for year, count in counts.items() if count >= FEWEST_IN_YEAR)
    if len(counts) > 1:
        yield from (Candidate("period", f"Only {year}") for year in often[:-3:-1])


def _coarser(reading: Reading) -> Iterator[Candidate]:
    assert reading.time is not None
    grain = reading.shape[reading.time].grain
    order = {"day": "month", "week": "month", "month": "quarter", "quarter": "year", "year": "month"}
    if grain in order:
        yield Candidate("time", f"Per {order[grain]}")


def _over_time(reading: Reading, catalog: Catalog | None) -> Iterator[Candidate]:
    tables = _tables(reading, catalog)
    if any(column.role is Role.TIME for table in tables for column in table.columns):
        yield Candidate("time", "Per month")
        yield Candidate("time", "Per year")


def _tops(reading: Reading) -> Iterator[Candidate]:
    for most in (5, 10):
        if reading.shape.rows > most and reading.traits.limit is None:
            yield Candidate("rank", f"Top {most}")


def _counts(reading: Reading, catalog: Catalog | None) -> Iterator[Candidate]:
    for name in _dimensions(reading, catalog):
        yield Candidate("breakdown", f"How many by {name}")


def _sorts(reading: Reading) -> Iterator[Candidate]:
    for measure in reading.measures[:2]:
        yield Candidate("rank", f"Sort by {reading.shape[measure].phrase}, highest first")
    if reading.shape.rows > 10:
        yield Candidate("rank", "Top 10")


def _tables(reading: Reading, catalog: Catalog | None) -> list[Table]:
    """Those the statement read, the one the measure comes from first."""
    if catalog is None:
        return []
    sources = [reading.shape[i].source.rpartition(".")[0] for i in reading.measures]
    names = [*sources, *reading.traits.tables]
    return [catalog.by_name[name] for name in dict.fromkeys(names) if name in catalog.by_name]


def _dimensions(reading: Reading, catalog: Catalog | None) -> Iterator[str]:
    """What the rows can be grouped by: own categories of the tables read, then the tables they point to."""
    if catalog is None:
        return
    for table in _tables(reading, catalog):
        for column in table.columns:
            if _groups(column):
                yield phrase(column.name)
        for key in table.foreign_keys:
            target = catalog.by_name.get(key.ref_table)
            if target and target.row_count and 1 < target.row_count <= MOST_GROUPS and _labelled(target):
                yield singular(phrase(target.name))


def _groups(column: Column) -> bool:
    fits = column.distinct_count is not None and 1 < column.distinct_count <= MOST_GROUPS
    return column.role is Role.DIMENSION and fits and len(words(column.name)) <= 3


def _labelled(table: Table) -> bool:
    return any(column.role in (Role.LABEL, Role.DIMENSION) and not column.kind.numeric for column in table.columns)
