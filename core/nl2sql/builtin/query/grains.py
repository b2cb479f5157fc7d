"""Grains: aggregates a join would count twice, over the distinct rows of their own table or each in its own query."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from sqlglot import exp

from core.nl2sql.builtin.linking.index import Index
from core.nl2sql.builtin.query import dialect as dialects
from core.nl2sql.builtin.query.headings import headings
from core.nl2sql.builtin.query.nesting import Inline, conditions_of
from core.nl2sql.builtin.query.plan import Step, aggregates, measure_table, start
from core.nl2sql.builtin.query.predicates import predicate
from core.nl2sql.builtin.query.query import Condition, Field, Order, Query, Ref, refs
from core.nl2sql.builtin.query.ratios import percent
from core.nl2sql.builtin.query.scope import Scope, aggregated, divided, expression, field_node, from_, rounded, same

_SUMMED = ("sum", "avg", "median")


def needs_own_grain(query: Query, scope: Scope) -> bool:
    grouped = grouped_tables(query)
    if any(f.aggregate == "median" for f in aggregates(query)) and scope.dialect not in dialects.MEDIANS:
        return True
    return any(f.aggregate in _SUMMED and scope.plan.multiplies(measure_table(f), grouped) for f in aggregates(query))


def at_own_grain(query: Query, inline: list[Inline], nested: list[tuple[list[Step], Condition]], scope: Scope) -> exp.Query:
    """Aggregates over the distinct rows of the measured table per group, so that a join cannot count one row twice."""
    table = next(measure_table(f) for f in aggregates(query) if f.aggregate in _SUMMED)
    key = scope.index.table(table).primary_key or tuple(column.name for column in scope.index.table(table).columns)
    names = headings(query, scope.index)
    conditions = conditions_of(inline, nested, scope)
    ordered = [order.field for order in query.order if not order.field.aggregate]
    plain = list(dict.fromkeys([*query.keys, *query.dimensions, *ordered]))
    carried = {f: f"d{at + 1}" for at, f in enumerate(plain)}
    measured = {f: f"m{at + 1}" for at, f in enumerate(aggregates(query))}
    columns = [exp.alias_(field_node(f, scope), name) for f, name in carried.items()]
    columns += [exp.alias_(scope.column(Ref(table, column)), f"k{at + 1}") for at, column in enumerate(key)]
    columns += [exp.alias_(expression(f.expr, scope), name) for f, name in measured.items() if f.expr is not None]
    divisors = {f.per: f"p{at + 1}" for at, f in enumerate(measured) if f.per is not None}
    columns += [exp.alias_(field_node(per, scope), name) for per, name in divisors.items()]
    inner = from_(exp.select(*columns), scope)
    inner = inner.distinct() if scope.plan.steps else inner
    inner = inner.where(*conditions) if conditions else inner
    medians = {f: name for f, name in measured.items() if f.aggregate == "median" and scope.dialect not in dialects.MEDIANS}
    rows = _placed(inner, list(carried.values()), list(medians.values())) if medians else inner

    def outside(f: Field) -> exp.Expr:
        if not f.aggregate:
            return exp.column(carried[f])
        twin = next(m for m in measured if same(replace(m, share=False), replace(f, share=False)))
        node = exp.Star() if f.expr is None else exp.column(measured[twin])
        total = _middle(measured[twin]) if twin in medians else aggregated(f.aggregate, node, scope.dialect)
        if f.per is not None:
            return divided(rounded(total, f, scope), exp.column(divisors[f.per]), scope.dialect)
        within = [exp.column(carried[period]) for period in periods_beside(query)]
        return percent(total, within, scope.dialect) if f.share else rounded(total, f, scope)

    shown = [
        exp.alias_(outside(f), dialects.identifier(name, scope.dialect)) for f, name in zip(query.select, names, strict=True)
    ]
    node = exp.select(*shown).from_(rows.subquery("own_grain", copy=False))
    if carried:
        node = node.group_by(*(exp.column(name) for name in carried.values()))
    for compare in query.having:
        node = node.having(predicate(outside(compare.field), compare, None, None, scope.dialect))
    for order in query.order:
        at = next((i for i, f in enumerate(query.select) if f.aggregate and same(f, order.field)), None)
        by = outside(order.field) if at is None else exp.column(dialects.identifier(names[at], scope.dialect))
        node = node.order_by(exp.Ordered(this=by, desc=order.descending or None, nulls_first=nulls_first(order, scope)))
    return node.limit(query.limit) if query.limit is not None else node


def _placed(rows: exp.Query, groups: Sequence[str], measured: Sequence[str]) -> exp.Query:
    """The rows with, for each measure, the place of its value within the group (missing ones last) and how many there are."""
    columns: list[exp.Expr] = [exp.Star()]
    for name in measured:
        partition = [exp.column(group) for group in groups]
        missing = exp.Is(this=exp.column(name), expression=exp.Null())
        order = exp.Order(expressions=[missing, exp.column(name)])
        place = exp.Window(this=exp.Anonymous(this="ROW_NUMBER"), partition_by=partition, order=order)
        among = exp.Window(this=exp.Count(this=exp.column(name)), partition_by=[node.copy() for node in partition])
        columns += [exp.alias_(place, f"{name}_place"), exp.alias_(among, f"{name}_among")]
    return exp.select(*columns).from_(rows.subquery("distinct_rows", copy=False))


def _middle(name: str) -> exp.Expr:
    """The mean of the one or two values in the middle of those `_placed` numbered."""
    twice = exp.Mul(this=exp.Literal.number(2), expression=exp.column(f"{name}_place"))
    last = exp.Add(this=exp.column(f"{name}_among"), expression=exp.Literal.number(2))
    middle = exp.Between(this=twice, low=exp.column(f"{name}_among"), high=last)
    return exp.Avg(this=exp.Case(ifs=[exp.If(this=middle, true=exp.column(name))]))


def measured_apart(query: Query, index: Index) -> list[str]:
    """The tables measured, where a query measures several that multiply each other's rows; else nothing."""
    tables = list(dict.fromkeys(measure_table(f) for f in aggregates(query)))
    if len(tables) < 2 or query.tables:
        return []
    plan = start(query, index.graph)
    grouped = grouped_tables(query)
    return tables if any(plan.multiplies(table, grouped) for table in tables) else []


def side_by_side(query: Query, tables: list[str], index: Index, dialect: str, build: Callable[[Query], exp.Query]) -> exp.Query:
    """One query per measured table, joined by what they are grouped by; the first leads."""
    names = headings(query, index)
    heading = dict(zip(query.select, names, strict=True))
    plain = [*query.dimensions, *(key for key in query.keys if key not in query.dimensions)]
    labels = {f: heading.get(f, f"key_{at + 1}") for at, f in enumerate(plain)}
    parts = []
    for table in tables:
        own = tuple(f for f in aggregates(query) if measure_table(f) == table)
        labelled = tuple(replace(f, label=labels[f]) for f in plain) + tuple(
            replace(f, label=_measure_name(f, heading)) for f in own
        )
        part = replace(query, subject=table, select=labelled, keys=(), having=(), order=(), limit=None)
        parts.append(build(part))
    aliases = [f"by_{'_'.join(index.names.tables[table])}" for table in tables]

    def column(f: Field) -> exp.Expr:
        at = tables.index(measure_table(f)) if f.aggregate else 0
        name = _measure_name(f, heading) if f.aggregate else labels[f]
        return exp.column(dialects.identifier(name, dialect), table=aliases[at])

    node = exp.select(*(exp.alias_(column(f), dialects.identifier(n, dialect)) for f, n in zip(query.select, names, strict=True)))
    node = node.from_(aliases[0])
    for alias in aliases[1:]:
        on = [
            exp.EQ(
                this=exp.column(dialects.identifier(labels[f], dialect), table=aliases[0]),
                expression=exp.column(dialects.identifier(labels[f], dialect), table=alias),
            )
            for f in plain
        ]
        node = node.join(alias, on=exp.and_(*on), join_type="left") if on else node.join(alias, join_type="cross")
    for compare in query.having:
        node = node.where(predicate(column(compare.field), compare, None, None, dialect))
    for order in query.order:
        node = node.order_by(exp.Ordered(this=column(order.field), desc=order.descending, nulls_first=False))
    for alias, tree in zip(aliases, parts, strict=True):
        node = node.with_(alias, as_=tree)
    return node.limit(query.limit) if query.limit is not None else node


def periods_beside(query: Query) -> tuple[Field, ...]:
    """The periods of a result that has other groups too."""
    periods = tuple(f for f in query.dimensions if f.grain)
    return periods if len(periods) < len(query.dimensions) else ()


def _measure_name(f: Field, heading: dict[Field, str]) -> str:
    return next((name for known, name in heading.items() if same(known, f)), f"{f.aggregate}_{measure_table(f)}".lower())


def grouped_tables(query: Query) -> set[str]:
    return {ref.table for f in (*query.dimensions, *query.keys) for ref in refs(f.expr)}


def nulls_first(order: Order, scope: Scope) -> bool:
    """Where NULL cannot occur, whatever the dialect does anyway, so that nothing is written about it."""
    ref = next(iter(refs(order.field.expr)), None)
    column = scope.index.column(ref.table, ref.column) if ref else None
    if column is None or order.field.aggregate == "count" or column.null_count == 0 or not column.nullable:
        small_first = scope.dialect in ("sqlite", "mysql")
        return (not order.descending) if small_first else (order.descending and scope.dialect != "duckdb")
    return False
