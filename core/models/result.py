"""ResultSet: the rows of one statement as an Arrow table, exact, with how complete they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from core.models.catalog import Kind


@dataclass(frozen=True)
class ResultColumn:
    name: str
    """As the database returned it; duplicates are allowed, so address columns by position."""
    kind: Kind


@dataclass(frozen=True)
class ResultSet:
    columns: tuple[ResultColumn, ...]
    """Present even when there are no rows."""
    table: pa.Table
    """Fields c0, c1, … by position (names live in `columns`), so duplicate names survive every library."""
    row_count: int
    """Rows held here; the statement may have more when truncated."""
    truncated: bool = False
    truncated_by: str = ""
    """"rows" or "bytes" when truncated, else empty."""
    limit: int = 0
    """The limit that was hit (rows, or bytes), 0 when complete."""
    elapsed_s: float = 0.0

    def rows(self, limit: int | None = None) -> list[tuple[Any, ...]]:
        """Up to `limit` rows as Python values: int, Decimal, float, str, date, datetime, time, bool, bytes, None."""
        part = self.table if limit is None else self.table.slice(0, limit)
        columns: list[Sequence[Any]] = [column.to_pylist() for column in part.columns]
        return list(zip(*columns, strict=True)) if columns else []

    def column(self, index: int) -> list[Any]:
        return list(self.table.column(index).to_pylist())

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)
