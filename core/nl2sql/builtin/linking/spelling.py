"""Spelling: the name or cell a misspelt or partial word most likely means, or nothing."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz import fuzz, process

from core.nl2sql.builtin.linking.index import Index, Link
from core.nl2sql.builtin.linking.text import root

_NAME_CUTOFF = 83.0
_VALUE_CUTOFF, _CLOSE_CUTOFF = 88.0, 93.0
_ROOT, _FEW_PLACES = 4, 2
_PART, _LONGEST, _MOST_COLUMNS = 0.7, 60, 4
"""How well a word fits cells it is but a part of, and the longest such cells, in characters."""


def abbreviated(word: str, index: Index) -> str:
    """The word of the schema that is a long word cut short (enrollment: enr, January: jan); empty where several or none are."""
    found = [word[:size] for size in (3, 4, 5) if len(word) >= size + 3 and word[:size] in index.words]
    return found[0] if len(found) == 1 else ""


def compounded(word: str, index: Index) -> str:
    """The one compound of the schema that ends in the word: a classroom is a room."""
    found = [name for name in index.words if len(name) >= len(word) + 3 and name.endswith(word)] if len(word) >= 4 else []
    return found[0] if len(found) == 1 else ""


def headed(word: str, index: Index) -> str:
    """The table a compound is a kind of: a ballpark is a park."""
    tables = {said[0] for said in index.names.tables.values() if len(said) == 1 and len(said[0]) >= 4}
    found = [name for name in tables if len(word) >= len(name) + 3 and word.endswith(name)]
    return found[0] if len(found) == 1 else ""


def nearest_name(word: str, index: Index) -> str:
    """A word of the schema spelt nearly so; empty where none is close."""
    names = {lemma for lemmas in index.stems.values() for lemma in lemmas if lemma[:1] == word[:1] or lemma[1:] == word[1:]}
    found = process.extractOne(word, names, scorer=fuzz.ratio, score_cutoff=_NAME_CUTOFF) if len(word) >= 4 else None
    return str(found[0]) if found and found[0] not in index.lexicon.light else ""


def nearest_value(word: str, index: Index, *, named: bool, closely: bool = False) -> tuple[Link, ...]:
    """Cells that hold the word among others, or are spelt nearly like it; empty where none do.

    Part of a cell is enough only for a word written as a name (`named`); `closely` wants all but a letter to be the same, as
    for verbs, many of which are spelt alike.
    """
    keys = index.value_words.get(word, []) if named else []
    if keys:
        return _holding(word, [link for key in keys for link in index.values[key] if len(link.value) <= _LONGEST])
    if len(word) < 6:
        return ()
    heads = [head for head in index.heads_by_letter.get(word[:1], ()) if abs(len(head) - len(word)) <= 2]
    found = process.extractOne(word, heads, scorer=fuzz.ratio, score_cutoff=_CLOSE_CUTOFF if closely else _VALUE_CUTOFF)
    if not found or (str(found[0]),) not in index.values:
        return ()
    return tuple(Link("value", link.table, link.column, link.value, 0.75) for link in index.values[(str(found[0]),)])


def _holding(word: str, cells: Sequence[Link]) -> tuple[Link, ...]:
    """The cell of a column that holds the word; where several of the column do, all that hold it."""
    found: dict[tuple[str, str], list[Link]] = {}
    for link in cells:
        found.setdefault((link.table, link.column), []).append(link)
    return tuple(
        Link("value", table, column, word if len(held) > 1 else held[0].value, _PART, part=len(held) > 1)
        for (table, column), held in list(found.items())[:_MOST_COLUMNS]
    )


def other_form(word: str, index: Index) -> tuple[Link, ...]:
    """The cell of one word that a word is another form of ("snowy": Snow, "approved": Approval); empty where several are."""
    keys = index.value_roots.get(root(word), ())
    links = (
        [link for key in keys for link in index.values[key]]
        if len(root(word)) >= (_ROOT - 1 if word.endswith("y") else _ROOT)
        else []
    )
    places = {(link.table, link.column) for link in links}
    alone = len({link.value.lower() for link in links}) == 1 and len(places) <= _FEW_PLACES
    return tuple(Link("value", link.table, link.column, link.value, 0.75) for link in links) if alone else ()
