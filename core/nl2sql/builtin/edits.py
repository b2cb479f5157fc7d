"""Edits: one function per way a follow-up changes a query. Each says in a short phrase what it changed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from core.nl2sql.builtin.entities import entity_keys
from core.nl2sql.builtin.explain import condition_words, dimension_words, field_words, order_words
from core.nl2sql.builtin.headings import PREFIX
from core.nl2sql.builtin.index import Index
from core.nl2sql.builtin.money import spoken_label
from core.nl2sql.builtin.parse import Parse
from core.nl2sql.builtin.query import AnyOf, Compare, Condition, Field, Order, Query, Ref, Related, refs
from core.nl2sql.builtin.shares import shared

_ADDS = re.compile(r"\b(and|also|too|as well|additionally|plus|add|in addition|along with)\b")
_DROPS = re.compile(r"\b(remove|drop|clear|without|no|undo)\b.*\b(filters?|conditions?|restrictions?)\b")
_ALL = re.compile(r"\b(for|in|across|show|include) all\b|\beverywhere\b|\ball time\b|\bof all\b")


@dataclass
class Change:
    """A follow-up at work: its words, what they were read as, and the phrases for what was changed."""

    text: str
    parse: Parse
    index: Index
    said: list[str] = field(default_factory=list)

    @property
    def adds(self) -> bool:
        return bool(_ADDS.search(self.text)) and "instead" not in self.text


Edit = Callable[[Query, Change], Query]


def drop_filters(query: Query, change: Change) -> Query:
    """ "Remove the filter", "for all countries"."""
    if _DROPS.search(change.text) and query.where:
        gone = [c for c in query.where if _named_in(c, change)] or list(query.where)
        change.said.extend(f"− {condition_words(c, change.index)}" for c in gone)
        change.parse.where = []
        return replace(query, where=tuple(c for c in query.where if c not in gone))
    if _ALL.search(change.text):
        tables = {link.table for item in change.parse.items if item.kind == "name" for link in item.links[:2]}
        gone = [c for c in query.where if _tables(c) & tables]
        change.said.extend(f"− {condition_words(c, change.index)}" for c in gone)
        return replace(query, where=tuple(c for c in query.where if c not in gone))
    return query


def _named_in(condition: Condition, change: Change) -> bool:
    values = [str(v).lower() for c in ([condition] if isinstance(condition, Compare) else []) for v in c.values]
    names = {(link.table, link.column) for item in change.parse.items if item.kind == "name" for link in item.links[:3]}
    fields = {(ref.table, ref.column) for ref in _refs(condition)} | {(ref.table, "") for ref in _refs(condition)}
    return any(value in change.text for value in values) or bool(names & fields)


def _refs(condition: Condition) -> list[Ref]:
    if isinstance(condition, Related):
        return [Ref(condition.table, "")]
    parts = condition.parts if isinstance(condition, AnyOf) else (condition,)
    return [ref for part in parts for ref in refs(part.field.expr)]


def _tables(condition: Condition) -> set[str]:
    return {ref.table for ref in _refs(condition)}


def filters(query: Query, change: Change) -> Query:
    """New conditions take the place of those on the same column, unless they exclude or are said to be added."""
    where = list(query.where)
    for new in change.parse.where:
        old = next((c for c in where if _same_column(c, new)), None)
        words = condition_words(new, change.index)
        if old is None or _excludes(new):
            where.append(new)
            change.said.append(f"+ {'' if _excludes(new) else 'only where '}{words}")
        elif change.adds and isinstance(old, Compare) and isinstance(new, Compare) and {old.op, new.op} <= {"=", "in"}:
            where[where.index(old)] = Compare(old.field, "in", tuple(dict.fromkeys((*old.values, *new.values))))
            change.said.append(f"+ {words}")
        else:
            where[where.index(old)] = new
            change.said.append(f"{words} instead of {condition_words(old, change.index)}")
    having = [*query.having, *(compare for _, compare in change.parse.having)]
    change.said.extend(f"+ only where {condition_words(compare, change.index)}" for _, compare in change.parse.having)
    return replace(query, where=tuple(where), having=tuple(having))


def _excludes(condition: Condition) -> bool:
    return isinstance(condition, (Compare, Related)) and condition.negated


def _same_column(old: Condition, new: Condition) -> bool:
    if isinstance(old, Compare) and isinstance(new, Compare):
        if old.op == "period" and new.op == "period":
            return True
        return old.field.expr == new.field.expr and not old.negated and (old.op == new.op or {old.op, new.op} <= {"=", "in"})
    return old == new


def grains(query: Query, change: Change) -> Query:
    """ "By quarter", "weekly": another grain of the time that is shown already."""
    old = next((f for f in query.dimensions if f.grain), None)
    new = next((output.field for output in change.parse.groups if output.field.grain), None)
    if old is None or new is None or old.grain == new.grain:
        return query
    changed = replace(old, grain=new.grain)
    change.parse.groups = [output for output in change.parse.groups if not output.field.grain]
    change.said.append(f"by {new.grain} instead of {old.grain}")
    swap = {old: changed}
    return replace(
        query,
        select=tuple(swap.get(f, f) for f in query.select),
        order=tuple(Order(swap.get(o.field, o.field), o.descending) for o in query.order),
    )


def dimensions(query: Query, change: Change) -> Query:
    """ "By staff instead" takes the place of what it was by; "and by month" comes on top."""
    new = [output.field for output in change.parse.groups if output.field not in query.dimensions]
    if not new or not (query.measures or query.limit or query.select):
        return query
    keys = entity_keys(change.parse, change.parse.groups, list(query.measures))
    kept = query.dimensions if change.adds else ()
    measures = query.measures or (Field(None, "count", table=query.subject),)
    old = " and ".join(dimension_words(query.dimensions, change.index))
    said = " and ".join(dimension_words(tuple(new), change.index))
    change.said.append(f"by {said}" + (f" instead of {old}" if old and not kept and query.measures else ""))
    order = tuple(o for o in query.order if o.field in kept or o.field.aggregate)
    times = [f for f in (*kept, *new) if f.grain]
    order = tuple(Order(f) for f in times) if times else order or (Order(measures[0], True),)
    return replace(
        query,
        select=(*kept, *new, *measures),
        keys=(*(query.keys if kept else ()), *keys),
        order=order,
        limit=query.limit if change.adds else None,
        distinct=False,
    )


def measures(query: Query, change: Change) -> Query:
    """ "Average instead", "and the number of orders"."""
    new = [output.field for output in change.parse.outputs if output.field.aggregate and output.field not in query.select]
    if not new:
        new = _as_shares(query, change) or _reaggregated(query, change)
    if not new:
        return query
    old = query.measures
    kept = old if change.adds else ()
    words = " and ".join(field_words(f, change.index) for f in new)
    change.said.append(words if kept or not old else f"{words} instead of {field_words(old[0], change.index)}")
    dimensions_ = query.dimensions if query.measures or query.keys else ()
    order = tuple(Order(new[0], o.descending) if o.field in old and not kept else o for o in query.order)
    return replace(query, select=(*dimensions_, *kept, *new), order=tuple(dict.fromkeys(order)))


def _as_shares(query: Query, change: Change) -> list[Field]:
    """ "As a percentage of the total": what was added up, as shares."""
    said = [item for item in change.parse.items if item.is_cue("share")]
    new = [shared(f) for f in query.measures if not f.share and shared(f) != f] if said and query.dimensions else []
    for item in said if new else ():
        item.role = "measure"
    return new


def _reaggregated(query: Query, change: Change) -> list[Field]:
    """ "The average instead": the same column, another aggregate."""
    cue = next((item for item in change.parse.items if item.is_cue("aggregate") and not item.role), None)
    old = next((f for f in query.measures if f.expr is not None), None)
    if cue is None or cue.cue is None or old is None or old.aggregate == cue.cue.value:
        return []
    cue.role = "measure"
    return [replace(old, aggregate=cue.cue.value, share=False, label=_relabelled(old, cue.cue.value))]


def _relabelled(old: Field, aggregate: str) -> str:
    """ "average_revenue" after "revenue"."""
    word = old.label.removeprefix("" if old.aggregate == "sum" else f"{PREFIX[old.aggregate]}_")
    return spoken_label(word, aggregate) if word else ""


def counted(query: Query, change: Change) -> Query:
    """ "How many of those …": the rows of before, counted; "what about staff": another table counted."""
    asks = any(item.is_cue("count") for item in change.parse.items)
    if asks and re.search(r"\b(of (those|these|them)|those|these|them|are there)\b", change.text) and not query.measures:
        change.said.append("counted")
        return Query(query.subject, (Field(None, "count", table=query.subject),), where=query.where)
    return query


def columns(query: Query, change: Change) -> Query:
    """ "Also show their email": more columns of a list."""
    new = [output.field for output in change.parse.outputs if not output.field.aggregate and output.field not in query.select]
    if not new or (query.grouped and not change.adds):
        return query
    change.said.append("+ " + ", ".join(field_words(f, change.index) for f in new))
    if query.grouped:
        return replace(query, select=(*query.dimensions, *new, *query.measures))
    return replace(query, select=(*query.select, *new))


def orders(query: Query, change: Change) -> Query:
    parse = change.parse
    if "reverse" in change.text and query.order:
        flipped = tuple(Order(o.field, not o.descending) for o in query.order)
        change.said.append(f"sorted by {order_words(flipped[0], change.index)}")
        return replace(query, order=flipped)
    order = tuple(parse.order)
    direction, _, wish = parse.direction.partition(":")
    if not order and direction:
        pool = (
            [f for f in query.dimensions if f.grain]
            if wish == "time"
            else list(query.dimensions if wish == "label" else query.measures)
        )
        target = next(iter(pool), None) or (query.order[0].field if query.order else next(iter(query.select), None))
        order = (Order(target, direction == "desc"),) if target else ()
    if not order or order == query.order:
        return query
    order = tuple(Order(_known(o.field, query), o.descending) for o in order)
    change.said.append(f"sorted by {order_words(order[0], change.index)}")
    return replace(query, order=order)


def _known(field_: Field, query: Query) -> Field:
    """The measure of the query over the same column, when a plain column of a grouped query is meant."""
    if not field_.aggregate and query.grouped:
        return next((f for f in query.measures if f.expr == field_.expr), field_)
    return field_


def limits(query: Query, change: Change) -> Query:
    limit = change.parse.limit
    if limit is None or limit == query.limit:
        return query
    change.said.append(f"the first {limit} only")
    ranked = query
    if query.measures and not any(o.field.aggregate for o in query.order):
        descending = not change.parse.direction.startswith("asc")
        ranked = replace(query, order=(Order(query.measures[0], descending),))
    return replace(ranked, limit=limit)


EDITS: tuple[Edit, ...] = (drop_filters, counted, grains, dimensions, measures, columns, filters, orders, limits)
