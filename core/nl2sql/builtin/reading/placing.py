"""Placing: "where is the match held", "where did it take place, which stadium": the place of what is asked about."""

from __future__ import annotations

from core.models import Kind, Role
from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.query.query import Field, Ref, comparisons, refs
from core.nl2sql.builtin.reading.parse import Output, Parse

_PLACES = ("location", "place", "venue", "address", "city", "town", "district", "region", "state", "country", "headquarter")
_NEAR = 2.6
"""How far the place of something may be kept: behind a link table, not further."""
_ASKING = ("who", "where", "when", "which")


def whiches(parse: Parse) -> None:
    """ "Who reported on which event" asks for both; "where was it held, which stadium" for the stadium."""
    first = parse.items[0].lower if parse.items else ""
    if first not in _ASKING or parse.outputs or parse.groups or not parse.subject:
        return
    for item in parse.items:
        if not item.role and item.table is not None and _asked_which(parse, item):
            item.role = "target"
            parse.outputs.extend(Output(item.start, field, item.table.table) for field in parse.label(item.table.table))
    if parse.outputs and first in ("who", "which"):
        parse.outputs.extend(Output(0, field, parse.subject) for field in parse.label(parse.subject))


def _asks_of_each(parse: Parse) -> bool:
    """ "Who manages which gas station?": who it is, of each of the rows."""
    plain = bool(parse.outputs) and not any(output.field.aggregate or output.entity == parse.subject for output in parse.outputs)
    asks = bool(parse.items) and parse.items[0].lower in ("who", "which")
    if not plain or not asks or not parse.subject or parse.groups or parse.ranked:
        return False
    for item in parse.items[1:]:
        before = next(iter(parse.before(item, 1)), None)
        own = item.kind == "name" and item.table is not None and item.table.table == parse.subject
        if own and before is not None and before.lower == "which" and before is not parse.items[0]:
            item.role = item.role or "subject"
            return True
    return False


def places(parse: Parse) -> None:
    """What "where" asks for, where nothing else is shown."""
    if _asks_of_each(parse):
        parse.outputs = [*(Output(0, field, parse.subject) for field in parse.label(parse.subject)), *parse.outputs]
    opens = bool(parse.items) and parse.items[0].lower == "where"
    if not opens or parse.outputs or parse.groups or not parse.subject:
        return
    if (place := _place(parse)) is None:
        parse.doubts += ["no place is kept"] * 2
    else:
        parse.items[0].role = "target"
        parse.outputs.append(Output(0, Field(place)))
        parse.distinct = place.table != parse.subject


def _asked_which(parse: Parse, item: Item) -> bool:
    before = next(iter(parse.before(item, 1)), None)
    other = item.kind == "name" and item.table is not None and item.table.table != parse.subject
    return other and before is not None and before.lower == "which"


def _place(parse: Parse) -> Ref | None:
    """The place kept with the rows asked about, else with the nearest rows they are tied to."""
    compared = {ref for compare in comparisons(tuple(parse.where)) for ref in refs(compare.field.expr)}
    graph = parse.index.graph
    tables = [table.name for table in parse.index.catalog.tables if graph.distance(parse.subject, table.name) <= _NEAR]
    for table in sorted(tables, key=lambda name: graph.distance(parse.subject, name)):
        for word in _PLACES:
            for column in parse.index.table(table).columns:
                ref = Ref(table, column.name)
                said = parse.index.names.columns[table, column.name]
                if word in said and column.kind is Kind.TEXT and column.role is not Role.KEY and ref not in compared:
                    return ref
    return None
