"""Windows: what needs the finished rows once more: totals so far, changes between periods, the first few of each group.

The query without them becomes a CTE, and they are computed over its columns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sqlglot import exp

from core.nl2sql.builtin.linking.index import Index
from core.nl2sql.builtin.query import dialect as dialects
from core.nl2sql.builtin.query.grains import nulls_first
from core.nl2sql.builtin.query.headings import headings
from core.nl2sql.builtin.query.plan import start
from core.nl2sql.builtin.query.query import Field, Order, Query, refs
from core.nl2sql.builtin.query.ratios import ratio
from core.nl2sql.builtin.query.scope import Scope, rounded, same

_ROWS, _RANKED, _PLACE = "base_rows", "ranked_rows", "place_in_group"


@dataclass(frozen=True)
class _Base:
    """The query under the windows: its fields and what they are called in the CTE."""

    fields: tuple[Field, ...]
    names: tuple[str, ...]
    time: Field | None
    partition: tuple[Field, ...]
    """What each run along the time stays within."""
    scope: Scope

    def column(self, field: Field) -> exp.Expr:
        at = next(i for i, known in enumerate(self.fields) if same(known, field))
        return exp.column(dialects.identifier(self.names[at], self.scope.dialect))


def needs_windows(query: Query) -> bool:
    return bool(query.within) or any(field.over for field in query.select)


def windowed(query: Query, index: Index, dialect: str, build: Callable[[Query], exp.Query]) -> exp.Query:
    """Raises NoPath where two tables of the query have no key between them."""
    inner, base = _base(query, index, dialect)
    names = headings(query, index)
    shown = [_named(_shown(field, base), name, dialect) for field, name in zip(query.select, names, strict=True)]
    node = exp.select(*shown).from_(_RANKED if query.within else _ROWS)
    if query.within:
        node = node.where(exp.LTE(this=exp.column(_PLACE), expression=exp.Literal.number(query.limit or 1)))
        ranked = query.order[0].field
        if not ranked.aggregate and _may_miss(ranked, index):
            node = node.where(exp.Not(this=exp.Is(this=base.column(ranked), expression=exp.Null())))
    for ordered in _final_order(query, names, base):
        node = node.order_by(ordered)
    if query.limit is not None and not query.within:
        node = node.limit(query.limit)
    node = node.with_(_ROWS, as_=build(inner))
    return node.with_(_RANKED, as_=_ranked(query, base)) if query.within else node


def _may_miss(field: Field, index: Index) -> bool:
    columns = [index.column(ref.table, ref.column) for ref in refs(field.expr)]
    return any(column.nullable and column.null_count != 0 for column in columns)


def _base(query: Query, index: Index, dialect: str) -> tuple[Query, _Base]:
    wanted = [*query.select, *query.within, *query.keys, *(order.field for order in query.order)]
    plain: list[Field] = []
    for field in (replace(field, over="") for field in wanted):
        if not any(same(field, known) for known in plain):
            plain.append(field)
    inner = replace(query, select=tuple(plain), keys=(), within=(), order=(), limit=None)
    names = tuple(headings(inner, index))
    labelled = tuple(replace(field, label=name) for field, name in zip(plain, names, strict=True))
    inner = replace(inner, select=labelled)
    time = next((field for field in plain if field.grain and not field.grain.startswith("weekday")), None)
    others = tuple(field for field in plain if not field.aggregate and field != time)
    return inner, _Base(tuple(plain), names, time, others, Scope(index, dialect, start(inner, index.graph)))


def _ranked(query: Query, base: _Base) -> exp.Query:
    order = [_ordered(order, base.column(order.field), base) for order in query.order]
    partition = [base.column(field) for field in query.within]
    rank = exp.Window(this=exp.Anonymous(this="RANK"), partition_by=partition, order=exp.Order(expressions=order))
    return exp.select(exp.Star(), exp.alias_(rank, _PLACE)).from_(_ROWS)


def _shown(field: Field, base: _Base) -> exp.Expr:
    plain = base.column(replace(field, over=""))
    if not field.over or base.time is None:
        return plain
    if field.over == "running":
        return rounded(_along(exp.Sum(this=plain), base, so_far=True), replace(field, over=""), base.scope)
    before = _along(exp.Anonymous(this="LAG", expressions=[plain]), base)
    change = exp.Sub(this=plain.copy(), expression=before)
    if field.over == "change":
        return rounded(change, replace(field, over=""), base.scope)
    return ratio(exp.Paren(this=change), before.copy(), base.scope.dialect)


def _named(node: exp.Expr, name: str, dialect: str) -> exp.Expr:
    return node if isinstance(node, exp.Column) and node.name == name else exp.alias_(node, dialects.identifier(name, dialect))


def _along(call: exp.Expr, base: _Base, *, so_far: bool = False) -> exp.Expr:
    assert base.time is not None
    spec = exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="CURRENT ROW") if so_far else None
    ordered = exp.Order(expressions=[exp.Ordered(this=base.column(base.time), nulls_first=_small_first(base))])
    partition = [base.column(field) for field in base.partition]
    return exp.Window(this=call, partition_by=partition, order=ordered, spec=spec)


def _small_first(base: _Base) -> bool:
    """What the dialect does anyway, so that nothing is written about it."""
    return base.scope.dialect in ("sqlite", "mysql")


def _final_order(query: Query, names: Sequence[str], base: _Base) -> list[exp.Ordered]:
    """Group by group, then as it is ranked; ties by what else is shown, so that every database gives the same order."""
    groups = [Order(field) for field in query.within if any(same(field, shown) for shown in query.select)]
    orders = [*groups, *(order for order in query.order if not any(same(order.field, g.field) for g in groups))]
    if query.stable and (query.within or query.limit is not None):
        orders += [Order(f) for f in query.dimensions if not any(same(f, o.field) for o in orders)]
    found = []
    for order in orders:
        at = next((i for i, field in enumerate(query.select) if same(field, order.field)), None)
        node = exp.column(dialects.identifier(names[at], base.scope.dialect)) if at is not None else base.column(order.field)
        found.append(_ordered(order, node, base))
    return found


def _ordered(order: Order, node: exp.Expr, base: _Base) -> exp.Ordered:
    first = False if order.field.over else nulls_first(order, base.scope)
    return exp.Ordered(this=node, desc=order.descending or None, nulls_first=first)
