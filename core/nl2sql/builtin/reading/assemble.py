"""Assemble: the pieces of a reading as one query, with the habits of people filled in (order, keys, what is shown)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.models import Assumption, Role
from core.nl2sql.builtin.linking.numerals import numberlike
from core.nl2sql.builtin.query.plan import measure_table, places_of
from core.nl2sql.builtin.query.query import Compare, Field, Order, Query, Ref
from core.nl2sql.builtin.reading.adjectives import direction_word, ranked_as
from core.nl2sql.builtin.reading.both import intersected
from core.nl2sql.builtin.reading.entities import entity_keys, telling, without_each
from core.nl2sql.builtin.reading.identifying import each_once, identified
from core.nl2sql.builtin.reading.labelling import labelled
from core.nl2sql.builtin.reading.money import settle_money
from core.nl2sql.builtin.reading.parse import Output, Parse


@dataclass(frozen=True)
class Conventions:
    """What a result shows beyond the words of the question; benchmarks expect less than people do."""

    show_measure: bool = True
    """What a superlative ranks by is shown beside the name."""
    name_each: bool = True
    """What is gone through one by one ("the email of each customer") is named beside what is asked of it."""
    label_keys: bool = True
    """A key that leads to rows with a name shows the name, unless the key itself was asked for."""
    order_groups: bool = True
    """A breakdown with no order asked is sorted: time ascending, else the measure descending; and where it is sorted by a measure
    with no direction said, the largest come first."""
    stable: bool = True
    """Ties are broken by what is shown, so that a limit keeps the same rows everywhere."""
    reserve: float = 8.0
    """How much further than fitted another reading must lead to be taken before the grammar's own, and whether two readings that
    only show other columns of the same rows count as one (they do where it is not 0): the ranker learned what benchmarks show."""


_OF_AMOUNT = {"best", "worst", "highest", "lowest", "largest", "smallest", "biggest", "greatest"}
_HANDFUL = 10
"""How many rows "the longest films" are."""
BENCHMARK = Conventions(show_measure=False, name_each=False, label_keys=False, order_groups=False, stable=False, reserve=0.0)
"""What text-to-SQL benchmarks expect of the same questions: nothing shown or sorted that was not asked for."""


def bare(parse: Parse, conventions: Conventions) -> Query:
    """The query as it was asked, with nothing shown or sorted beyond that; each of what is told apart may be named."""
    every = _once(_without_measured(parse))
    groups = every if conventions.name_each else without_each(parse, every)
    shown = [
        output
        for output in _once(sorted(parse.outputs, key=lambda output: output.at))
        if output.field not in [g.field for g in groups]
    ]
    within = [output.field for output in parse.within]
    shown = [output for output in shown if output.field not in within]
    having = [compare for _, compare in parse.having]
    measures = [*(o.field for o in shown), *(o.field for o in parse.order), *(c.field for c in having)]
    kept = telling([*groups, *shown], [field for field in measures if field.aggregate])
    groups, shown = [g for g in groups if g in kept], [o for o in shown if o in kept]
    select = list(dict.fromkeys([*within, *(output.field for output in groups), *(output.field for output in shown)]))
    order = [_of_groups(order, select, parse) for order in parse.order]
    if conventions.order_groups and parse.undirected and any(o.field.aggregate for o in order):
        order = [replace(o, descending=True) if o.field.aggregate else o for o in order]
        parse.notes.append(Assumption("order", "The largest come first, as no direction is said"))
    counted = _counted_groups(parse, select)
    if counted is not None:
        return counted
    aggregates = [field for field in (*select, *(o.field for o in order), *(c.field for c in having)) if field.aggregate]
    grouped = bool(aggregates)
    keys = entity_keys(parse, [*parse.within, *groups, *shown], aggregates) if grouped else []
    if any(field.aggregate for field in select) or keys:
        keys += [o.field for o in order if not o.field.aggregate and o.field not in select and o.field not in keys]
    query = Query(
        subject=parse.subject or (measure_table(select[0]) if select else ""),
        select=tuple(select),
        keys=tuple(keys),
        where=tuple(dict.fromkeys(parse.where)),
        having=tuple(having),
        order=tuple(order),
        limit=_HANDFUL if parse.several and conventions.show_measure and not within else parse.limit,
        offset=parse.offset if parse.order and not within else 0,
        tables=_kind(parse, [*select, *(o.field for o in order), *(c.field for c in having)]),
        within=(*within, *entity_keys(parse, parse.within, aggregates)) if within else (),
        distinct=parse.distinct and not grouped,
        stable=False,
    )
    return intersected(settle_money(_directed(query, parse), parse), parse)


def dress(query: Query, parse: Parse, conventions: Conventions) -> Query:
    """A bare query with what the conventions show and sort beyond the words of the question."""
    query = replace(query, stable=conventions.stable)
    if query.combine:
        return query
    query = each_once(identified(query, parse), parse) if conventions.name_each else query
    query = labelled(query, parse) if conventions.label_keys else query
    if conventions.show_measure and parse.ranked:
        select = [*query.select, *(order.field for order in query.order if order.field not in query.select)]
        query = replace(query, select=tuple(dict.fromkeys(select)))
    return _sorted_groups(query, parse) if conventions.order_groups and not query.order else query


def _kind(parse: Parse, fields: list[Field]) -> tuple[str, ...]:
    """ "The average age of gymnasts", where the age is that of people: the gymnasts among them."""
    used = {place[0] for field in fields for place in places_of(field)}
    parent = parse.kind_of(parse.subject) if parse.subject else ""
    return (parse.subject,) if parent in used and parse.subject not in used else ()


def _of_groups(order: Order, select: list[Field], parse: Parse) -> Order:
    """ "Revenue by month sorted by revenue": the measure that is shown, not the single amounts under it."""
    if order.field.aggregate:
        return order
    shown = next((f for f in select if f.aggregate and order.field.expr in (f.expr, *parse.moneys.get(f.expr or 0, ()))), None)
    return replace(order, field=shown) if shown and order.field not in select else order


def _without_measured(parse: Parse) -> list[Output]:
    """ "Average freight per order by shipper": per row of what is averaged is no group of its own."""
    measured = {
        measure_table(output.field) for output in parse.outputs if output.field.aggregate in ("avg", "sum") and output.field.expr
    }
    entities = {group.entity for group in parse.groups}
    others = [group for group in parse.groups if not (group.entity and group.entity in measured)]
    return (
        others if measured & entities and others and not any(o.field.aggregate == "sum" for o in parse.outputs) else parse.groups
    )


def _once(outputs: list[Output]) -> list[Output]:
    seen: dict[Field, Output] = {}
    for output in outputs:
        seen.setdefault(output.field, output)
    return list(seen.values())


def _counted_groups(parse: Parse, select: list[Field]) -> Query | None:
    """ "How many countries have more than 5 customers": the groups that pass are counted."""
    if not parse.having or len(select) != 1 or select[0].aggregate != "count" or select[0].expr is not None or not parse.subject:
        return None
    key = parse.key(parse.subject)
    if select[0].table != parse.subject or len(key) != 1 or parse.groups:
        return None
    inner = Query(parse.subject, tuple(key), where=tuple(parse.where), having=tuple(compare for _, compare in parse.having))
    return Query(parse.subject, tuple(select), where=(Compare(key[0], "in", query=inner),))


def _directed(query: Query, parse: Parse) -> Query:
    """Sorted the way that was said, where it was not said by what."""
    direction, _, wish = parse.direction.partition(":")
    if not direction or query.order:
        return query
    if not query.grouped and (implied := ranked_as(query, parse, direction_word(parse))):
        return replace(query, order=(Order(implied[0], (direction == "desc") != implied[1]),))
    field = (_number_shown(query, parse) if direction_word(parse) in _OF_AMOUNT else None) or _wished(query, wish)
    return replace(query, order=(Order(field, direction == "desc"),)) if field else query


def _number_shown(query: Query, parse: Parse) -> Field | None:
    """ "With their points, best first": a list is in the order of the number it shows."""
    shown = [f for f in query.dimensions if isinstance(f.expr, Ref) and not f.grain and not query.grouped]
    columns = [(f, parse.column(f.expr)) for f in shown if isinstance(f.expr, Ref)]
    return next((f for f, column in columns if numberlike(column) and column.role is not Role.KEY), None)


def _sorted_groups(query: Query, parse: Parse) -> Query:
    """Time first to last, else the largest first."""
    if times := [field for field in query.dimensions if field.grain]:
        return replace(query, order=tuple(Order(in_time(field)) for field in times))
    if not (query.grouped and query.measures and query.dimensions):
        return query
    year = next((f for f in query.dimensions if isinstance(f.expr, Ref) and _is_year(f.expr, parse)), None)
    return replace(query, order=(Order(year) if year else Order(query.measures[0], True),))


def _is_year(ref: Ref, parse: Parse) -> bool:
    return "year" in parse.index.names.columns[ref.table, ref.column]


def in_time(field: Field) -> Field:
    """What orders a time that is shown: itself, but for weekdays, whose names do not sort."""
    return replace(field, grain="weekday_number", aggregate="min") if field.grain == "weekday" else field


def _wished(query: Query, wish: str) -> Field | None:
    if wish == "time" and (times := [field for field in query.dimensions if field.grain]):
        return times[0]
    if wish != "label" and query.measures:
        return query.measures[0]
    return query.select[0] if query.select else None
