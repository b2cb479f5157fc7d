"""A catalog as text for a model: one line per column; names and values stay on it, quoted where they are not plain words."""

from __future__ import annotations

import json
import re

from core.chat_model import cut
from core.models import Column, Role, Table

_DOTTED = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}(\.[A-Za-z_][A-Za-z0-9_]{0,62})?")
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
FEW_VALUES = 50
"""Columns with at most so many distinct values that recur show samples: kinds and states, not people, phones or notes."""


def table_text(table: Table) -> str:
    known = ["view"] * table.is_view + ([] if table.row_count is None else [f"{table.row_count:,} rows"])
    about = f" ({', '.join(known)})" if known else ""
    head = f"table {qualified(table)}{about}{_comment(table.comment)}"
    return "\n".join([head, *(column_text(column, table) for column in table.columns)]) + "\n"


def column_text(column: Column, table: Table) -> str:
    parts = [f"  {name_text(column.name)} {cut(column.type or column.kind.value, 40)}"]
    parts += ["key"] if table.primary_key == (column.name,) else []
    parts += [f"-> {table_name_text(table_name)}.{name_text(ref)}" for table_name, ref in _references(column, table)]
    if column.minimum is not None and column.maximum is not None and column.role in (Role.MEASURE, Role.TIME):
        parts.append(f"{cut(column.minimum, 30)} to {cut(column.maximum, 30)}")
    elif samples := [sample for sample in column.samples if sample.strip()]:
        parts += ["such as " + ", ".join(map(value_text, samples[:3]))] if _is_kind(column, table) else []
    return ", ".join(parts) + _comment(column.comment)


def name_text(name: str) -> str:
    """The name itself where it is a plain word, else as a JSON string, so that no name looks like anything but a name."""
    return name if _PLAIN.fullmatch(name) else json.dumps(name, ensure_ascii=False)


def qualified(table: Table) -> str:
    """As it stands in a query: each part quoted for itself."""
    local = table.local_name or (table.name.removeprefix(f"{table.schema}.") if table.schema else table.name)
    return f"{name_text(table.schema)}.{name_text(local)}" if table.schema else name_text(local)


def table_name_text(name: str) -> str:
    """Of a table of which only the catalog's name is at hand."""
    return name if _DOTTED.fullmatch(name) else name_text(name)


def value_text(value: str) -> str:
    return json.dumps(cut(value, 60), ensure_ascii=False)


def _is_kind(column: Column, table: Table) -> bool:
    distinct = column.distinct_count
    return column.role is Role.DIMENSION and distinct is not None and distinct <= min(FEW_VALUES, (table.row_count or 0) / 2)


def _references(column: Column, table: Table) -> list[tuple[str, str]]:
    return [
        (key.ref_table, ref)
        for key in table.foreign_keys
        for own, ref in zip(key.columns, key.ref_columns, strict=False)
        if own == column.name
    ]


def _comment(comment: str) -> str:
    return f" -- {value_text(comment)}" if comment.strip() else ""
