"""Predicates: one comparison as a sqlglot tree, with dates as half-open ranges and text compared as it is stored."""

from __future__ import annotations

from sqlglot import exp

from core.models import Kind
from core.nl2sql.builtin.query.query import Compare, Scalar

_OPS: dict[str, type[exp.Binary]] = {"=": exp.EQ, "!=": exp.NEQ, ">": exp.GT, ">=": exp.GTE, "<": exp.LT, "<=": exp.LTE}


def predicate(node: exp.Expr, compare: Compare, kind: Kind | None, inner: exp.Expr | None, dialect: str) -> exp.Expr:
    """`compare` on a node. `kind` is that of a plain column; `inner` the nested query standing for the values."""
    found = _positive(node, compare, kind, inner, dialect)
    if not compare.negated:
        return found
    if isinstance(found, exp.EQ):
        return exp.NEQ(this=found.this, expression=found.expression)
    return negate(found)


def negate(node: exp.Expr) -> exp.Expr:
    return exp.Not(this=exp.Paren(this=node) if isinstance(node, exp.Connector) else node)


def _positive(node: exp.Expr, compare: Compare, kind: Kind | None, inner: exp.Expr | None, dialect: str) -> exp.Expr:
    if inner is not None:
        return exp.In(this=node, query=inner) if compare.op == "in" else _OPS[compare.op](this=node, expression=inner)
    match compare.op:
        case "null":
            return exp.Is(this=node, expression=exp.Null())
        case "in":
            return exp.In(this=node, expressions=[literal(value, kind) for value in compare.values])
        case "between":
            low, high = (literal(value, kind) for value in compare.values)
            return exp.Between(this=node, low=low, high=high)
        case "like":
            like = exp.ILike if dialect in ("postgres", "duckdb") else exp.Like
            return like(this=node, expression=literal(compare.values[0], Kind.TEXT))
        case "period":
            return _period(node, compare.values, kind, dialect)
    if isinstance(node, exp.Sub) and compare.values == (0,):
        return _OPS[compare.op](this=node.this, expression=node.expression)  # dates cannot be subtracted everywhere
    return _OPS[compare.op](this=node, expression=literal(compare.values[0], kind))


def _period(node: exp.Expr, values: tuple[Scalar, ...], kind: Kind | None, dialect: str) -> exp.Expr:
    """Days [start, end) on a date, or the years they span on a column of years."""
    start, end = (str(value) if value is not None else None for value in values)
    if kind is not None and not kind.temporal:
        return _years(node, start, end, kind)
    bounds: list[exp.Expr] = []
    if start:
        bounds.append(exp.GTE(this=node, expression=_day(start, dialect)))
    if end:
        bounds.append(exp.LT(this=node.copy(), expression=_day(end, dialect)))
    return exp.and_(*bounds)


def _years(node: exp.Expr, start: str | None, end: str | None, kind: Kind) -> exp.Expr:
    first, last = int(start[:4]) if start else None, int(end[:4]) - 1 if end else None
    if first is not None and first == last:
        return exp.EQ(this=node, expression=literal(first, kind))
    if first is not None and last is not None:
        return exp.Between(this=node, low=literal(first, kind), high=literal(last, kind))
    if first is not None:
        return exp.GTE(this=node, expression=literal(first, kind))
    return exp.LTE(this=node, expression=literal(last, kind))


def _day(day: str, dialect: str) -> exp.Expr:
    text = exp.Literal.string(day)
    return exp.Cast(this=text, to=exp.DataType.build("DATE")) if dialect in ("postgres", "duckdb") else text


def literal(value: Scalar, kind: Kind | None = None) -> exp.Expr:
    """A value as the column compares it: numbers as text where the column holds text."""
    if value is None:
        return exp.Null()
    if isinstance(value, bool):
        return exp.Boolean(this=value)
    if isinstance(value, (int, float)) and kind is not Kind.TEXT:
        number = exp.Literal.number(abs(value))
        return exp.Neg(this=number) if value < 0 else number
    if kind is not None and kind.numeric and isinstance(value, str) and _numeric(value):
        return exp.Literal.number(value)
    return exp.Literal.string(str(value))


def _numeric(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True
