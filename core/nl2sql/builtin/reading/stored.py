"""Stored: counts that a column already holds ("number of hosts" where the party has them as a number)."""

from __future__ import annotations

from core.models import Role
from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.linking.text import lemma
from core.nl2sql.builtin.query.query import Field, Ref
from core.nl2sql.builtin.reading.parse import Parse
from core.nl2sql.builtin.reading.years import holds_years

_NAMED = 0.95
"""A word that is all of a column's name."""
_COUNTING = {"number", "count", "total", "of"}


def stored_count(parse: Parse, item: Item) -> Ref | None:
    """The number column of the subject, or of what is grouped by, that says how many; None: rows are counted."""
    said = {lemma(word) for word in item.lower.split()}
    for table in _tables(parse):
        own = set(parse.index.names.tables[table])
        for column in parse.index.table(table).columns:
            order = parse.index.names.columns[table, column.name]
            words = set(order)
            if "number" in words and order[0] != "number":
                continue  # a train number tells trains apart, a number of trains counts them
            if not column.kind.numeric or column.role is Role.KEY or not words - _COUNTING:
                continue
            counting = bool(words & _COUNTING)
            if words - _COUNTING - (own - said) == said and (counting or column.role is Role.MEASURE):
                return Ref(table, column.name)
    return None


def done_to(parse: Parse, rows: Item) -> Field | None:
    """ "How many people were killed": a column of numbers called by the participle holds how many."""
    said = parse.after(rows, 2)
    if len(said) < 2 or said[0].lower not in ("were", "was", "got", "are") or said[1].kind != "name" or said[1].role:
        return None
    fits = said[1].columns[0] if said[1].columns and not said[1].table and said[1].lower.endswith("ed") else None
    column = parse.index.column(fits.table, fits.column) if fits and fits.score >= _NAMED else None
    if fits is None or column is None or not column.kind.numeric or column.role is not Role.MEASURE:
        return None
    if holds_years(parse, Ref(fits.table, fits.column)):
        return None
    said[1].role = "measure"
    return Field(Ref(fits.table, fits.column), "sum")


def _tables(parse: Parse) -> list[str]:
    """What has the count: the rows asked for or grouped by. A table of the same name holds what it is called after."""
    return list(
        dict.fromkeys([*(group.entity for group in parse.groups if group.entity), *([parse.subject] if parse.subject else [])])
    )
