"""Bridging: joins by columns of one name, for parts of a database that no key connects. A last resort, never beside a key."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

from core.models import Catalog, Column, ForeignKey, Table
from core.nl2sql.builtin.lexicon import lexicon
from core.nl2sql.builtin.names import name_words

_PLAIN = {"id", "name", "code", "type", "date", "year", "title", "number", "url", "first", "last", "surname", "forename"}
"""Words that many tables have a column of their own for: alike in name, not in meaning."""
_ENDINGS = ("id", "code", "key", "no", "number", "ssn")


def bridges(catalog: Catalog, connected: Callable[[str, str], bool]) -> Iterator[tuple[Table, ForeignKey]]:
    """Keys as good as any between tables that are not connected, those to a column without repeats first."""
    tables = [table for table in catalog.tables if not table.is_view]
    found = [
        (repeats(other, theirs.name), len(tables) - at, table, ForeignKey((own.name,), other.name, (theirs.name,), inferred=True))
        for at, (table, other) in enumerate(product(tables, tables))
        if table.name != other.name and not connected(table.name, other.name)
        for own, theirs in product(table.columns, other.columns)
        if _same(own, theirs) and (_said(own)[-1].endswith(_ENDINGS) or not repeats(other, theirs.name))
    ]
    for _, _, table, key in sorted(found, key=lambda entry: entry[:2]):
        if not connected(table.name, key.ref_table):
            yield table, key


def _same(one: Column, two: Column) -> bool:
    said = _said(one)
    return bool(said) and said == _said(two) and one.kind is two.kind and not set(said) <= _PLAIN


def _said(column: Column) -> tuple[str, ...]:
    return name_words(column.name, lexicon().abbreviations)


def repeats(table: Table, column: str) -> bool:
    """Whether several rows may hold the same value, by what is counted rather than declared."""
    return not table.row_count or table.by_name[column].distinct_count != table.row_count
