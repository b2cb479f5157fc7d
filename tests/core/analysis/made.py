"""Results made for a test: from plain columns, or by running SQL on a database in memory."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa

from core.models import Kind, OutputColumn, ResultColumn, ResultSet, Role, SqlDraft

KINDS: tuple[tuple[type, Kind], ...] = (
    (bool, Kind.BOOLEAN),
    (int, Kind.INTEGER),
    (Decimal, Kind.DECIMAL),
    (float, Kind.FLOAT),
    (dt.datetime, Kind.DATETIME),
    (dt.date, Kind.DATE),
    (dt.time, Kind.TIME),
    (bytes, Kind.BINARY),
    (str, Kind.TEXT),
)


def kind_of(values: Sequence[Any]) -> Kind:
    present = [v for v in values if v is not None]
    found = [next((kind for cls, kind in KINDS if isinstance(v, cls)), Kind.OTHER) for v in present[:1]]
    if found == [Kind.INTEGER] and any(isinstance(v, float) for v in present):
        return Kind.FLOAT
    return found[0] if found else Kind.TEXT


def column(values: Sequence[Any], kind: Kind) -> pa.Array[Any]:
    if kind is Kind.INTEGER and any(v is not None and abs(v) >= 2**63 for v in values):
        return pa.array([None if v is None else Decimal(v) for v in values])
    if kind is Kind.FLOAT:
        return pa.array([None if v is None else float(v) for v in values], pa.float64())
    return pa.array(list(values), pa.string() if kind is Kind.TEXT else None)


def table(names: Sequence[str], rows: Sequence[Sequence[Any]], *, kinds: Sequence[Kind] | None = None, **more: Any) -> ResultSet:
    """A result of these rows; names may repeat. `more`: truncated, limit …"""
    columns = [[row[i] for row in rows] for i in range(len(names))]
    known = list(kinds) if kinds else [kind_of(values) for values in columns]
    arrays = [column(values, kind) for values, kind in zip(columns, known, strict=True)]
    made = pa.table(arrays, names=[f"c{i}" for i in range(len(names))]) if names else pa.table({})
    heads = tuple(ResultColumn(name, kind) for name, kind in zip(names, known, strict=True))
    return ResultSet(columns=heads, table=made, row_count=len(rows), **more)


def draft(sql: str = "", *, outputs: Sequence[str] = (), **more: Any) -> SqlDraft:
    """`outputs`: one text per column, "role name unit=… aggregate=… grain=… source=…"; underscores in the name are spaces."""
    return SqlDraft(sql=sql, dialect="sqlite", engine="builtin", outputs=tuple(map(_output, outputs)), **more)


def _output(text: str) -> OutputColumn:
    role, name, *rest = text.split()
    return OutputColumn(name=name.replace("_", " "), role=Role(role), **dict(part.split("=", 1) for part in rest))
