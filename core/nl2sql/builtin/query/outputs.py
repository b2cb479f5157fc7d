"""Outputs: what each column of the result is, for charts and sentences."""

from __future__ import annotations

from core.models import Kind, OutputColumn, Role
from core.nl2sql.builtin.linking.index import Index
from core.nl2sql.builtin.query.headings import headings
from core.nl2sql.builtin.query.query import Arith, Field, Query, Ref, refs

_MONEY = frozenset(
    {"amount", "price", "revenue", "cost", "salary", "budget", "fee", "payment", "freight", "sale", "income", "profit", "wage"}
    | {"balance", "spend", "value", "tax", "fare", "earning", "turnover"}
)
_PERCENT = {"percent", "percentage", "pct", "share"}


def outputs(query: Query, index: Index) -> tuple[OutputColumn, ...]:
    return tuple(_output(field, name, index) for field, name in zip(query.select, headings(query, index), strict=True))


def _output(field: Field, name: str, index: Index) -> OutputColumn:
    ref = next(refs(field.expr), None)
    source = f"{ref.table}.{ref.column}" if ref and isinstance(field.expr, Ref) else ""
    aggregate = "share" if field.share else "avg" if field.per else field.over or field.aggregate  # a share is not added up again
    return OutputColumn(
        name, _role(field, index), "" if field.grain == "weekday" else field.grain, _unit(field, index), aggregate, source
    )


def _role(field: Field, index: Index) -> Role:
    if field.aggregate or isinstance(field.expr, Arith):
        return Role.MEASURE
    if field.grain:
        return Role.DIMENSION if field.grain == "weekday" else Role.TIME
    ref = next(refs(field.expr), None)
    return index.column(ref.table, ref.column).role if ref else Role.DIMENSION


def _unit(field: Field, index: Index) -> str:
    if field.share or field.over == "growth":
        return "percent"
    if field.aggregate == "count" and not field.per:
        return "count"
    if isinstance(field.expr, Arith):
        return "" if field.expr.op == "days" else "money"
    ref = next(refs(field.expr), None)
    if ref is None:
        return ""
    said, kind = set(index.names.columns[ref.table, ref.column]), index.column(ref.table, ref.column).kind
    if said & _PERCENT:
        return "percent"
    if kind.numeric and (said & _MONEY or ("total" in said and kind is not Kind.INTEGER)):
        return "money"
    return ""
