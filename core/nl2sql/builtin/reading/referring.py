"""Referring: "that type", "each code", "its id": words that take up again what was said before them mean the same thing."""

from __future__ import annotations

from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.linking.text import lemma, words
from core.nl2sql.builtin.reading.parse import Parse

_POINTING = {"that", "those", "this", "these", "same", "such"}
_OWNING = {"its", "their", "his", "her"}
_PASSED = {"the", "of", "different", "distinct"}
_NEAR = 0.5


def referred(parse: Parse) -> None:
    topic = _topic(parse)
    for item in parse.items:
        if item.kind != "name" or item.role:
            continue
        if topic and not _measured(parse, item):
            _narrow(item, topic)
        before = next((other for other in parse.before(item, 3) if other.lower not in _PASSED), None)
        if before is None:
            continue
        if before.lower in _POINTING or (before.is_cue("group", "group") and before.lower.endswith(("each", "every"))):
            _same(parse, item)
        elif before.lower in _OWNING:
            _own(parse, item)


def _topic(parse: Parse) -> str:
    """The table of "For each teacher, …": what follows is about it."""
    first = next((item for item in parse.items if item.kind == "name"), None)
    opened = first is not None and first.table is not None and all(other.is_cue("group") for other in parse.before(first, 9))
    return first.table.table if opened and first and first.table and first.table.score > 0.95 else ""


def _measured(parse: Parse, item: Item) -> bool:
    return any(other.is_cue("aggregate") or other.is_cue("count") for other in parse.before(item, 2))


def _narrow(item: Item, table: str) -> None:
    """A column of several tables is that of the one table, where it has one that fits as well."""
    own = tuple(link for link in item.columns if link.table == table and link.score >= _NEAR)
    if own and own[0].score >= max(link.score for link in item.links) - 0.1:
        item.links = own


def _same(parse: Parse, item: Item) -> None:
    """ "Type codes and the number of documents in each code": what is part of a longer name is that name."""
    said = _lemmas(item)
    for other in parse.before(item, 99):
        whole = _lemmas(other)
        if other.kind != "name" or other.role == "modifier" or len(whole) < len(said) or _stands_alone(item, other):
            continue
        if whole[-len(said) :] == said or whole[: len(said)] == said:
            if not other.owner and (ref := parse.column_of(other, prefer=parse.subject)):
                other.links = tuple(link for link in other.links if link.kind == "table" or link.column == ref.column)
                other.links = tuple(link for link in other.links if link.kind == "table" or link.table == ref.table)
            item.links, item.owner = other.links, other.owner
            return


def _lemmas(item: Item) -> tuple[str, ...]:
    return tuple(lemma(word) for word in words(item.lower))


def _stands_alone(item: Item, other: Item) -> bool:
    """Whether the part is a table of its own, as the customer of a customer name is."""
    return item.table is not None and item.table.score > 0.95 and (not other.table or other.table.table != item.table.table)


def _own(parse: Parse, item: Item) -> None:
    """ "For each product, return its id": the column is one of the table named first, where that has one called so."""
    for other in parse.before(item, 99)[::-1]:
        link = other.table if other.kind == "name" else None
        if link is None or (other.columns and other.columns[0].score > link.score):
            continue
        _narrow(item, link.table)
        return
