"""Variations of order, limit and grouping."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from core.nl2sql.builtin.linking.numerals import numberlike
from core.nl2sql.builtin.query.query import Compare, Field, Order, Query, Ref
from core.nl2sql.builtin.reading.parse import Parse
from core.nl2sql.builtin.weighing.vary_shown import Variation, alternatives, named_columns


def order(query: Query, parse: Parse) -> Iterator[Variation]:
    """Not sorted, sorted the other way, by another column, or not cut; a set made of two is never sorted."""
    if query.combine:
        return
    if query.order:
        yield "drop_order", replace(query, order=(), limit=None)
        if query.limit is not None:
            yield "drop_limit", replace(query, limit=None)
        first = query.order[0]
        yield "flip", replace(query, order=(replace(first, descending=not first.descending), *query.order[1:]))
        if isinstance(first.field.expr, Ref):
            for why, ref in alternatives(first.field.expr, parse):
                if why == "swap_link":
                    yield "swap_order", _ordered(query, replace(first, field=replace(first.field, expr=ref)))
        if first.field.aggregate != "count":
            yield "order_by_count", _ordered(query, Order(Field(aggregate="count", table=query.subject), first.descending))
    elif any(item.is_cue("order") or item.is_cue("superlative") for item in parse.items):
        for ref, _ in named_columns(parse, 1):
            yield "sort", replace(query, order=(Order(Field(ref)),))
            if numberlike(parse.column(ref)):
                yield "top", replace(query, order=(Order(Field(ref), True),), limit=1)
                yield "bottom", replace(query, order=(Order(Field(ref)),), limit=1)


def extreme(query: Query, parse: Parse) -> Iterator[Variation]:
    """The row at the top by what it has, with all that tie, for the first of a sorted list, and back."""
    if query.limit == 1 and len(query.order) == 1 and not query.grouped:
        field = query.order[0].field
        inner = Query(query.subject, (replace(field, aggregate="max" if query.order[0].descending else "min"),))
        condition = Compare(field, "=", query=inner)
        yield "extreme_nested", replace(query, where=(*query.where, condition), order=(), limit=None)
    if query.limit == 1 and len(query.order) == 1 and not query.grouped and len(query.select) == 1:
        field = query.order[0].field
        if query.select[0].expr == field.expr:
            aggregate = "max" if query.order[0].descending else "min"
            yield "extreme_value", replace(query, select=(replace(field, aggregate=aggregate),), order=(), limit=None)


def grouped(query: Query, parse: Parse) -> Iterator[Variation]:
    """Grouped by what is shown alone, by the entity's key, or by a column that was named."""
    if query.keys:
        yield "drop_keys", replace(query, keys=())
    if query.grouped and not query.keys:
        tables = dict.fromkeys(field.expr.table for field in query.dimensions if isinstance(field.expr, Ref))
        for table in list(tables)[:2]:
            keys = tuple(key for key in parse.key(table) if key not in query.select)
            if keys:
                yield "add_keys", replace(query, keys=keys)
    if query.measures and not query.dimensions:
        for ref, _ in named_columns(parse, 1):
            if ref not in {field.expr for field in query.measures}:
                yield "group", replace(query, select=(Field(ref), *query.select))
        for table in parse.tables_said():
            names = tuple(parse.label(table))
            if names:
                yield "group_entity", replace(query, select=(*names, *query.select), keys=tuple(parse.key(table)))


def _ordered(query: Query, first: Order) -> Query:
    return replace(query, order=(first, *query.order[1:]))
