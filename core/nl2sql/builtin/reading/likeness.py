"""Likeness: "without wholesale and store": a word joined to a cell is a cell of the same column, whatever else is called so."""

from __future__ import annotations

from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.linking.text import words
from core.nl2sql.builtin.reading.parse import Parse

_JOINING = {"and", "or", ",", "nor", "&", "vs", "versus", "against"}


def likeness(parse: Parse) -> None:
    for at, item in enumerate(parse.items):
        if item.kind not in ("name", "word") or item.role:
            continue
        for other in (_neighbour(parse, at, -1), _neighbour(parse, at, 1)):
            places = {(link.table, link.column) for link in other.links} if other else set()
            same = tuple(link for link in parse.index.values.get(words(item.text), ()) if (link.table, link.column) in places)
            if same:
                item.kind, item.links = "value", same
                break


def _neighbour(parse: Parse, at: int, step: int) -> Item | None:
    """The cell on one side, with nothing but joining words between."""
    joined = False
    for other in parse.items[at + 1 :] if step > 0 else parse.items[:at][::-1]:
        if other.lower in _JOINING:
            joined = True
        else:
            return other if joined and other.kind == "value" else None
    return None
