"""Traits: what the statement itself says of its result: grouped, limited, ordered, counting distinct things."""

from __future__ import annotations

from dataclasses import dataclass

import sqlglot
from sqlglot import exp

from core.models import SqlDraft


@dataclass(frozen=True)
class Traits:
    known: bool = False
    """False without a draft or for SQL that cannot be read; the rest is then unknown, not false."""
    grouped: bool = False
    limit: int | None = None
    descending: bool | None = None
    """Of the first ORDER BY term; None when unordered."""
    filtered: bool = False
    having: bool = False
    distinct_counts: bool = False
    tables: tuple[str, ...] = ()


def traits_of(draft: SqlDraft | None) -> Traits:
    """Reads the draft's SQL; never raises."""
    if draft is None or not draft.sql:
        return Traits()
    try:
        tree = sqlglot.parse_one(draft.sql, read=draft.dialect or None)
    except (sqlglot.errors.SqlglotError, RecursionError, ValueError):
        return Traits()
    order, limit = tree.args.get("order"), _limit(tree)
    first = order.expressions[0] if order and order.expressions else None
    return Traits(
        known=True,
        grouped=tree.args.get("group") is not None,
        limit=limit,
        descending=bool(first.args.get("desc")) if isinstance(first, exp.Ordered) else None,
        filtered=tree.find(exp.Where) is not None,
        having=tree.args.get("having") is not None,
        distinct_counts=any(isinstance(count.this, exp.Distinct) for count in tree.find_all(exp.Count)),
        tables=tuple(dict.fromkeys(table.name for table in tree.find_all(exp.Table))),
    )


def _limit(tree: exp.Expr) -> int | None:
    for key in ("limit", "fetch"):
        node = tree.args.get(key)
        value = node and (node.args.get("expression") or node.args.get("count"))
        if isinstance(value, exp.Literal) and not value.is_string:
            return int(float(value.this))
    return None
