"""Stocking: "out of stock", "below the reorder level": what is on hand against nothing, or against a level of the same row."""

from __future__ import annotations

from core.models import Role
from core.nl2sql.builtin.query.query import Compare, Field, Ref
from core.nl2sql.builtin.reading.parse import Parse

_HELD = {"inventory", "stock", "warehouse"}
"""Tables whose quantities are what is on hand."""
_LEVELS = {"reorder", "level", "minimum", "threshold", "safety"}
"""Words in the names of columns that what is on hand is held against."""


def emptied(parse: Parse) -> None:
    """ "Products out of stock": nothing of them is on hand."""
    for item in parse.items:
        out = [other.lower for other in parse.before(item, 2)] == ["of", "out"]
        if item.lower != "stock" or not out or item.role or not parse.subject:
            continue
        graph = parse.index.graph
        near = sorted(parse.index.graph.edges(parse.subject), key=lambda edge: graph.distance(parse.subject, edge.other))
        tables = dict.fromkeys([parse.subject, *parse.tables_said(), *(edge.other for edge in near)])
        held = next((ref for table in tables if (ref := on_hand(parse, table))), None)
        if held is not None:
            for other in (item, *parse.before(item, 2)):
                other.role = "condition"
            parse.where.append(Compare(Field(held), "=", (0,)))


def on_hand(parse: Parse, table: str) -> Ref | None:
    """The one column of a table that says how much of something there is."""
    names = parse.index.names
    found = []
    for column in parse.index.table(table).columns:
        said = set(names.columns[table, column.name])
        counted = bool(said & {"stock", "hand", "hold"}) or ("quantity" in said and bool(set(names.tables[table]) & _HELD))
        if counted and column.kind.numeric and column.role is not Role.KEY and not said & (_LEVELS | {"order"}):
            found.append(Ref(table, column.name))
    return found[0] if len(found) == 1 else None


def is_level(parse: Parse, ref: Ref) -> bool:
    return bool(set(parse.index.names.columns[ref.table, ref.column]) & _LEVELS)
