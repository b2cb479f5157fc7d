"""Variations of the filters: one dropped, on another column, turned round, joined by "or", or as a plain join."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.query.plan import places_of
from core.nl2sql.builtin.query.query import AnyOf, Compare, Condition, Query, Ref, Related
from core.nl2sql.builtin.reading.parse import Parse
from core.nl2sql.builtin.weighing.vary_shown import Variation, alternatives


def without(query: Query, parse: Parse) -> Iterator[Variation]:
    """One filter less."""
    for at, condition in enumerate(query.where):
        yield f"drop_{_kind(condition)}", _replaced(query, at)
    for at in range(len(query.having)):
        yield "drop_having", replace(query, having=query.having[:at] + query.having[at + 1 :])
    related = [c for c in query.where if isinstance(c, Related) and not c.where and not c.negated]
    if len(related) > 1:
        yield "drop_related", replace(query, where=tuple(c for c in query.where if c not in related))


def elsewhere(query: Query, parse: Parse) -> Iterator[Variation]:
    """A filter on another column: another that holds the cell, or another meaning of the words."""
    for at, condition in enumerate(query.where):
        if isinstance(condition, Compare) and isinstance(condition.field.expr, Ref):
            for why, other in _moved(condition, condition.field.expr, parse):
                yield why, _replaced(query, at, other)
        elif isinstance(condition, Related):
            for inner_at, inner in enumerate(condition.where):
                if isinstance(inner, Compare) and isinstance(inner.field.expr, Ref):
                    for why, other in _moved(inner, inner.field.expr, parse):
                        if places_of(other.field)[0][0] == inner.field.expr.table:
                            parts = (*condition.where[:inner_at], other, *condition.where[inner_at + 1 :])
                            yield why, _replaced(query, at, replace(condition, where=parts))


def turned(query: Query, parse: Parse) -> Iterator[Variation]:
    """The opposite of one filter, where the question denies something."""
    if not any(item.is_cue("not") for item in parse.items):
        return
    for at, condition in enumerate(query.where):
        if isinstance(condition, Compare | Related):
            yield "negate", _replaced(query, at, replace(condition, negated=not condition.negated))


def joined(query: Query, parse: Parse) -> Iterator[Variation]:
    """Filters beyond a key to many as a join that repeats rows; a relation said as one, or one more relation."""
    if any(not _negated(condition) for condition in query.where):
        yield ("nested" if query.flat else "flat"), replace(query, flat=not query.flat)
    for at, condition in enumerate(query.where):
        if isinstance(condition, Related) and not condition.where and not condition.negated:
            yield "join_related", replace(_replaced(query, at), tables=(*query.tables, condition.table))
    used = {at[0] for field in query.select for at in places_of(field)} | {query.subject, *query.tables}
    used |= {c.table for c in query.where if isinstance(c, Related)}
    for table in parse.tables_said():
        if table not in used:
            yield "add_join", replace(query, tables=(*query.tables, table))
            yield "add_related", replace(query, where=(*query.where, Related(table)))
    for at in range(len(query.tables)):
        yield "drop_join", replace(query, tables=query.tables[:at] + query.tables[at + 1 :])


def either(query: Query, parse: Parse) -> Iterator[Variation]:
    """Two filters of which one is enough, or which both must hold."""
    plain = [c for c in query.where if isinstance(c, Compare) and c.query is None]
    if len(plain) == 2 and any(item.lower == "or" for item in parse.items):
        yield "either", replace(query, where=(AnyOf((plain[0], plain[1])), *(c for c in query.where if c not in plain)))
    for at, condition in enumerate(query.where):
        if isinstance(condition, AnyOf):
            yield "all_of", _replaced(query, at, *condition.parts)
            if len(condition.parts) == 2 and not query.combine:
                yield "both", _intersected(query, at, condition.parts)
        elif isinstance(condition, Compare) and condition.op == "in" and len(condition.values) == 2 and condition.query is None:
            parts = tuple(replace(condition, op="=", values=(value,)) for value in condition.values)
            if not query.combine and not condition.negated:
                yield "both", _intersected(query, at, parts)
    if query.combine in ("intersect", "union") and query.other and len(query.where) == 1 and len(query.other.where) == 1:
        ours, theirs = query.where[0], query.other.where[0]
        if isinstance(ours, Compare) and isinstance(theirs, Compare):
            yield "any_of", replace(query, combine="", other=None, where=(AnyOf((ours, theirs)),))


def _moved(compare: Compare, ref: Ref, parse: Parse) -> Iterator[tuple[str, Compare]]:
    seen = {ref}
    for item in parse.items:
        if item.kind == "value" and _holds(item, compare):
            for link in item.links[:5]:
                other = Ref(link.table, link.column)
                if other not in seen:
                    seen.add(other)
                    values = (link.value,) if compare.op in ("=", "!=") else compare.values
                    yield "swap_cell", replace(compare, field=replace(compare.field, expr=other), values=values)
    for why, other in alternatives(ref, parse):
        if other not in seen and why == "swap_link":
            seen.add(other)
            yield "swap_filter", replace(compare, field=replace(compare.field, expr=other))


def _holds(item: Item, compare: Compare) -> bool:
    said = {str(value).casefold() for value in compare.values}
    return any(link.value.casefold() in said for link in item.links)


def _intersected(query: Query, at: int, parts: tuple[Condition, ...]) -> Query:
    first, second = (replace(_replaced(query, at, part), order=(), limit=None) for part in parts)
    return replace(first, combine="intersect", other=second)


def _negated(condition: Condition) -> bool:
    return isinstance(condition, Compare | Related) and condition.negated


def _kind(condition: Condition) -> str:
    return type(condition).__name__.lower() + ("_not" if _negated(condition) else "")


def _replaced(query: Query, at: int, *conditions: Condition) -> Query:
    return replace(query, where=(*query.where[:at], *conditions, *query.where[at + 1 :]))
