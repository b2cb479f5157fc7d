"""Verify: a sentence may hold no number that is not in the facts, the table or the question. Others are taken out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from core.analysis.markup import plain
from core.analysis.numbers_in_text import RATIO_WORDS, WORDS, Claim, Day, claims, dates
from core.analysis.shape import Shape
from core.models import Fact, Kind, ResultSet

_END = re.compile(r"(?<=[.!?])[\"'”)*]*\s+(?=[\"'“(*]*[A-Z0-9$€£À-Þ])|\n+")
_ABBREVIATION = re.compile(r"(?:\b(?:St|Dr|Mr|Mrs|Ms|Inc|Co|Corp|Ltd|No|vs|approx|ca|Jr|Sr|e\.g|i\.e|etc)|\b[A-Z])\.$")
_RISING = re.compile(r"\b(rose|rise|risen|rises|increas\w+|grew|grow\w*|gain\w*|up|higher)\b", re.I)
_FALLING = re.compile(r"\b(fell|fall\w*|drop\w*|decreas\w+|declin\w+|down|lower|shrank|lost|less|fewer|below|behind)\b", re.I)


def verify(text: str, facts: Sequence[Fact], result: ResultSet, question: str = "") -> str:
    """The sentences of `text` that hold no other numbers, in their order; rounding, scale words and dates are understood."""
    verifier = Verifier(facts, result, question)
    return " ".join(sentence for sentence in sentences(text) if verifier.holds(sentence))


def sentences(text: str) -> list[str]:
    """Split at sentence ends, not at "St." or an initial."""
    made: list[str] = []
    for part in _END.split(text):
        if made and _ABBREVIATION.search(made[-1]):
            made[-1] += " " + part.strip()
        elif part.strip():
            made.append(part.strip())
    return made


class Verifier:
    """Made once per answer; what it looks up is read on first use."""

    def __init__(self, facts: Sequence[Fact], result: ResultSet, question: str = "") -> None:
        self._facts, self._result, self._question = facts, result, question
        self._said = " ".join(fact.text for fact in facts)

    def holds(self, sentence: str) -> bool:
        shown = self._without_names(plain(sentence))
        if any(word.lower() not in self._said_lower for word in RATIO_WORDS.findall(shown)):
            return False
        return all(self._dated(day) for day in dates(shown)) and all(self._known(claim, shown) for claim in claims(shown))

    def _known(self, claim: Claim, sentence: str) -> bool:
        if _near(self._told, claim) or _near(self._asked, claim):
            return not self._wrong_way(claim, sentence)
        if claim.percent and any(_near(100 * column[np.abs(column) <= 1], claim) for column in self._columns):
            return True
        if claim.text.lower() in WORDS:
            return False
        return any(_near(column, claim) for column in self._columns)

    def _wrong_way(self, claim: Claim, sentence: str) -> bool:
        """A rise told as a fall, or the other way round: the facts have the percent with the other sign only."""
        if not claim.percent or claim.value < 0 or bool(_RISING.search(sentence)) == bool(_FALLING.search(sentence)):
            return False
        changes = self._changes
        signed = [n for n in changes if abs(abs(n) - claim.value) <= claim.tolerance * 1.001 + 1e-9]
        if not signed or _near(self._unsigned, claim):
            return False
        wanted = 1 if _RISING.search(sentence) else -1
        return all(n * wanted < 0 for n in signed)

    def _dated(self, day: Day) -> bool:
        return _within(day, self._told_days) or _within(day, self._days)

    def _without_names(self, sentence: str) -> str:
        """Digits within values of the table ("PG-13", "Route 66") are no claims."""
        for name in self._names:
            if name in sentence:
                sentence = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " ", sentence)
        return sentence

    @cached_property
    def _said_lower(self) -> str:
        return f"{self._said} {self._question}".lower()

    @cached_property
    def _told(self) -> np.ndarray:
        written = [claim.value for fact in self._facts for claim in claims(self._without_names(fact.text))]
        exact = [n for fact in self._facts for n in fact.numbers]
        return np.array([*written, *exact, float(self._result.row_count), float(len(self._result.columns))])

    @cached_property
    def _asked(self) -> np.ndarray:
        return np.array([claim.value for claim in claims(self._question)] + [float(d[0]) for d in dates(self._question) if d[0]])

    @cached_property
    def _changes(self) -> list[float]:
        return [n for fact in self._facts if fact.kind in ("change", "growth", "year") for n in fact.numbers]

    @cached_property
    def _unsigned(self) -> np.ndarray:
        return np.array([n for fact in self._facts if fact.kind not in ("change", "growth", "year") for n in fact.numbers])

    @cached_property
    def _names(self) -> list[str]:
        """Texts of the table with a digit among other letters, longest first."""
        found: set[str] = set()
        for index, column in enumerate(self._result.columns):
            if column.kind is Kind.TEXT:
                data = self._result.table.column(index)
                mixed = data.filter(pc.match_substring_regex(data, r"\d.*[^\d.,\s-]|[^\d.,\s-].*\d"))
                found |= {str(name) for name in mixed.unique().to_pylist() if name}
        flat = {" ".join(name.split()) for name in found if name}
        return sorted(flat, key=len, reverse=True)

    @cached_property
    def _columns(self) -> list[np.ndarray]:
        """Every numeric column of the table, and numbers and years in text and time columns."""
        made: list[np.ndarray] = []
        for index, column in enumerate(self._result.columns):
            data = self._result.table.column(index)
            if column.kind.numeric:
                made.append(_floats(data))
            elif column.kind is Kind.TEXT:
                made.append(_floats(data.filter(pc.match_substring_regex(data, r"^-?\d{1,15}(\.\d+)?$"))))
        years = sorted({float(day[0]) for day in self._days if day[0]})
        return [*made, np.array(years)]

    @cached_property
    def _told_days(self) -> list[Day]:
        return [*{day for fact in self._facts for day in dates(fact.text)}, *dates(self._question)]

    @cached_property
    def _days(self) -> list[Day]:
        """Of the table, too."""
        days, shape = set(self._told_days), Shape(self._result)
        for column in shape.columns:
            if column.time:
                days |= {(m.year, m.month, m.day) for m in set(shape.moments(column.index)) if m}
        return sorted(days, key=str)


def _within(day: Day, known: Iterable[Day]) -> bool:
    return any(all(a is None or b is None or a == b for a, b in zip(day, other, strict=True)) for other in known)


def _near(known: np.ndarray | Iterable[float], claim: Claim) -> bool:
    """True where one of the numbers rounds to the claim, whatever the signs."""
    numbers = np.abs(np.asarray(known, dtype=float))
    slack = max(claim.tolerance * 1.001, abs(claim.value) * 1e-9)
    return bool(numbers.size and np.any(np.abs(numbers - abs(claim.value)) <= slack))


def _floats(data: pa.ChunkedArray[pa.Scalar[pa.DataType]]) -> np.ndarray:
    numbers: np.ndarray = np.asarray(pc.cast(data, pa.float64(), safe=False).drop_null().to_numpy(), dtype=float)
    return np.extract(np.isfinite(numbers), numbers)
