"""Implying: several columns that fit "cheaper" or "price" equally well, of which the person must say one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.models import Column, Role
from core.nl2sql.builtin.linking.index import Index


@dataclass(frozen=True)
class Doubt:
    """Something said that several columns of a table fit alike; `key` is what the answer is remembered by."""

    text: str
    key: str
    table: str
    columns: tuple[str, ...]


def fitting(table: str, word: str, index: Index) -> tuple[str, ...]:
    """The numbers of a table a word may mean, one where it is sure: its own name, else what bears it, else what is much alike."""
    numbers = [c for c in index.table(table).columns if c.kind.numeric and c.role is not Role.KEY]
    own = [c for c in numbers if word in _said(c, table, index)]
    exact = [c for c in own if set(_said(c, table, index)) <= {word, *index.names.tables[table]}]
    near = [c for c in numbers if set(index.lexicon.alike.get(word, ())) & set(_said(c, table, index))]
    found = exact[:1] or own or near
    return tuple(column.name for column in found)


def _said(column: Column, table: str, index: Index) -> tuple[str, ...]:
    return index.names.columns[table, column.name]


def settle(text: str, word: str, table: str, index: Index, resolutions: Mapping[str, str]) -> tuple[str | None, Doubt | None]:
    """The column a word stands for, by what the person chose before; with a doubt where several fit alike."""
    if word not in index.lexicon.alike:
        return None, None
    columns = fitting(table, word, index)
    key = f"{table} {word}".lower()
    chosen = resolutions.get(key, "").removeprefix(f"{table}.")
    if chosen in index.table(table).by_name:
        return chosen, None
    return next(iter(columns), None), Doubt(text, key, table, columns) if len(columns) > 1 else None
