"""Reading: the candidates for a question, composed and scored, best first."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from datetime import date

from core.nl2sql.builtin.assemble import Conventions
from core.nl2sql.builtin.compose import compose
from core.nl2sql.builtin.confidence import confidence
from core.nl2sql.builtin.index import Index
from core.nl2sql.builtin.item import Item
from core.nl2sql.builtin.linking import link
from core.nl2sql.builtin.parse import Parse
from core.nl2sql.builtin.plan import NoPath
from core.nl2sql.builtin.query import Query
from core.nl2sql.builtin.render import render

_CLOSE = 0.2
_MOST = 6


@dataclass
class Candidate:
    query: Query
    parse: Parse
    sql: str
    confidence: float


def read(question: str, index: Index, today: date, resolutions: dict[str, str], conventions: Conventions) -> list[Candidate]:
    """The readings of a question that can be rendered, best first; none where nothing fits."""
    items = link(question, index, today)
    first, parse = _candidate(items, index, today, resolutions, conventions, {})
    found = [first] if first else []
    for picks in _alternatives(parse) if first is None else []:
        other, _ = _candidate(items, index, today, resolutions, conventions, picks)
        if other:
            found.append(other)
    return sorted(found, key=lambda candidate: -candidate.confidence)


def _candidate(
    items: list[Item], index: Index, today: date, resolutions: dict[str, str], conventions: Conventions, picks: dict[int, int]
) -> tuple[Candidate | None, Parse]:
    parse = Parse(index, [copy(item) for item in items], today, picks, resolutions)
    query = compose(parse, conventions)
    if not query.select:
        return None, parse
    try:
        sql = render(query, index)
    except NoPath:
        return None, parse
    return Candidate(query, parse, sql, confidence(parse, query)), parse


def _alternatives(parse: Parse) -> list[dict[int, int]]:
    """Readings that take the next best link of one item."""
    found = []
    for item in parse.items:
        if item.kind == "name" and len(item.columns) > 1:
            ranked = parse.ranked_columns(item)
            found += [{item.start: at} for at in range(1, min(4, len(ranked))) if ranked[at][0] >= ranked[0][0] - _CLOSE]
    return found[:_MOST]
