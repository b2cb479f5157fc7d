"""Display: a result as a data frame for st.dataframe, with exact values, and how each column wants to be shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from core.analysis.shape import Shape
from core.models import Kind, ResultSet, SqlDraft

if TYPE_CHECKING:
    import pandas as pd

SAFE_INTEGER = 2**53 - 1
"""Beyond it a browser's numbers lose digits, so such columns are shown as text."""
EXACT_DIGITS = 15


@dataclass(frozen=True)
class ColumnFormat:
    """How a column of `to_frame` is shown: for st.column_config, which core may not import."""

    name: str
    """Of the frame's column: unique."""
    title: str
    kind: str
    """number, text, date, datetime, time, boolean."""
    format: str = ""
    """Of st.column_config.NumberColumn or DatetimeColumn; empty: its default."""
    align: str = "left"
    help: str = ""
    """The name as the database returned it, where `title` differs."""


def unique_names(result: ResultSet) -> tuple[str, ...]:
    """The column names, duplicates told apart as "name (2)"; an empty name becomes "column 3"."""
    names: list[str] = []
    for index, name in enumerate(result.names):
        base = " ".join(name.split()) or f"column {index + 1}"
        unique, copy = base, 1
        while unique in names:
            copy += 1
            unique = f"{base} ({copy})"
        names.append(unique)
    return tuple(names)


def to_frame(result: ResultSet, limit: int | None = None) -> pd.DataFrame:
    """Exact values, Arrow-backed, NULL as NA (shown as such, never as 0 or an empty text). Integers and decimals that a
    browser would round, and bytes, become text."""
    import pandas as pd

    part = result.table if limit is None else result.table.slice(0, limit)
    columns = {}
    for index, name in enumerate(unique_names(result)):
        columns[name] = pd.array(_shown(part.column(index), result.columns[index].kind), dtype=_dtype(part, index, result))
    return pd.DataFrame(columns)


def formats(result: ResultSet, draft: SqlDraft | None = None) -> tuple[ColumnFormat, ...]:
    """One per column of `to_frame`, in order."""
    shape = Shape(result, draft.outputs if draft else ())
    made = []
    for index, name in enumerate(unique_names(result)):
        if index >= len(shape.columns):
            made.append(ColumnFormat(name, name, _kind(result, index)))
            continue
        column = shape[index]
        kind = _kind(result, index)
        number = kind == "number"
        form = _number_format(shape, index) if number else {"date": "ll", "datetime": "lll"}.get(kind, "")
        title = column.title if len([c for c in shape.columns if c.title == column.title]) == 1 else name
        made.append(ColumnFormat(name, title, kind, form, "right" if number else "left", name if name != title else ""))
    return tuple(made)


def _number_format(shape: Shape, index: int) -> str:
    """A printf or preset of st.column_config.NumberColumn. Keys and years carry no thousands separators."""
    column = shape[index]
    if not column.measure:
        return "%d" if column.kind is Kind.INTEGER else ""
    if column.unit == "percent":
        return f"%.{min(column.places, 2)}f%%"
    if column.unit == "money" and column.currency in ("USD", "EUR"):
        return {"USD": "dollar", "EUR": "euro"}[column.currency]
    if column.unit == "money" and column.places == 2 and min((n for n in shape.numbers(index) if n is not None), default=0) >= 0:
        return "accounting"  # thousands and two places; it would write a loss in brackets
    return "localized" if column.places <= 3 else ""


def _kind(result: ResultSet, index: int) -> str:
    kind = result.columns[index].kind
    if kind.numeric:
        return "text" if _too_exact(result.table.column(index), kind) else "number"
    known = {Kind.DATE: "date", Kind.DATETIME: "datetime", Kind.TIME: "time", Kind.BOOLEAN: "boolean"}
    return known.get(kind, "text")


def _too_exact(data: Any, kind: Kind) -> bool:
    """True where a double cannot hold every value."""
    if kind is Kind.FLOAT:
        return False
    if pa.types.is_integer(data.type):
        ends: Any = pc.min_max(data).as_py()
        return any(abs(v or 0) > SAFE_INTEGER for v in (ends["min"], ends["max"]))
    if pa.types.is_decimal(data.type) and data.type.precision <= EXACT_DIGITS:
        return False
    values = [v for v in data.to_pylist() if v is not None]
    return any(_digits(v) > EXACT_DIGITS for v in values)


def _digits(value: Any) -> int:
    return len(value.as_tuple().digits) if hasattr(value, "as_tuple") else len(str(value))


def _shown(data: Any, kind: Kind) -> Any:
    if kind.numeric and _too_exact(data, kind):
        return [None if v is None else str(v) for v in data.to_pylist()]
    if kind is Kind.BINARY:
        return [None if v is None else f"{len(v):,} bytes" for v in data.to_pylist()]
    return data.combine_chunks() if hasattr(data, "combine_chunks") else data


def _dtype(part: Any, index: int, result: ResultSet) -> Any:
    import pandas as pd

    kind = result.columns[index].kind
    as_text = kind is Kind.BINARY or (kind.numeric and _too_exact(part.column(index), kind))
    return pd.ArrowDtype(pa.string() if as_text else part.schema.field(index).type)
