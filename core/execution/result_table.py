"""Result table: a driver's rows as one exact Arrow table. A column of mixed kinds becomes text; nothing is rounded."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pyarrow as pa

from core.models import Kind, ResultColumn, ResultSet

EXACT_FLOAT = 2**53
INT64 = 2**63
SQLITE_DATE = re.compile(r"\d{4}-\d\d-\d\d")
SQLITE_DATETIME = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d{1,6})?")


def result_set(
    columns: Sequence[tuple[str, Kind | None]],
    rows: Sequence[Sequence[Any]],
    *,
    times_in_text: bool = False,
    truncated_by: str = "",
    limit: int = 0,
    elapsed_s: float = 0.0,
) -> ResultSet:
    """A ResultSet of Python rows. `columns`: name and declared kind, which decides only where no value does.

    times_in_text: the database has no type for days and times (SQLite), so a column whose every text is an ISO 8601 day or
    time is read as such.
    """
    values = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    arrays, described = [], []
    for (name, declared), column in zip(columns, values, strict=True):
        array, kind = column_array(column, declared, times_in_text=times_in_text)
        arrays.append(array)
        described.append(ResultColumn(name, kind))
    return ResultSet(
        columns=tuple(described),
        table=pa.table(arrays, names=[f"c{index}" for index in range(len(arrays))]),
        row_count=len(rows),
        truncated=bool(truncated_by),
        truncated_by=truncated_by,
        limit=limit if truncated_by else 0,
        elapsed_s=elapsed_s,
    )


def column_array(values: Sequence[Any], declared: Kind | None, *, times_in_text: bool = False) -> tuple[pa.Array[Any], Kind]:
    """One column and what it holds."""
    types = {type(value) for value in values if value is not None}
    if not types:
        kind = declared or Kind.OTHER
        return pa.array(values, _EMPTY.get(kind, pa.string())), kind
    if times_in_text and types == {str} and (parsed := _times(values)):
        return parsed
    for form in _FORMS:
        if types <= form.types and (array := form.build(values)) is not None:
            kind = form.kind if form.kind is not Kind.TEXT or declared is not Kind.JSON else Kind.JSON
            return array, kind
    structured = types <= {dict, list, tuple}
    return pa.array([_text(value) for value in values], pa.string()), Kind.JSON if structured else Kind.TEXT


@dataclass(frozen=True)
class _Form:
    """Python types that one Arrow type can hold; build returns None where these values do not fit after all."""

    types: frozenset[type]
    kind: Kind
    build: Callable[[Sequence[Any]], pa.Array[Any] | None]


def _integers(values: Sequence[Any]) -> pa.Array[Any] | None:
    known = [value for value in values if value is not None]
    if min(known) >= -INT64 and max(known) < INT64:
        return pa.array(values, pa.int64())
    return _decimals(values)


def _decimals(values: Sequence[Any]) -> pa.Array[Any] | None:
    """decimal128, or decimal256 up to 76 digits; None for NaN, infinity and longer ones."""
    numbers = [None if value is None else Decimal(value) for value in values]
    whole = scale = 1
    scale = 0
    for number in numbers:
        if number is None:
            continue
        _, digits, exponent = number.as_tuple()
        if not isinstance(exponent, int):
            return None
        scale = max(scale, -exponent)
        whole = max(whole, len(digits) + exponent)
    if whole + scale > 76:
        return None
    return pa.array(numbers, pa.decimal128(38, scale) if whole + scale <= 38 else pa.decimal256(76, scale))


def _floats(values: Sequence[Any]) -> pa.Array[Any] | None:
    """None where a whole number among them would be rounded."""
    if any(type(value) is int and abs(value) > EXACT_FLOAT for value in values):
        return None
    return pa.array([None if value is None else float(value) for value in values], pa.float64())


def _instants(values: Sequence[Any]) -> pa.Array[Any] | None:
    """Naive times as they are, aware ones in their common zone or in UTC; None for both mixed."""
    zones = {value.tzinfo for value in values if value is not None}
    if zones == {None}:
        return pa.array(values, pa.timestamp("us"))
    if None in zones:
        return None
    keys = {getattr(zone, "key", None) for zone in zones}
    key = keys.pop() if len(keys) == 1 else None
    try:
        return pa.array(values, pa.timestamp("us", tz=key or "UTC"))
    except (OverflowError, pa.ArrowInvalid):
        return None


def _clock(values: Sequence[Any]) -> pa.Array[Any] | None:
    """None for times with a zone, which Arrow has no type for."""
    return None if any(value is not None and value.tzinfo for value in values) else pa.array(values, pa.time64("us"))


def _binary(values: Sequence[Any]) -> pa.Array[Any]:
    return pa.array([None if value is None else bytes(value) for value in values], pa.binary())


_FORMS = (
    _Form(frozenset({bool}), Kind.BOOLEAN, lambda values: pa.array(values, pa.bool_())),
    _Form(frozenset({int}), Kind.INTEGER, _integers),
    _Form(frozenset({int, Decimal}), Kind.DECIMAL, _decimals),
    _Form(frozenset({int, float}), Kind.FLOAT, _floats),
    _Form(frozenset({str}), Kind.TEXT, lambda values: pa.array(values, pa.string())),
    _Form(frozenset({dt.datetime}), Kind.DATETIME, _instants),
    _Form(frozenset({dt.date}), Kind.DATE, lambda values: pa.array(values, pa.date32())),
    _Form(frozenset({dt.time}), Kind.TIME, _clock),
    _Form(frozenset({bytes, bytearray, memoryview}), Kind.BINARY, _binary),
)

_EMPTY: dict[Kind, pa.DataType] = {
    Kind.INTEGER: pa.int64(),
    Kind.DECIMAL: pa.decimal128(38, 0),
    Kind.FLOAT: pa.float64(),
    Kind.DATE: pa.date32(),
    Kind.DATETIME: pa.timestamp("us"),
    Kind.TIME: pa.time64("us"),
    Kind.BOOLEAN: pa.bool_(),
    Kind.BINARY: pa.binary(),
}


def _times(values: Sequence[str | None]) -> tuple[pa.Array[Any], Kind] | None:
    known = [value for value in values if value is not None]
    try:
        if all(map(SQLITE_DATE.fullmatch, known)):
            return pa.array([value and dt.date.fromisoformat(value) for value in values], pa.date32()), Kind.DATE
        if all(map(SQLITE_DATETIME.fullmatch, known)):
            return pa.array(
                [value and dt.datetime.fromisoformat(_padded(value)) for value in values], pa.timestamp("us")
            ), Kind.DATETIME
    except ValueError:  # the 31st of February stays text
        return None
    return None


def _padded(text: str) -> str:
    return text if len(text) == 19 else text.ljust(26, "0")


def _text(value: Any) -> str | None:
    """A value as people read it in a column that holds more than one kind."""
    match value:
        case None:
            return None
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case bytes() | bytearray() | memoryview():
            return "0x" + bytes(value).hex()
        case dt.datetime():
            return value.isoformat(" ")
        case dict() | list() | tuple():
            return json.dumps(value, ensure_ascii=False, default=_plain)
        case _:
            return str(value)


def _plain(value: Any) -> Any:
    """Inside JSON: numbers stay numbers where that is exact, all else is text."""
    if isinstance(value, Decimal) and value.is_finite():
        number = int(value) if value == value.to_integral_value() else float(value)
        return number if Decimal(repr(number)) == value else str(value)
    return _text(value)
