"""Reading: a question as the grammar reads it, weighed against what else it may mean, best first."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from datetime import date

from core.nl2sql.builtin.assemble import Conventions, bare, dress
from core.nl2sql.builtin.compose import understand
from core.nl2sql.builtin.confidence import EXPLAINED, evidence
from core.nl2sql.builtin.index import Index
from core.nl2sql.builtin.item import Item
from core.nl2sql.builtin.linking import link
from core.nl2sql.builtin.parse import Parse
from core.nl2sql.builtin.plan import Unwritable
from core.nl2sql.builtin.query import Query
from core.nl2sql.builtin.render import render
from core.nl2sql.builtin.weighing.candidates import Reading, readings, varies
from core.nl2sql.builtin.weighing.ranker import probabilities, ranker, signals
from core.nl2sql.builtin.weighing.view import View

_CLOSE = 0.2
_MOST = 6
SURE = 0.75
"""Of the confidence: from here an answer is given without reserve."""
ANSWERS = 0.5
"""Of the confidence: what is less likely to be right is asked back."""
_FLOOR = 0.4
"""Of the evidence: with less, something was asked that is not in the query, whatever the ranker thinks of it."""
_PLAIN = 0.75
"""Of the evidence: with as much, the grammar's own reading is answered, said to be unsure where it is."""
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
    known = ranker()
    found = readings(query, View(parse, known.ranking))
    scores = [reading.score for reading in found]
    chances = probabilities(scores) if found else []
    own = next((at for at, reading in enumerate(found) if not reading.steps), 0)
    first = known.choice(scores, own) if found else 0
    for at in dict.fromkeys([first, *range(min(_RENDERED, len(found)))]) if found else ():
        reading, chance = found[at], chances[at]
        try:
            sql = render(dress(reading.query, parse, conventions), parse.index)
        except Unwritable:
            continue
        return _candidate(dress(reading.query, parse, conventions), parse, sql, reading, chance)
    return None


def _candidate(query: Query, parse: Parse, sql: str, reading: Reading, chance: float) -> Candidate:
    explained = evidence(parse, reading.query)
    if not varies(reading.query):
        return Candidate(query, parse, sql, explained, explained >= EXPLAINED)
    sure = ranker().sure(signals(chance, explained, reading.atoms))
    plain = explained >= _PLAIN and not reading.steps
    return Candidate(query, parse, sql, sure, (sure >= ANSWERS or plain) and explained >= _FLOOR)


def _alternatives(parse: Parse) -> list[dict[int, int]]:
    """Readings that take the next best link of one item."""
    found = []
    for item in parse.items:
        if item.kind == "name" and len(item.columns) > 1:
            ranked = parse.ranked_columns(item)
            found += [{item.start: at} for at in range(1, min(4, len(ranked))) if ranked[at][0] >= ranked[0][0] - _CLOSE]
    return found[:_MOST]
