"""Shape: what kind of query a statement is, read from its tree. Every statement has exactly one."""

from __future__ import annotations

from sqlglot import exp

SHAPES = (
    "filtered list",
    "aggregate, no filter",
    "aggregate with filter",
    "per-group aggregate",
    "group superlative",
    "plain column list",
    "negation",
    "row superlative",
    "HAVING",
    "sorted list",
    "INTERSECT",
    "scalar subquery",
    "UNION and other nesting",
)
"""In the order they are told."""
UNREADABLE = "unreadable"

_COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between)


def shape(tree: exp.Expr | None) -> str:
    """One of SHAPES, or UNREADABLE for what did not parse; the first that fits of: set operations, negation, nesting, clauses."""
    query = tree.unnest() if tree is not None else None
    if not isinstance(query, exp.Query):
        return UNREADABLE
    if query.find(exp.Intersect):
        return "INTERSECT"
    if query.find(exp.Union):
        return "UNION and other nesting"
    if _negates(query):
        return "negation"
    if sum(1 for _ in query.find_all(exp.Select)) > 1:
        return "scalar subquery" if _compares_with_subquery(query) else "UNION and other nesting"
    return _of_clauses(query)


def _of_clauses(query: exp.Query) -> str:
    """Of a single SELECT."""
    has = {name: query.args.get(name) is not None for name in ("where", "group", "having", "order", "limit")}
    if has["having"]:
        return "HAVING"
    if has["group"]:
        return "group superlative" if has["limit"] else "per-group aggregate"
    if has["limit"]:
        return "row superlative"
    if any(projection.find(exp.AggFunc) for projection in query.selects):
        return "aggregate with filter" if has["where"] else "aggregate, no filter"
    if has["order"]:
        return "sorted list"
    return "filtered list" if has["where"] else "plain column list"


def _negates(query: exp.Query) -> bool:
    """EXCEPT, NOT IN or NOT EXISTS; a plain `<>` is a filter like any other."""
    return bool(query.find(exp.Except)) or any(
        isinstance(negated.this.unnest(), exp.In | exp.Exists) for negated in query.find_all(exp.Not)
    )


def _compares_with_subquery(query: exp.Query) -> bool:
    return any(isinstance(node.parent, _COMPARISONS) for node in query.find_all(exp.Subquery))
