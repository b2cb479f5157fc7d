"""Which cells of the database the words of a question name: exactly, or with a slip of the pen."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from core.models import Catalog
from core.nl2sql.llm.words import STOP, normal

LONGEST = 6
MOST = 20
_KEPT = 8


@dataclass(frozen=True)
class ValueMatch:
    words: str
    """As normalised from the question."""
    table: str
    column: str
    value: str


def matched_values(question: str, catalog: Catalog) -> tuple[ValueMatch, ...]:
    """At most 20 cells, longest first; a cell inside a longer match is not repeated."""
    index = _index(catalog)
    found: list[ValueMatch] = []
    covered: set[int] = set()
    tokens = normal(question).split()
    for positions, phrase in _phrases(tokens):
        if not covered & positions and phrase in index and phrase not in STOP:
            covered |= positions
            found += [ValueMatch(phrase, *cell) for cell in index[phrase][:4]]
    for position, token in enumerate(tokens):
        if position not in covered and len(token) >= 5 and not token.isdigit():
            found += [ValueMatch(token, *cell) for key in _near(token, index) for cell in index[key][:2]]
    return tuple(found[:MOST])


def _phrases(tokens: list[str]) -> Iterator[tuple[set[int], str]]:
    for size in range(min(LONGEST, len(tokens)), 0, -1):
        for start in range(len(tokens) - size + 1):
            yield set(range(start, start + size)), " ".join(tokens[start : start + size])


def _near(token: str, index: dict[str, list[tuple[str, str, str]]]) -> list[str]:
    from rapidfuzz import fuzz, process

    return [key for key, _, _ in process.extract(token, index.keys(), scorer=fuzz.ratio, score_cutoff=86, limit=2)]


Index = dict[str, list[tuple[str, str, str]]]
_indexes: dict[int, tuple[Catalog, Index]] = {}
_lock = threading.Lock()


def _index(catalog: Catalog) -> Index:
    """Normal form of a value → its cells, kept for the last few catalogs (and the catalogs with them, so that ids stay true)."""
    with _lock:
        if id(catalog) in _indexes:
            return _indexes[id(catalog)][1]
    index: Index = defaultdict(list)
    for column in catalog.values:
        for value in column.values:
            if (key := normal(value)) and len(key) <= 80:
                index[key].append((column.table, column.column, value))
    with _lock:
        while len(_indexes) >= _KEPT:
            _indexes.pop(next(iter(_indexes)))
        _indexes[id(catalog)] = (catalog, dict(index))
    return dict(index)
