"""Telling: how facts speak of a result: its measures, its things and its values; and the numbers a sentence used."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from core.analysis.humanise import Number, format_number, format_percent, format_value
from core.analysis.reading import Reading
from core.analysis.words import counted_noun, phrase, plural
from core.models import Catalog, Fact

_LOWEST = re.compile(
    r"\b(lowest|fewest|least|smallest|worst|bottom|cheapest|shortest|youngest|minimum|slowest|weakest|lightest|ascending)\b", re.I
)
LONGEST_NAME = 60


@dataclass(frozen=True)
class Telling:
    reading: Reading
    question: str = ""
    catalog: Catalog | None = None
    today: date | None = None
    locale: str = "en"

    def measure(self, index: int) -> str:
        """Within a sentence: "total amount", "number of films", "average length"."""
        column = self.reading.shape[index]
        if column.aggregate == "count" and (noun := self.noun(index)):
            return f"number of {noun}"
        return column.phrase

    def noun(self, index: int) -> str:
        """What a count counts ("films"), from its name or its table; "" for other measures and where nothing says."""
        column = self.reading.shape[index]
        if column.aggregate != "count":
            return ""
        named = counted_noun(column.name) or counted_noun(column.title)
        said = column.phrase if len(column.phrase) > 2 and column.phrase not in ("count", "number", "total", "value") else ""
        return named or (plural(said) if said and "number of" not in said else self.rows_noun(column.source))

    def rows_noun(self, source: str = "") -> str:
        """What the rows of a table are: "films"; "" where the statement reads several and none is named."""
        tables = self.reading.traits.tables
        table = source.rpartition(".")[0] or (tables[0] if len(tables) == 1 else "")
        return plural(phrase(table.rpartition(".")[2])) if table else ""

    def things(self, index: int) -> str:
        """Plural of what a category column names: "categories"; "rows" for one that says nothing."""
        said = self.reading.shape[index].phrase
        said = said.removesuffix(" ID").removesuffix(" name") if said not in ("name", "ID") else "name"
        return "entries" if said in ("name", "label", "title", "value", "group") else plural(said)

    def name(self, label: str) -> str:
        return label if len(label) <= LONGEST_NAME else label[: LONGEST_NAME - 1].rstrip() + "…"

    @property
    def wants_lowest(self) -> bool:
        return bool(_LOWEST.search(self.question))


class Sentence:
    """Writes values into a sentence and keeps the unrounded numbers."""

    def __init__(self, telling: Telling) -> None:
        self._telling = telling
        self._numbers: list[float] = []

    def value(self, index: int, number: Number) -> str:
        self._keep(number)
        return self._telling.reading.shape.value_text(index, number, self._telling.locale)

    def like(self, index: int, number: Number) -> str:
        """A number made from values of a measure (an average of counts), in its unit with places of its own."""
        self._keep(number)
        column = self._telling.reading.shape[index]
        whole = number == int(number)
        places = column.places if whole or column.places else 1 if abs(float(number)) >= 10 else 2
        return format_value(number, column.unit, places=places, currency=column.currency, locale=self._telling.locale)

    def given(self, index: int, number: Number) -> str:
        """A single value behind a measure, in its unit, with no more places than it needs."""
        self._keep(number)
        column = self._telling.reading.shape[index]
        places = column.places if number != int(number) else 0
        return format_value(number, column.unit, places=places, currency=column.currency, locale=self._telling.locale)

    def count(self, number: int) -> str:
        self._keep(number)
        return format_number(number, locale=self._telling.locale)

    def percent(self, number: float, *, sign: bool = False) -> str:
        self._keep(number)
        return format_percent(number, locale=self._telling.locale, sign=sign)

    def times(self, ratio: float) -> str:
        self._keep(ratio)
        return f"{format_number(ratio, 1 if ratio < 10 else 0, locale=self._telling.locale)} times"

    def decimal(self, number: float) -> str:
        self._keep(number)
        return format_number(number, 2, locale=self._telling.locale)

    def fact(self, kind: str, text: str, weight: float, *emphasis: str) -> Fact:
        text = " ".join(text.split())
        return Fact(kind, text[:1].upper() + text[1:], tuple(self._numbers), weight, emphasis)

    def _keep(self, number: Number) -> None:
        try:
            self._numbers.append(float(number))
        except OverflowError:
            self._numbers.append(float("inf") if number > 0 else float("-inf"))
