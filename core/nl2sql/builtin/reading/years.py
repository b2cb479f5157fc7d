"""Years: columns that hold years, whatever they are called; a year is a time, never an amount."""

from __future__ import annotations

import re

from core.models import Column, Kind
from core.nl2sql.builtin.query.query import Ref
from core.nl2sql.builtin.reading.parse import Parse

_YEAR = re.compile(r"1[5-9]\d\d|20\d\d")


def holds_years(parse: Parse, ref: Ref) -> bool:
    """A column called year, or of whole numbers that all could be years."""
    column = parse.column(ref)
    if "year" in parse.index.names.columns[ref.table, ref.column] or all_years(column):
        return True
    return column.kind.numeric and years_between(column, 1400, 2200)


def all_years(column: Column) -> bool:
    """Text of nothing but years."""
    return column.kind is Kind.TEXT and len(column.samples) > 1 and all(_YEAR.fullmatch(sample) for sample in column.samples)


def years_between(column: Column, first: int, last: int) -> bool:
    """Whether a column of numbers holds whole ones only that all may be years of this span."""
    low, high = ((text or "").removesuffix(".0") for text in (column.minimum, column.maximum))
    whole = all("." not in sample.removesuffix(".0") for sample in column.samples)
    return whole and low.isdigit() and high.isdigit() and first <= int(low) <= int(high) <= last
