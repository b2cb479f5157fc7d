"""Bridging: joins by columns of one name, for parts of a database that no key connects. A last resort, never beside a key."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import permutations

from core.models import Catalog, Column, ForeignKey, Table
from core.nl2sql.builtin.linking.lexicon import lexicon
from core.nl2sql.builtin.linking.names import name_words

_PLAIN = {"id", "name", "code", "type", "date", "year", "title", "number", "url", "first", "last", "surname", "forename"}
"""Words that many tables have a column of their own for: alike in name, not in meaning."""
_ENDINGS = ("id", "code", "key", "no", "number", "ssn")


def bridges(catalog: Catalog, connected: Callable[[str, str], bool]) -> Iterator[tuple[Table, ForeignKey]]:
    """Keys as good as any between tables that are not connected, those to a column without repeats first."""
    found = [
        ((repeats(other, theirs.name), -at, -to), table, ForeignKey((own.name,), other.name, (theirs.name,), inferred=True))
        for alike in _alike(table for table in catalog.tables if not table.is_view)
        for (at, table, own), (to, other, theirs) in permutations(alike, 2)
        if at != to and (_said(own)[-1].endswith(_ENDINGS) or not repeats(other, theirs.name))
    ]
    for _, table, key in sorted(found, key=lambda entry: entry[0]):
        if not connected(table.name, key.ref_table):
            yield table, key


def _alike(tables: Iterable[Table]) -> Iterable[list[tuple[int, Table, Column]]]:
    """The columns that say the same and hold the same kind, with their tables and where those stand."""
    groups: dict[tuple[object, ...], list[tuple[int, Table, Column]]] = defaultdict(list)
    for at, table in enumerate(tables):
        for column in table.columns:
            said = _said(column)
            if said and not set(said) <= _PLAIN:
                groups[(said, column.kind)].append((at, table, column))
    return groups.values()


def _said(column: Column) -> tuple[str, ...]:
    return name_words(column.name, lexicon().abbreviations)


def repeats(table: Table, column: str) -> bool:
    """Whether several rows may hold the same value, by what is counted rather than declared."""
    return not table.row_count or table.by_name[column].distinct_count != table.row_count
