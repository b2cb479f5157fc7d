"""Rescuing: a word nothing explains, read as an abbreviated, compounded or misspelt name, or as a misspelt or partial cell."""

from __future__ import annotations

from collections.abc import Sequence

from core.nl2sql.builtin.linking.index import Index, Link
from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.linking.looking import lookup
from core.nl2sql.builtin.linking.spelling import abbreviated, compounded, nearest_name, nearest_value, other_form
from core.nl2sql.builtin.linking.text import Token


def rescued(item: Item, tokens: Sequence[Token], index: Index) -> Item:
    """The item with the readings of what it most likely means; unchanged where nothing is near."""
    token = tokens[item.start]
    if token.kind != "word" or len(token.lower) < 4:
        return item
    names = [abbreviated(token.lemma, index), compounded(token.lemma, index), nearest_name(token.lemma, index)]
    if near := next(filter(None, names), ""):
        links = lookup(((near,),), index)
        if links:
            item.kind, item.links, item.fuzzy, item.weight = "name", links, True, 0.7
    elif values := _cells(token, item, index):
        item.kind, item.links, item.fuzzy, item.weight = "value", values, True, 0.7
    return item


def _cells(token: Token, item: Item, index: Index) -> tuple[Link, ...]:
    """The misspelt or partial cell, else the one it is another form of."""
    named = token.text[0].isupper()
    near = named or not token.lower.endswith(("ed", "ing"))
    values = nearest_value(token.lower, index, named=named and item.start > 0) if near else ()
    return values or other_form(token.lower, index)
