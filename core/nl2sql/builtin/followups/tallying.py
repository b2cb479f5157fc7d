"""Tallying: "how many each?", "how often?" after a list: the rows by which each of those that are listed came to be there."""

from __future__ import annotations

import re
from dataclasses import replace

from core.nl2sql.builtin.followups.dropping import refs_of
from core.nl2sql.builtin.linking.index import Index
from core.nl2sql.builtin.query.query import Compare, Condition, Field, Order, Query, Related, refs
from core.nl2sql.builtin.reading.assemble import Conventions
from core.nl2sql.builtin.reading.parse import Parse

_TALLIES = re.compile(
    r"^(and |so )*(how (many|often|frequently)( (times|of (them|those|these)))?( for)?"
    r"( each( one| of (them|those|these))?| apiece)"
    r"|how (often|many times)( each| was that| did (they|each)( of them)?)?)\W*$"
)


def tallied(query: Query, text: str, parse: Parse, conventions: Conventions) -> Query | None:
    """The query with such rows counted for each; None where nothing was listed, or nothing is several times there."""
    if query.measures or query.combine or query.limit is not None or not query.dimensions or not _TALLIES.match(text):
        return None
    owner = next((ref.table for f in query.dimensions for ref in refs(f.expr)), "")
    key = parse.key(owner) if owner else []
    where = tuple(c for condition in query.where for c in _of_rows(condition, key))
    rows = _rows(owner, [*query.tables, *(ref.table for c in where for ref in refs_of(c)), *_shown(query)], parse.index)
    if not rows or len(key) != 1 or _shown(query) != {owner}:
        return None
    count = Field(None, "count", table=rows)
    order = (Order(count, True),) if conventions.order_groups else ()
    keys = tuple(f for f in key if f not in query.dimensions)
    return replace(query, subject=rows, select=(*query.dimensions, count), keys=keys, where=where, distinct=False, order=order)


def _shown(query: Query) -> set[str]:
    return {ref.table for f in query.dimensions for ref in refs(f.expr)}


def _of_rows(condition: Condition, key: list[Field]) -> tuple[Condition, ...]:
    """That there is such a row, as what such a row is like."""
    if isinstance(condition, Related) and not condition.negated:
        return condition.where
    inner = condition.query if isinstance(condition, Compare) and condition.op == "in" and not condition.negated else None
    plain = inner is not None and not (inner.having or inner.limit or inner.combine) and isinstance(condition, Compare)
    return inner.where if plain and inner and isinstance(condition, Compare) and condition.field in key else (condition,)


def _rows(owner: str, tables: list[str], index: Index) -> str:
    """The last table on the way to one of the tables of which a row of the one before has several."""
    chains = [index.graph.path((owner,), table) or [] for table in dict.fromkeys(tables)]
    several = [[edge.other for edge in chain if edge.many] for chain in chains]
    return next((found[-1] for found in sorted(several, key=len, reverse=True) if found), "")
