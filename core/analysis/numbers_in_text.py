"""Numbers in text: what a sentence claims, as values with the tolerance of their rounding; dates apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from core.analysis.moments import MONTHS

_SCALES = {
    "k": 1e3, "thousand": 1e3, "thousands": 1e3, "m": 1e6, "mn": 1e6, "mio": 1e6, "million": 1e6, "millions": 1e6,
    "b": 1e9, "bn": 1e9, "billion": 1e9, "billions": 1e9, "trillion": 1e12, "tn": 1e12,
}  # fmt: skip
WORDS = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11,
    "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18,
    "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
    "ninety": 90, "hundred": 100, "hundreds": 100, "dozen": 12, "dozens": 12, "zero": 0,
}  # fmt: skip
RATIO_WORDS = re.compile(
    r"\b(half|halves|halved|halving|doubl\w+|twice|tripl\w+|thrice|quadrupl\w+|"
    r"two-thirds|one-third|thirds?|quarters? of|\w*fold)\b",
    re.I,
)
_MONTH = "(?:" + "|".join(MONTHS) + r")[a-z]*\.?"
_DATES = re.compile(
    rf"(?P<iso>\b\d{{4}}-\d{{2}}(?:-\d{{2}})?\b)(?:[T ]\d{{2}}:\d{{2}}(?::\d{{2}})?)?"
    rf"|(?P<mdy>\b{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}\b)"
    rf"|(?P<dmy>\b\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH},?\s+\d{{4}}\b)"
    rf"|(?P<my>\b{_MONTH},?\s+(?:of\s+)?\d{{4}}\b)"
    rf"|(?P<md>\b{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?\b(?![\d,.%]*\d|%))"
    rf"|(?P<q>\bQ[1-4][ -]?(?:of )?\d{{4}}\b|\b\d{{4}}[ -]?Q[1-4]\b)",
    re.I,
)
_NUMBER = re.compile(
    r"(?<![\w.])(?P<sign>[-−+])?(?P<money>[$€£¥])?(?P<number>\d{1,3}(?:[,\u00a0\u202f]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"(?P<e>[eE][-+]?\d+)?(?:\s?(?P<scale>k|m|mn|mio|b|bn|tn|thousands?|millions?|billions?|trillion)\b)?"
    r"(?P<percent>\s?(?:%|percent\b|per cent\b))?"
    r"(?P<ordinal>st|nd|rd|th)?",
    re.I,
)


@dataclass(frozen=True)
class Claim:
    value: float
    tolerance: float
    """Half a unit of the last place written."""
    percent: bool = False
    text: str = ""


Day = tuple[int | None, int | None, int | None]
"""Year, month, day; None where the text does not say."""


def claims(text: str) -> Iterator[Claim]:
    """Numbers and number words, without those that are parts of dates."""
    rest = _DATES.sub(" ", text)
    for match in _NUMBER.finditer(rest):
        yield _claim(match)
    for word in re.findall(r"[A-Za-z]+", rest):
        if (value := WORDS.get(word.lower())) is not None:
            yield Claim(value, 0.0, text=word)


def _claim(match: re.Match[str]) -> Claim:
    digits = re.sub(r"[,\u00a0\u202f]", "", match["number"])
    scale = _SCALES.get((match["scale"] or "").lower(), 1.0) * float(f"1{match['e']}" if match["e"] else 1)
    places = len(digits.partition(".")[2])
    unit = 10.0**-places
    if not places and scale == 1 and not match["percent"]:
        zeros = len(digits) - len(digits.rstrip("0"))
        unit = 10.0**zeros if zeros and len(digits) - zeros >= 2 else 0.0
    value = float(digits) * scale * (-1 if match["sign"] in ("-", "−") else 1)
    return Claim(value, unit * scale / 2, bool(match["percent"]), match[0])


def dates(text: str) -> Iterator[Day]:
    for match in _DATES.finditer(text):
        numbers = [int(n) for n in re.findall(r"\d+", match[0])]
        kind = match.lastgroup
        month = next((MONTHS.index(m.lower()) + 1 for m in re.findall(r"[A-Za-z]{3}", match[0]) if m.lower() in MONTHS), None)
        if kind == "iso":
            yield (numbers[0], numbers[1], numbers[2] if re.match(r"\d{4}-\d{2}-\d{2}", match[0]) else None)
        elif kind == "mdy" or kind == "dmy":
            yield (numbers[1], month, numbers[0])
        elif kind == "my":
            yield (numbers[0], month, None)
        elif kind == "md":
            yield (None, month, numbers[0])
        else:
            quarter, year = sorted(numbers)
            yield (year, 3 * quarter - 2, None)
