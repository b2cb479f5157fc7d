"""Stored: counts that a column already holds ("number of hosts" where the party has them as a number)."""

from __future__ import annotations

from core.models import Role
from core.nl2sql.builtin.item import Item
from core.nl2sql.builtin.parse import Parse
from core.nl2sql.builtin.query import Ref
from core.nl2sql.builtin.text import lemma

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


def _tables(parse: Parse) -> list[str]:
    """What has the count: the rows asked for or grouped by. A table of the same name holds what it is called after."""
    return list(
        dict.fromkeys([*(group.entity for group in parse.groups if group.entity), *([parse.subject] if parse.subject else [])])
    )
