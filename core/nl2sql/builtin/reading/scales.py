"""Scales: numbers in the unit a column holds, which its name tells (billions, cm, minutes), with what was assumed said."""

from __future__ import annotations

from core.models import Assumption, Column
from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.linking.numerals import tidy
from core.nl2sql.builtin.linking.text import lemma
from core.nl2sql.builtin.query.query import Field, Ref
from core.nl2sql.builtin.reading.parse import Parse

_COUNTED = {"thousand": 1e3, "million": 1e6, "mio": 1e6, "mn": 1e6, "billion": 1e9, "bn": 1e9}
_WITHIN = {
    ("meter", "cm"): 100, ("metre", "cm"): 100, ("m", "cm"): 100, ("meter", "mm"): 1000, ("km", "meter"): 1000, ("km", "m"): 1000,
    ("kilometer", "m"): 1000, ("kg", "gram"): 1000, ("kg", "g"): 1000, ("tonne", "kg"): 1000, ("ton", "kg"): 1000,
    ("minute", "second"): 60, ("hour", "minute"): 60, ("hour", "second"): 3600,
}  # fmt: skip
"""How many of the second make one of the first."""
_SHORT = {"hr": "hour", "hrs": "hour", "min": "minute", "sec": "second"}
_HOURS_OF_A_DAY = 24


def in_unit(parse: Parse, number: Item, field: Field, value: int | float) -> int | float:
    """The number as the column would hold it; the same where nothing tells of another unit."""
    if not isinstance(ref := field.expr, Ref) or field.aggregate:
        return value
    column, words = parse.column(ref), parse.index.names.columns[ref.table, ref.column]
    scale = next((word for word in words if word in _COUNTED), "")
    if scale and _is_unscaled(number, value, _COUNTED[scale], column):
        parse.notes.append(Assumption("column", f"{column.name} is taken to be in {scale}s"))
        return tidy(value / _COUNTED[scale])
    after = next(iter(parse.after(number, 1)), None)
    said = lemma(after.lower.rstrip(".")) if after is not None else ""
    unit = _SHORT.get(said, said)
    held = next((word for word in words if (unit, word) in _WITHIN), "")
    if not held and unit == "hour" and "hour" not in words and _largest(column) > _HOURS_OF_A_DAY:
        held = "minute"
    if not held:
        return value
    parse.notes.append(Assumption("column", f"{column.name} is taken to be in {held if len(held) < 3 else held + 's'}"))
    return tidy(value * _WITHIN[unit, held])


def _is_unscaled(number: Item, value: int | float, scale: float, column: Column) -> bool:
    """Whether a number is said in full: with its scale, or larger than anything the column holds."""
    return any(word in _COUNTED for word in number.lower.split()) or value >= max(scale, _largest(column))


def _largest(column: Column) -> float:
    return float(column.maximum or 0)
