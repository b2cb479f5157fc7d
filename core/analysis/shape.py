"""Shape: the columns of one result by what they are, and their values as numbers, moments and labels, read once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from core.analysis.humanise import Number, format_value
from core.analysis.moments import as_moment, read_text
from core.analysis.roles import MONTHS, WEEKDAYS, ColumnShape, column_shape, number_of
from core.analysis.words import phrase, singular, words
from core.models import Kind, OutputColumn, ResultSet, Role

MOST_COLUMNS = 40
"""Columns beyond these are shown, not analysed."""


class Shape:
    """The columns of one result. Values are converted on first use and kept; not shared between threads."""

    def __init__(self, result: ResultSet, outputs: Sequence[OutputColumn] = (), aggregates: Sequence[str] = ()) -> None:
        """`aggregates`: of the statement's columns, where it could be read."""
        self.result = result
        fits = len(outputs) == len(result.columns)
        said = tuple(outputs) if fits else (None,) * len(result.columns)
        read = aggregates if len(aggregates) == len(said) else ("",) * len(said)
        shown = range(min(len(said), MOST_COLUMNS))
        self.columns = tuple(column_shape(result, i, said[i], read[i]) for i in shown)
        self.columns = tuple(self._with_full_name(column) for column in self.columns)
        self._numbers: dict[int, list[Number | None]] = {}
        self._moments: dict[int, list[datetime | None]] = {}
        self._labels: dict[int, list[str]] = {}

    def __getitem__(self, index: int) -> ColumnShape:
        return self.columns[index]

    @property
    def rows(self) -> int:
        return self.result.row_count

    @property
    def measures(self) -> tuple[int, ...]:
        return tuple(c.index for c in self.columns if c.measure)

    @property
    def times(self) -> tuple[int, ...]:
        return tuple(c.index for c in self.columns if c.time)

    @property
    def categories(self) -> tuple[int, ...]:
        """Dimensions and labels, in the order of the result."""
        return tuple(c.index for c in self.columns if c.role in (Role.DIMENSION, Role.LABEL))

    @property
    def keys(self) -> tuple[int, ...]:
        return tuple(c.index for c in self.columns if c.role is Role.KEY)

    def numbers(self, index: int) -> list[Number | None]:
        """Exact values; None for NULL, NaN, the infinities and whatever is not a number."""
        if index not in self._numbers:
            values = self.result.column(index)
            self._numbers[index] = values if self.columns[index].kind is Kind.INTEGER else [number_of(v) for v in values]
        return self._numbers[index]

    def moments(self, index: int) -> list[datetime | None]:
        if index not in self._moments:
            pattern = self.columns[index].pattern
            values = self.result.column(index)
            read = {v: read_text(v, pattern) if pattern else as_moment(v) for v in set(values)}
            self._moments[index] = [read[v] for v in values]
        return self._moments[index]

    def labels(self, index: int, locale: str = "en") -> list[str]:
        """What each row is called by this column, one line each; a last name follows the first name it belongs to."""
        if index not in self._labels:
            labels = self._named(index, locale)
            if (last := self._last_name(index)) is not None:
                tails = self._named(last, locale)
                labels = [f"{head} {tail}" for head, tail in zip(labels, tails, strict=True)]
            self._labels[index] = labels
        return self._labels[index]

    def _named(self, index: int, locale: str) -> list[str]:
        values = self.result.column(index)
        said = {v: self.label_of(index, v, locale) for v in set(values)}
        return [said[v] for v in values]

    def label_of(self, index: int, value: Any, locale: str = "en") -> str:
        column = self.columns[index]
        if value is None:
            return "(none)"
        if column.time:
            moment = read_text(value, column.pattern) if column.pattern else as_moment(value)
            return format_value(moment, grain=column.grain, locale=locale) if moment else str(value)
        if column.cycle == "month" and str(value).isdigit() and 1 <= int(value) <= 12:
            return MONTHS[int(value) - 1].capitalize()
        if column.cycle == "hour" and str(value).isdigit():
            return f"{int(value):02}:00"
        if column.cycle == "quarter" and str(value).isdigit():
            return f"Q{int(value)}"
        if column.role is Role.KEY and isinstance(value, int):
            return f"{' '.join(word for word in words(column.name) if word != 'id').capitalize() or 'No.'} {value}"
        text = str(value) if isinstance(value, int) and not isinstance(value, bool) else format_value(value, locale=locale)
        return " ".join(text.split()) or "(empty)"

    def order_of(self, index: int, value: Any) -> float:
        """Where a value of a cycle stands in it; values that are no part of it come last."""
        text = str(value).strip().lower()
        for names in (MONTHS, WEEKDAYS):
            place = next((i for i, name in enumerate(names) if len(text) > 2 and name.startswith(text)), None)
            if place is not None:
                return place
        return float(text) if text.isdigit() else math.inf

    def value_text(self, index: int, value: Any, locale: str = "en") -> str:
        """A value of a measure in its unit and the column's decimal places."""
        column = self.columns[index]
        return format_value(value, column.unit, places=column.places, currency=column.currency, locale=locale)

    def _last_name(self, index: int) -> int | None:
        said = words(self.columns[index].name)
        if "first" not in said or "name" not in said:
            return None
        wanted = [["last" if word == "first" else word for word in said], ["surname"]]
        return next((c.index for c in self.columns if words(c.name) in wanted), None)

    def _with_full_name(self, column: ColumnShape) -> ColumnShape:
        """The first of two name columns speaks for both: "first_name" is headed "Name"."""
        if self._last_name(column.index) is None:
            return column
        named = " ".join(word for word in words(column.name) if word != "first")
        said = singular(phrase(column.source.rpartition(".")[0].rpartition(".")[2])) or named
        return replace(column, title=said.capitalize(), phrase=said)

    def full_name(self, index: int) -> bool:
        """True for a first name that the result's last name belongs to."""
        return self._last_name(index) is not None

    def is_last_name(self, index: int) -> bool:
        return any(self._last_name(c.index) == index for c in self.columns)
