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
    aggregates: tuple[str, ...] = ()
    """sum, avg, count, min, max or empty for each column selected; none at all where a * stands for columns."""


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
        aggregates=_aggregates(tree),
        tables=tuple(dict.fromkeys(table.name for table in tree.find_all(exp.Table))),
    )


_KINDS: dict[type[exp.Expr], str] = {exp.Count: "count", exp.Sum: "sum", exp.Avg: "avg", exp.Min: "min", exp.Max: "max"}


def _aggregates(tree: exp.Expr) -> tuple[str, ...]:
    selected = tree.selects if isinstance(tree, exp.Query) else []
    if any(node.is_star for node in selected):
        return ()
    return tuple(_aggregate(node.unalias()) for node in selected)


def _aggregate(node: exp.Expr) -> str:
    """Of a bare or rounded aggregate; a calculation with several of them is none."""
    while isinstance(node, exp.Round | exp.Cast | exp.Coalesce | exp.Paren):
        node = node.this
    return next((kind for cls, kind in _KINDS.items() if isinstance(node, cls)), "")


def _limit(tree: exp.Expr) -> int | None:
    for key in ("limit", "fetch"):
        node = tree.args.get(key)
        value = node and (node.args.get("expression") or node.args.get("count"))
        if isinstance(value, exp.Literal) and not value.is_string:
            return int(float(value.this))
    return None
