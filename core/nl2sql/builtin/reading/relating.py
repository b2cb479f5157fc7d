"""Relating: tables said only to say that a related row exists, or that none does ("customers who never ordered")."""

from __future__ import annotations

from dataclasses import replace

from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.query.plan import places_of
from core.nl2sql.builtin.query.query import AnyOf, Compare, Condition, Field, Ref, Related, refs
from core.nl2sql.builtin.reading.parse import Parse


def relations(parse: Parse) -> None:
    denied = ""
    for item in parse.items:
        if item.role or item.kind != "name" or not item.table or item.table.table == parse.subject or not parse.subject:
            continue
        table = item.table.table
        if _negation(parse, item):
            _without(parse, table)
            item.role = "condition"
            denied = table
        elif denied and (_through(parse, denied, table) or _through(parse, table, denied)):
            item.role = "condition"
        elif (parse.in_condition(item) or _after_count(parse, item)) and _reachable(parse, table):
            item.role = "condition"
            if (
                item.table.score >= 0.88
                and not item.fuzzy
                and not _used(parse, table)
                and _narrows(parse, table)
                and not _told(parse, item)
            ):
                parse.where.append(Related(table))
    _negated_beyond(parse)


def _after_count(parse: Parse, item: Item) -> bool:
    """ "How many orders used a promotion": a table said after what is counted."""
    counted = [output for output in parse.outputs if output.field.aggregate == "count" and output.field.expr is None]
    return (
        bool(counted) and not parse.groups and item.start > counted[0].at and all(o.field.table == parse.subject for o in counted)
    )


def _told(parse: Parse, item: Item) -> bool:
    """ "Living in Oslo": a table named by a verb, whose object is a condition of its own already."""
    follow = next(iter(parse.after(item, 1)), None)
    verb = item.lower.split()[-1] in ("in", "at", "to", "by", "from", "on")
    return verb and follow is not None and follow.kind == "value" and follow.role == "condition"


def _narrows(parse: Parse, table: str) -> bool:
    """Whether having a row there says something: several rows may lead to one, or the key may be empty."""
    chain = parse.index.graph.path((parse.subject,), table) or []
    return any(edge.many or parse.index.graph.missing(edge) > 0 for edge in chain)


def _reachable(parse: Parse, table: str) -> bool:
    return parse.index.graph.path((parse.subject,), table) is not None


def _negation(parse: Parse, item: Item) -> bool:
    if not _reachable(parse, item.table.table if item.table else ""):
        return False
    for other in parse.before(item, 6):
        if other.is_cue("not"):
            if other.role:
                return False
            other.role = "not"
            return True
        if other.kind in ("value", "number", "name"):
            return False
    return False


def _without(parse: Parse, table: str) -> None:
    """No related row; conditions on that table or reached through it belong to the row that must not exist."""
    inside: list[Condition] = []
    outside: list[Condition] = []
    for condition in parse.where:
        (inside if _beyond(parse, condition, table) else outside).append(condition)
    plain = tuple(c for c in inside if isinstance(c, (Compare, AnyOf)))
    parse.where = [*outside, Related(table, tuple(_affirmed(c) for c in plain), negated=True)]


def _affirmed(condition: Compare | AnyOf) -> Compare | AnyOf:
    return replace(condition, negated=False) if isinstance(condition, Compare) else condition


def _beyond(parse: Parse, condition: Condition, table: str) -> bool:
    if isinstance(condition, Related):
        return False
    parts = condition.parts if isinstance(condition, AnyOf) else (condition,)
    tables = {place[0] for part in parts for place in places_of(part.field)}
    if tables == {parse.subject}:
        return False
    return all(name == table or _through(parse, table, name) for name in tables)


def _through(parse: Parse, table: str, name: str) -> bool:
    chain = parse.index.graph.path((parse.subject,), name) or []
    return any(edge.other == table for edge in chain)


def _negated_beyond(parse: Parse) -> None:
    """ "Customers who did not rent film X": a negated cell of a table that several rows lead to means no such row at all."""
    changed: list[Condition] = []
    shown = {place[0] for output in (*parse.outputs, *parse.groups) for place in places_of(output.field)} | parse.context
    for condition in parse.where:
        if (
            isinstance(condition, Compare)
            and condition.negated
            and parse.subject
            and (ref := next(refs(condition.field.expr), None))
        ):
            chain = parse.index.graph.path((parse.subject,), ref.table) or []
            gate = next((edge for edge in chain if edge.many), None)
            if gate is not None and ref.table not in shown:
                changed.append(Related(gate.other, (_affirmed(condition),), negated=True))
                continue
        changed.append(condition)
    parse.where = changed


def _used(parse: Parse, table: str) -> bool:
    """Whether a condition or output already goes through a table."""
    fields: list[Field] = [output.field for output in (*parse.outputs, *parse.groups)]
    fields += [order.field for order in parse.order] + [compare.field for _, compare in parse.having]
    for condition in parse.where:
        if isinstance(condition, Related):
            fields.append(Field(Ref(condition.table, "")))
        else:
            fields += [part.field for part in (condition.parts if isinstance(condition, AnyOf) else (condition,))]
    tables = {place[0] for field in fields for place in places_of(field)}
    return any(name == table or _through(parse, table, name) for name in tables if name != parse.subject)
