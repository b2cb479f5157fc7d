"""Abridging: "receipt date and number", "customer name and email": the word before the first of two names is meant of both."""

from __future__ import annotations

from core.nl2sql.builtin.linking.index import Link
from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.linking.text import lemma
from core.nl2sql.builtin.reading.parse import Parse

_WHOLE = 0.95
_JOINS = {"and", "or", ","}


def abridged(parse: Parse) -> None:
    for one, joins, other in zip(parse.items, parse.items[1:], parse.items[2:], strict=False):
        if one.kind != "name" or other.kind != "name" or joins.lower not in _JOINS or " " in other.lower:
            continue
        if not other.columns or max(link.score for link in other.links) >= _WHOLE:
            continue
        if found := _shared(parse, one, other):
            other.links, other.owner = (found,), ""


def _shared(parse: Parse, one: Item, other: Item) -> Link | None:
    """The column of the same table whose name opens with the same words and ends with the one said."""
    said = [lemma(word) for word in one.lower.split()]
    names = parse.index.names.columns
    for link in one.columns if len(said) > 1 else ():
        wanted = [*said[:-1], lemma(other.lower)]
        for column in parse.index.table(link.table).columns:
            if [lemma(word) for word in names[link.table, column.name]] == wanted and link.score >= _WHOLE:
                return Link("column", link.table, column.name, score=_WHOLE)
    return None
