"""Nouns: rows that belong to others, where only a part of a table's name or another form of it is said (rated → rating)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.linking.text import lemma
from core.nl2sql.builtin.reading.parse import Parse

_ENDING = re.compile(r"(?:ations?|ances?|ences?|ments?|ings?|ions?|ers?|ors?|ies|ed|es|y|s|e)$")
_PREFIX = 5
"""Letters that make an abbreviation telling (prereq)."""

_DEEDS = {
    "used", "sold", "bought", "ordered", "purchased", "booked", "reserved", "rented", "hired", "borrowed", "lent",
    "loaned", "assigned", "played", "performed", "sung", "visited", "taken", "chosen", "picked", "driven", "flown",
    "worn", "watched", "reviewed", "tried", "attended", "hosted", "registered", "enrolled",
}  # fmt: skip
"""What is done with things, each time told by a row of another table; being married, shipped or paid is a state of their own."""


def related_table(parse: Parse, items: Sequence[Item], subject: str) -> str:
    """The table of rows that belong to the subject's which the words come nearest to; empty where none does."""
    words = [word for item in items if not item.role and item.kind in ("word", "name") for word in item.lower.split()]
    own = set(parse.index.names.tables.get(subject, ()))
    found: dict[str, float] = {}
    for edge in parse.index.graph.edges(subject):
        if edge.many or parse.index.graph.missing(edge) > 0:
            said = [word for word in parse.index.names.tables[edge.other] if word not in own]
            keyed = [word for column in edge.other_columns for word in parse.index.names.columns[edge.other, column]]
            told = sum(any(_alike(word, other) for word in words) for other in said)
            by_key = any(_alike(word, other) for word in words for other in keyed if other not in own and other != "id")
            share = told / len(said) if said else 0.0
            if share or by_key:
                found[edge.other] = max(found.get(edge.other, 0.0), share, 0.4 if by_key else 0.0)
    return max(found, key=lambda table: found[table], default="")


def only_rows_of(parse: Parse, items: Sequence[Item], subject: str) -> str:
    """ "Never used", "not sold anywhere": the one table whose rows belong to the subject's, where no more than a deed is said."""
    deeds = [item for item in items if item.kind in ("word", "name", "stop") and item.lower in _DEEDS]
    others = [item for item in items if item not in deeds and item.kind not in ("stop", "mark") and not item.is_cue("not")]
    tables = {edge.other for edge in parse.index.graph.edges(subject) if edge.many} - {subject}
    linked = [item for item in deeds if item.kind == "name" and item.table]
    return next(iter(tables)) if len(deeds) == len(tables) == 1 and not others and not linked else ""


def _alike(word: str, other: str) -> bool:
    """Forms of one word (rated, rating), or one the beginning of the other (prereq, prerequisite)."""
    if lemma(word) == lemma(other):
        return True
    short, long = sorted((word, other), key=len)
    if len(short) >= _PREFIX and long.startswith(short):
        return True
    base = _ENDING.sub("", word)
    return len(base) >= 3 and base == _ENDING.sub("", other)
