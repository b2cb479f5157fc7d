"""Build: a query as a sqlglot tree, ready to be written in any dialect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlglot import exp

from core.nl2sql.builtin.linking.index import Index
from core.nl2sql.builtin.query import dialect as dialects
from core.nl2sql.builtin.query.grains import (
    at_own_grain,
    grouped_tables,
    measured_apart,
    needs_own_grain,
    nulls_first,
    periods_beside,
    side_by_side,
)
from core.nl2sql.builtin.query.headings import headings
from core.nl2sql.builtin.query.nesting import compare_node, conditions_of, sort_conditions
from core.nl2sql.builtin.query.plan import start
from core.nl2sql.builtin.query.query import Field, Order, Query, Ref
from core.nl2sql.builtin.query.scope import Scope, as_number, field_node, from_, holds_numbers_as_text, pins, same
from core.nl2sql.builtin.query.windows import needs_windows, windowed


def build(query: Query, index: Index, dialect: str, outer: frozenset[str] = frozenset()) -> exp.Query:
    """The tree of a query. Raises NoPath where two of its tables have no key between them."""
    node = _built(query, index, dialect, outer)
    return node.offset(query.offset) if query.offset else node


def _built(query: Query, index: Index, dialect: str, outer: frozenset[str]) -> exp.Query:

    def nest(inner: Query) -> exp.Query:
        return build(inner, index, dialect)

    if query.combine and query.other:
        return _combined(query, index, dialect)
    if query.every and (needs_windows(query) or measured_apart(query, index)):
        query = replace(query, every="")
    if needs_windows(query):
        return windowed(query, index, dialect, nest)
    if apart := measured_apart(query, index):
        return side_by_side(query, apart, index, dialect, nest)
    scope = Scope(index, dialect, start(query, index.graph), outer, nest=nest)
    inline, nested = sort_conditions(query, scope)
    if needs_own_grain(query, scope):
        if scope.plan.outer:
            return _built(replace(query, every=""), index, dialect, outer)
        return at_own_grain(query, inline, nested, scope)
    return _select(query, scope, conditions_of(inline, nested, scope))


def _select(query: Query, scope: Scope, conditions: Sequence[exp.Expr]) -> exp.Select:
    scope.grouped_tables = grouped_tables(query)
    scope.share_within = periods_beside(query)
    scope.pinned = query.grouped and pins((*query.keys, *query.dimensions), scope)
    names = headings(query, scope.index)
    shown = [_named(field_node(f, scope), f, name, scope) for f, name in zip(query.select, names, strict=True)]
    node = from_(exp.select(*shown), scope)
    if conditions:
        node = node.where(*conditions, copy=False)
    if query.grouped:
        groups = [field_node(f, scope) for f in _grouping(query, scope)]
        node = node.group_by(*_unique(groups), copy=False) if groups else node
    if query.having:
        node = node.having(*(compare_node(compare, scope) for compare in query.having), copy=False)
    if query.distinct:
        node = node.distinct(copy=False)
    return _ordered(node, query, names, scope)


def _grouping(query: Query, scope: Scope) -> list[Field]:
    """What is grouped by. SQLite needs no more of a table than its key, which says what a row of the result is."""
    plain = [*query.keys, *query.dimensions]
    if scope.dialect != "sqlite":
        return plain
    keyed = {table for table in grouped_tables(query) if _has_key(table, plain, scope)}
    keys = {Ref(table, column) for table in keyed for column in scope.index.table(table).primary_key}
    return [f for f in plain if f.expr in keys or not isinstance(f.expr, Ref) or f.expr.role or f.expr.table not in keyed]


def _has_key(table: str, plain: Sequence[Field], scope: Scope) -> bool:
    key = scope.index.table(table).primary_key
    return bool(key) and all(Field(Ref(table, column)) in plain for column in key)


def _unique(nodes: Sequence[exp.Expr]) -> list[exp.Expr]:
    return list(dict.fromkeys(nodes))


def _named(node: exp.Expr, field_: Field, name: str, scope: Scope) -> exp.Expr:
    if isinstance(field_.expr, Ref) and not field_.aggregate and not field_.grain and field_.expr.column == name:
        return node
    return exp.alias_(node, dialects.identifier(name, scope.dialect), copy=False)


def _ordered(node: exp.Select, query: Query, names: Sequence[str], scope: Scope) -> exp.Select:
    for order in (*query.order, *_tie_breakers(query)):
        node = node.order_by(_order(order, query, names, scope), copy=False)
    return node.limit(query.limit, copy=False) if query.limit is not None else node


def _tie_breakers(query: Query) -> list[Order]:
    """What else a cut-off list is ordered by, so that the same rows win on every database."""
    if query.limit is None or not query.order or not query.stable:
        return []
    ordered = [order.field for order in query.order]
    return [Order(f) for f in query.dimensions if not any(same(f, known) for known in ordered)]


def _order(order: Order, query: Query, names: Sequence[str], scope: Scope) -> exp.Ordered:
    """By the heading where the field is shown. Missing values come last where there may be any."""
    at = next((i for i, f in enumerate(query.select) if same(f, order.field)), None)
    shown = at is not None and bool(query.select[at].aggregate or query.select[at].grain)
    node = (
        exp.column(dialects.identifier(names[at], scope.dialect)) if shown and at is not None else field_node(order.field, scope)
    )
    if not order.field.aggregate and holds_numbers_as_text(order.field, scope):
        node = as_number(node)
    return exp.Ordered(this=node, desc=order.descending or None, nulls_first=nulls_first(order, scope))


def _combined(query: Query, index: Index, dialect: str) -> exp.Query:
    assert query.other is not None
    cls = {"union": exp.Union, "intersect": exp.Intersect, "except": exp.Except}[query.combine]
    left = build(replace(query, combine="", other=None), index, dialect)
    return cls(this=left, expression=build(query.other, index, dialect), distinct=True)
