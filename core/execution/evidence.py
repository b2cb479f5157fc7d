"""Evidence: what SQLite columns really hold, counted on the first rows of a table, because any column may hold anything."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import sqlalchemy as sa

from core.errors import SqlTimeout
from core.execution.asker import Asker, relation
from core.execution.kinds import Evidence, stored_kind
from core.models.catalog import Table

EVIDENCE_ROWS = 10_000
_COLUMNS_PER_STATEMENT = 60
_DATE = "[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]"
_TIME = "[0-2][0-9]:[0-5][0-9]*"
_PATTERNS = (_DATE, f"{_DATE}[ T]{_TIME}", _TIME)


def corrected(asker: Asker, table: Table, limit_s: float) -> Table:
    """The table with kinds by its values; as it is where the database enforces types."""
    if asker.dialect != "sqlite":
        return table
    found: dict[str, Evidence] = {}
    names = [column.name for column in table.columns]
    try:
        for start in range(0, len(names), _COLUMNS_PER_STATEMENT):
            found |= _evidence(asker, table, names[start : start + _COLUMNS_PER_STATEMENT], limit_s)
    except SqlTimeout:
        return table
    columns = (replace(column, kind=stored_kind(column.type, found[column.name])) for column in table.columns)
    return replace(table, columns=tuple(columns))


def _evidence(asker: Asker, table: Table, names: list[str], limit_s: float) -> dict[str, Evidence]:
    whole = relation(table)
    head = sa.select(*(whole.c[name] for name in names)).limit(EVIDENCE_ROWS).subquery("head")
    parts = [part for name in names for part in _parts(head.c[name])]
    row = asker.rows(sa.select(*(part.label(f"e{i}") for i, part in enumerate(parts))), limit_s=limit_s)[0]
    width = len(fields(Evidence))
    return {name: Evidence(*row[i * width : (i + 1) * width]) for i, name in enumerate(names)}


def _parts(value: sa.ColumnElement[Any]) -> list[sa.ColumnElement[Any]]:
    """In the order of the fields of Evidence."""
    storage = sa.func.typeof(value)
    is_text = storage == "text"
    filled = value != sa.literal("")
    return [
        sa.func.count(sa.case((filled, 1))),
        sa.func.count(sa.case((storage == "integer", 1))),
        sa.func.count(sa.case((storage == "real", 1))),
        sa.func.count(sa.case((sa.and_(is_text, filled), 1))),
        *(sa.func.count(sa.case((sa.and_(is_text, _like(value, pattern)), 1))) for pattern in _PATTERNS),
        sa.func.count(sa.case((sa.and_(storage == "integer", value.in_((0, 1))), 1))),
    ]


def _like(value: sa.ColumnElement[Any], pattern: str) -> sa.ColumnElement[bool]:
    return value.op("GLOB", is_comparison=True)(pattern)
