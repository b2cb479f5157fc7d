"""Rescuing: a word nothing explains, read as an abbreviated, compounded or misspelt name, or as a misspelt or partial cell."""

from __future__ import annotations

from collections.abc import Sequence

from core.nl2sql.builtin.linking.index import Index, Link
from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.linking.looking import lookup
from core.nl2sql.builtin.linking.spelling import abbreviated, compounded, headed, nearest_name, nearest_value, other_form
from core.nl2sql.builtin.linking.text import Token


def rescued(item: Item, tokens: Sequence[Token], index: Index) -> Item:
    """The item with the readings of what it most likely means; unchanged where nothing is near."""
    token = tokens[item.start]
    if token.kind != "word" or len(token.lower) < 4:
        return item
    names = [abbreviated(token.lemma, index), compounded(token.lemma, index), nearest_name(token.lemma, index)]
    names.append(headed(token.lemma, index))
    near = next(filter(None, names), "")
    links, values = lookup(((near,),), index) if near else (), _cells(token, item, index)
    if links and not _places(values) & _places(links):  # a cell of that very column is nearer
        item.kind, item.links, item.fuzzy, item.weight = "name", links, True, 0.7
    elif values:
        item.kind, item.links, item.fuzzy, item.weight = "value", values, True, 0.7
    return item


def _places(links: Sequence[Link]) -> set[tuple[str, str]]:
    return {(link.table, link.column) for link in links if link.column}


def _cells(token: Token, item: Item, index: Index) -> tuple[Link, ...]:
    """The misspelt or partial cell, else the one it is another form of."""
    named = token.text[0].isupper()
    verb = not named and token.lower.endswith(("ed", "ing"))
    values = nearest_value(token.lower, index, named=named and item.start > 0, closely=verb)
    return values or other_form(token.lower, index)
