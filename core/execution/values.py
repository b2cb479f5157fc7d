"""Values: the distinct short texts of a database, for the value index; most frequent first, with caps per column and in all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from core.errors import SqlFailed, SqlTimeout
from core.execution.asker import STATEMENT_S, Asker, relation
from core.execution.profile import Figures, Profiled, is_secret
from core.models.catalog import Column, ColumnValues, Kind

PER_COLUMN = 5_000
IN_ALL = 200_000
LONGEST = 100
"""Characters; a longer text is no value a person would type."""
WHOLE_ROWS = 5_000_000
"""Up to this many rows the values of the whole table are collected, beyond it those of the sample."""
PROSE = 60
PROSE_VALUES = 20
"""Average characters, and different values, from which a column is prose."""
_IDENTIFIER = re.compile(r"\S+@\S+\.\S+|https?://\S+|www\.\S+|[0-9a-fA-F-]{32,}|\+?[\d\s()./-]{7,}")


def read_values(asker: Asker, profiled: Sequence[Profiled]) -> tuple[ColumnValues, ...]:
    """The values of every text column, in the order of tables and columns; at most IN_ALL, small columns first.

    Views are read only where there are no tables: their values are those of the tables under them.
    """
    tables = [entry for entry in profiled if not entry.table.is_view] or list(profiled)
    wanted = [(entry, column) for entry in tables for column in entry.table.columns if _is_wanted(entry, column)]
    found: dict[tuple[str, str], ColumnValues] = {}
    left = IN_ALL
    for entry, column in sorted(wanted, key=lambda pair: pair[1].distinct_count or 0):
        values = _column_values(asker, entry, column, min(PER_COLUMN, left))
        if values and values.values:
            found[values.table, values.column] = values
            left -= len(values.values)
        if left <= 0:
            break
    keys = ((entry.table.name, column.name) for entry, column in wanted)
    return tuple(found[key] for key in keys if key in found)


def _is_wanted(entry: Profiled, column: Column) -> bool:
    if column.kind is not Kind.TEXT or is_secret(column) or column.distinct_count == 0 or column.name not in entry.figures:
        return False
    many = column.distinct_count is None or column.distinct_count > PER_COLUMN
    if many and column.samples and all(_IDENTIFIER.fullmatch(sample) for sample in column.samples):
        return False
    return not _is_prose(entry.figures.get(column.name, Figures()), column)


def _is_prose(figures: Figures, column: Column) -> bool:
    return figures.average_length > PROSE and (column.distinct_count or 0) > PROSE_VALUES


def _column_values(asker: Asker, entry: Profiled, column: Column, most: int) -> ColumnValues | None:
    """From the whole table where that can be done in time, else from its sample; None where neither can be grouped."""
    whole = relation(entry.table)
    sources = [entry.source] if isinstance(entry.source, sa.TableClause) else [whole, entry.source]
    if (entry.table.row_count or WHOLE_ROWS + 1) > WHOLE_ROWS:
        sources = sources[-1:]
    for source in sources:
        try:
            rows = asker.rows(_frequent(source.c[column.name], asker.dialect, most + 1), limit_s=STATEMENT_S)
        except (SqlFailed, SqlTimeout):
            continue
        values = tuple(row[0] for row in rows[:most] if isinstance(row[0], str))
        all_short = entry.figures.get(column.name, Figures()).longest <= LONGEST
        complete = isinstance(source, sa.TableClause) and len(rows) <= most and all_short
        return ColumnValues(entry.table.name, column.name, values, complete)
    return None


def _frequent(value: sa.ColumnElement[Any], dialect: str, most: int) -> sa.Select[Any, int]:
    """The short texts of a column, the most frequent first."""
    text = sa.cast(value, sa.Text) if dialect == "postgres" else value
    length = sa.func.char_length(text) if dialect == "mysql" else sa.func.length(text)
    frequency = sa.func.count()
    return (
        sa.select(text.label("value"), frequency.label("frequency"))
        .where(value.is_not(None), sa.func.trim(text) != sa.literal(""), length <= LONGEST)
        .group_by(text)
        .order_by(frequency.desc(), text)
        .limit(most)
    )
