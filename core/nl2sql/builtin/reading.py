"""Reading: a question as the grammar reads it, weighed against what else it may mean, best first."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from datetime import date

from core.nl2sql.builtin.assemble import Conventions, bare, dress
from core.nl2sql.builtin.compose import understand
from core.nl2sql.builtin.confidence import evidence
from core.nl2sql.builtin.index import Index
from core.nl2sql.builtin.item import Item
from core.nl2sql.builtin.linking import link
from core.nl2sql.builtin.parse import Parse
from core.nl2sql.builtin.plan import NoPath
from core.nl2sql.builtin.query import Query
from core.nl2sql.builtin.render import render
from core.nl2sql.builtin.weighing.candidates import Reading, readings
from core.nl2sql.builtin.weighing.ranker import probabilities, ranker, signals
from core.nl2sql.builtin.weighing.view import View

_CLOSE = 0.2
_MOST = 6
_RENDERED = 3
"""The best so many readings are tried, where one cannot be written as SQL."""


@dataclass
class Candidate:
    query: Query
    parse: Parse
    sql: str
    confidence: float


def read(question: str, index: Index, today: date, resolutions: dict[str, str], conventions: Conventions) -> list[Candidate]:
    """The reading of a question to answer with, alone in a list; none where nothing fits."""
    for parse in parses(question, index, today, resolutions):
        query = bare(parse, conventions)
        if query.select and (best := _best(query, parse, conventions)):
            return [best]
    return []


def parses(question: str, index: Index, today: date, resolutions: dict[str, str]) -> Iterator[Parse]:
    """The question understood, then with the next best link of one item, for where that cannot be a query."""
    items = link(question, index, today)
    first = _parse(items, index, today, resolutions, {})
    yield first
    for picks in _alternatives(first):
        yield _parse(items, index, today, resolutions, picks)


def _parse(items: list[Item], index: Index, today: date, resolutions: dict[str, str], picks: dict[int, int]) -> Parse:
    parse = Parse(index, [copy(item) for item in items], today, picks, resolutions)
    understand(parse)
    return parse


def _best(query: Query, parse: Parse, conventions: Conventions) -> Candidate | None:
    known = ranker()
    found = readings(query, View(parse, known.ranking))
    chances = probabilities([reading.score for reading in found]) if found else []
    for reading, chance in zip(found[:_RENDERED], chances, strict=False):
        try:
            sql = render(dress(reading.query, parse, conventions), parse.index)
        except NoPath:
            continue
        return Candidate(dress(reading.query, parse, conventions), parse, sql, _confidence(reading, chance, parse))
    return None


def _confidence(reading: Reading, chance: float, parse: Parse) -> float:
    explained = evidence(parse, reading.query)
    return min(ranker().sure(signals(chance, explained, reading.atoms)), 0.99) if explained > 0 else 0.0


def _alternatives(parse: Parse) -> list[dict[int, int]]:
    """Readings that take the next best link of one item."""
    found = []
    for item in parse.items:
        if item.kind == "name" and len(item.columns) > 1:
            ranked = parse.ranked_columns(item)
            found += [{item.start: at} for at in range(1, min(4, len(ranked))) if ranked[at][0] >= ranked[0][0] - _CLOSE]
    return found[:_MOST]
