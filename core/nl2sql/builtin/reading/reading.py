"""Reading: a question as the grammar reads it, weighed against what else it may mean, best first."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, replace
from datetime import date

from core.nl2sql.builtin.linking.index import Index
from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.linking.linking import link
from core.nl2sql.builtin.query.plan import Unwritable
from core.nl2sql.builtin.query.query import Query
from core.nl2sql.builtin.query.render import render
from core.nl2sql.builtin.reading.assemble import Conventions, bare, dress
from core.nl2sql.builtin.reading.compose import understand
from core.nl2sql.builtin.reading.confidence import EXPLAINED, evidence, unused
from core.nl2sql.builtin.reading.parse import Parse
from core.nl2sql.builtin.weighing.candidates import Reading, readings, varies
from core.nl2sql.builtin.weighing.ranker import probabilities, ranker, signals
from core.nl2sql.builtin.weighing.view import View

_CLOSE = 0.2
_MOST = 6
SURE = 0.75
"""Of the confidence: from here an answer is given without reserve."""
ANSWERS = 0.5
"""Of the confidence: what is less likely to be right is asked back."""
_PLAIN = 0.75
"""Of the evidence: with as much and no word left over, the grammar's own reading is answered, said to be unsure where it is."""
_RENDERED = 3
"""The best so many readings are tried, where one cannot be written as SQL."""


@dataclass
class Candidate:
    query: Query
    parse: Parse
    sql: str
    confidence: float
    """How likely it is right, 0–1."""
    enough: bool
    """Whether that is enough to answer with it, rather than to ask back."""


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
    """The reading to take as SQL, or the next best that can be written; None where none can."""
    found = readings(query, View(parse, ranker().ranking))
    if not found:
        return None
    scores = [reading.score for reading in found]
    own = next((at for at, reading in enumerate(found) if not reading.steps), 0)
    taken = ranker().choice(scores, own, conventions.reserve)
    chances = probabilities(scores)
    rows = [_rows(reading.query) for reading in found] if conventions.reserve else list(range(len(found)))
    for at in dict.fromkeys([taken, *range(min(_RENDERED, len(found)))]):
        dressed = dress(found[at].query, parse, conventions)
        alike = [n for n, other in enumerate(rows) if other == rows[at]]
        try:
            return _candidate(dressed, parse, render(dressed, parse.index), found[at], sum(chances[n] for n in alike))
        except Unwritable:
            continue
    return None


def _rows(query: Query) -> Query:
    """What is alike in readings that differ only in what they show of the same rows."""
    return replace(query, select=query.measures, keys=(), distinct=False, flat=False)


def _candidate(query: Query, parse: Parse, sql: str, reading: Reading, chance: float) -> Candidate:
    explained = evidence(parse, reading.query)
    if not varies(reading.query):
        return Candidate(query, parse, sql, explained, explained >= EXPLAINED)
    sure = ranker().sure(signals(chance, explained, reading.atoms))
    plain = explained >= _PLAIN and not reading.steps and not unused(parse)
    return Candidate(query, parse, sql, sure, (sure >= ANSWERS or plain) and explained >= EXPLAINED)


def _alternatives(parse: Parse) -> list[dict[int, int]]:
    """Readings that take the next best link of one item."""
    found = []
    for item in parse.items:
        if item.kind == "name" and len(item.columns) > 1:
            ranked = parse.ranked_columns(item)
            found += [{item.start: at} for at in range(1, min(4, len(ranked))) if ranked[at][0] >= ranked[0][0] - _CLOSE]
    return found[:_MOST]
