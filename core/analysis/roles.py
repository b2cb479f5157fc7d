"""Roles: what a column of a result is, from what the engine said of it, or from its name, type and values."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from core.analysis.humanise import Number, places_of
from core.analysis.moments import Pattern, as_moment, grain_of, pattern_of, read_text
from core.analysis.words import entity, phrase, title, words
from core.models import Kind, OutputColumn, ResultSet, Role

Data: TypeAlias = "pa.ChunkedArray[Any]"

_KEY_WORDS = {"id", "ids", "key", "uuid", "guid", "code", "zip", "zipcode", "postcode", "postal", "phone", "isbn", "sku", "ssn"}
_MONEY_WORDS = {
    "revenue", "sales", "amount", "price", "cost", "costs", "payment", "payments", "salary", "salaries", "profit", "spend",
    "spent",
    "budget", "income", "turnover", "fee", "fees", "earnings", "usd", "eur", "gbp", "freight", "expenses", "gross", "margin",
}  # fmt: skip
_CURRENCIES = {"usd": "USD", "dollars": "USD", "eur": "EUR", "euro": "EUR", "euros": "EUR", "gbp": "GBP", "pounds": "GBP"}
_COUNT_WORDS = {"count", "cnt", "number", "num", "quantity", "qty", "units"}
_AVERAGE_WORDS = {"avg", "average", "mean", "median", "rate", "ratio", "price", "age", "length", "score", "rating", "duration"}
_YEAR_WORDS = {"year", "yr", "years"}
_DATE_WORDS = {*_YEAR_WORDS, "y", "date", "period", "time", "day", "at", "on", "strftime"}
_EXTREMES = (("max", {"max", "maximum", "highest"}), ("min", {"min", "minimum"}))
_CYCLES = {"month": (1, 12), "quarter": (1, 4), "hour": (0, 23), "weekday": (0, 7), "day": (1, 31), "week": (0, 53)}
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
)  # fmt: skip


@dataclass(frozen=True)
class ColumnShape:
    index: int
    name: str
    """As the database returned it."""
    title: str
    """As a person would head it."""
    phrase: str
    """As a person would say it within a sentence."""
    kind: Kind
    role: Role
    grain: str = ""
    """Of a time column: year … second. Empty for all others."""
    cycle: str = ""
    """Of an ordered category that comes round again: month, weekday, hour, quarter …"""
    unit: str = ""
    aggregate: str = ""
    currency: str = ""
    source: str = ""
    places: int = 0
    """Decimal places that suit the values of a measure."""
    distinct: int = 0
    missing: int = 0
    """Rows without a number to reckon with: NULL, and in a measure NaN and the infinities."""
    endless: int = 0
    """Those of them that are NaN or an infinity."""
    pattern: Pattern | None = None
    """How the texts of a time column are spelled."""

    @property
    def measure(self) -> bool:
        return self.role is Role.MEASURE

    @property
    def time(self) -> bool:
        return self.role is Role.TIME


SAMPLE = 500
"""Values looked at for the decimal places of a measure."""


def number_of(value: Any) -> Number | None:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Decimal):
        return value if value.is_finite() else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def column_shape(result: ResultSet, index: int, said: OutputColumn | None, aggregate: str = "") -> ColumnShape:
    """`said`: by the engine; `aggregate`: read from the statement."""
    name, kind = result.columns[index].name, result.columns[index].kind
    data = result.table.column(index)
    label = (said.name if said else "") or name
    label = entity(label) if kind is Kind.TEXT else label
    nulls, data = data.null_count, _finite(data)
    facts: dict[str, Any] = {
        "index": index, "name": name, "title": title(label), "phrase": phrase(label) or "value", "kind": kind,
        "source": said.source if said else "", "missing": data.null_count, "endless": data.null_count - nulls,
        "distinct": _distinct(data),
    }  # fmt: skip
    if not aggregate and (time := _time(data, name, kind, said)):
        return ColumnShape(**facts, role=Role.TIME, grain=time[0], pattern=time[1])
    role = _role(data, name, kind, facts["distinct"], said)
    role = Role.MEASURE if aggregate and kind.numeric else role
    if role is Role.MEASURE:
        return ColumnShape(**facts, role=role, **_measure(data, name, said, aggregate))
    return ColumnShape(**facts, role=role, cycle=_cycle(data, name, kind))


def _finite(data: Data) -> Data:
    """The column with NULL for what is no number one can reckon with."""
    if not pa.types.is_floating(data.type):
        return data
    kept: Data = pc.if_else(pc.is_finite(data), data, pa.scalar(None, data.type))
    return kept


def _distinct(data: Data) -> int:
    try:
        return int(pc.count_distinct(data).as_py())
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
        return len({repr(v) for v in data.to_pylist()} - {"None"})


def _time(data: Data, name: str, kind: Kind, said: OutputColumn | None) -> tuple[str, Pattern | None] | None:
    """Grain and spelling of a column of moments; None for any other."""
    told = said.grain if said else ""
    if said and said.role in (Role.MEASURE, Role.KEY):
        return None
    if kind.temporal:
        moments = [m for m in map(as_moment, data.unique().to_pylist()) if m]
        return (told or grain_of(moments), None) if moments else (told or "day", None)
    if kind is Kind.TEXT:
        return _text_time(data, name, told, said is not None and said.role is Role.TIME)
    if kind.numeric and _all_years(data) and (told == "year" or (not said and _names_year(name))):
        return "year", None
    return None


def _text_time(data: Data, name: str, told: str, sure: bool) -> tuple[str, Pattern | None] | None:
    sample = [v for v in data.slice(0, 200).to_pylist() if isinstance(v, str)]
    pattern = pattern_of(sample)
    if pattern is None:
        return None
    if not pc.all(pc.match_substring_regex(data, pattern.regex)).as_py():
        return None
    if pattern.grain == "year" and not sure and not (set(words(name)) & _DATE_WORDS):
        return None
    if pattern.grain in ("day", "second"):
        moments = [m for m in (read_text(v, pattern) for v in data.unique().to_pylist()) if m]
        return (told or grain_of(moments), pattern) if moments else None
    return pattern.grain, pattern


def _all_years(data: Data) -> bool:
    least_most: Any = pc.min_max(data).as_py()
    low, high = least_most["min"], least_most["max"]
    whole = isinstance(low, int) and isinstance(high, int)
    return bool(whole and low >= 1000 and high <= 2200)


def _names_year(name: str) -> bool:
    said = words(name)
    return bool(said) and (said[-1] in _YEAR_WORDS or (said[0] in _YEAR_WORDS and "(" in name))


def _role(data: Data, name: str, kind: Kind, distinct: int, said: OutputColumn | None) -> Role:
    if said:
        measurable = kind.numeric or said.role is not Role.MEASURE
        return said.role if measurable and said.role is not Role.TIME else Role.DIMENSION
    if kind.numeric:
        if _is_key(data, name, kind) and distinct > 0:
            return Role.KEY
        return Role.DIMENSION if _cycle(data, name, kind) else Role.MEASURE
    if kind is Kind.TEXT and set(words(name)[-1:]) & {"id", "uuid", "guid", "key"}:
        return Role.KEY
    return Role.DIMENSION


def _is_key(data: Data, name: str, kind: Kind) -> bool:
    said = words(name)
    if kind is not Kind.INTEGER or "(" in name or not said:
        return False
    if set(said) & {"count", "total", "sum", "avg", "average", "max", "min"} or said[:2] == ["number", "of"]:
        return False
    return said[-1] in _KEY_WORDS or (said[-1] in ("number", "no", "nr") and len(said) > 1) or name.endswith("ID")


def _cycle(data: Data, name: str, kind: Kind) -> str:
    """month, weekday, hour … for an ordered category that comes round again; empty for any other column."""
    values = [v for v in data.slice(0, 400).to_pylist() if v is not None]
    said = set(words(name))
    if kind is Kind.TEXT and values:
        texts = {v.strip().lower() for v in values}
        for cycle, names in (("month", MONTHS), ("weekday", WEEKDAYS)):
            if all(any(len(t) > 2 and n.startswith(t) for n in names) for t in texts):
                return cycle
    if not values or not (kind is Kind.INTEGER or all(re.fullmatch(r"\d{1,2}", str(v)) for v in values)):
        return ""
    for cycle, (low, high) in _CYCLES.items():
        if (cycle in said or (cycle == "weekday" and "dow" in said)) and all(low <= int(v) <= high for v in values):
            return "" if said & {"count", "number", "of", "avg", "average", "total", "sum"} else cycle
    return ""


def _measure(data: Data, name: str, said: OutputColumn | None, aggregate: str) -> dict[str, Any]:
    named = set(words(said.name if said and said.name else name)) | set(words(name))
    aggregate = (said.aggregate if said else "") or aggregate or ("" if said else _named_aggregate(name))
    unit = (said.unit if said else "") or _named_unit(named, aggregate)
    whole = pa.types.is_integer(data.type)
    sample = [] if whole else [n for n in map(number_of, data.slice(0, SAMPLE).to_pylist()) if n is not None]
    places = places_of(sample) if unit != "money" else (2 if any(n != int(n) for n in sample) else 0)
    if not isinstance(sample[0] if sample else 0, int) and unit != "percent" and places > 4:
        places = 4 if any(abs(float(n)) >= 0.01 for n in sample) else places
    currency = next((_CURRENCIES[word] for word in sorted(named) if word in _CURRENCIES), "")
    return {"unit": unit, "aggregate": aggregate, "places": places, "currency": currency}


def _named_aggregate(name: str) -> str:
    said = words(name)
    if not said:
        return ""
    if said[0] in ("count", "cnt") or said[-1] in ("count", "cnt") or said[:2] == ["number", "of"] or said[0] == "num":
        return "count"
    for aggregate, names in (
        ("avg", {"avg", "average", "mean"}),
        ("max", {"max", "maximum", "highest"}),
        ("min", {"min", "minimum"}),
    ):
        if set(said) & names:
            return aggregate
    return "sum" if set(said) & {"sum", "total", "revenue", "sales", "turnover"} else ""


def _named_unit(named: set[str], aggregate: str) -> str:
    if named & {"percent", "percentage", "pct", "%"}:
        return "percent"
    if aggregate == "count" or named & _COUNT_WORDS:
        return "count"
    return "money" if named & _MONEY_WORDS and not named & {"units", "rate", "ratio", "share", "per"} else ""
