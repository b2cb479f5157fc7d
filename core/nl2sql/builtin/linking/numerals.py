"""Numerals: the numbers of a question, in digits or words, with their scale ("five", "1,000", "2.5k", "3 million")."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.models import Column, Kind
from core.nl2sql.builtin.linking.text import Token

_UNITS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18,
    "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
    "dozen": 12, "once": 1, "twice": 2, "thrice": 3,
}  # fmt: skip
_SCALES = {
    "hundred": 1e2, "thousand": 1e3, "k": 1e3, "million": 1e6, "m": 1e6, "mio": 1e6, "mn": 1e6, "billion": 1e9, "bn": 1e9,
}  # fmt: skip
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_WHOLE = ("hundred", "thousand", "million", "billion")
"""Of these one is said as "a million"."""
_LARGEST = 1e300
ORDINALS = {
    "first": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "fifth": 5,
    "sixth": 6,
    "seventh": 7,
    "eighth": 8,
    "ninth": 9,
    "tenth": 10,
}


def number_at(tokens: Sequence[Token], position: int) -> tuple[int | float, int] | None:
    """The number that starts at a token and the position after it, or None. Signs of money before it are not part of it."""
    token = tokens[position]
    value: int | float | None = token.number if token.number is not None else _word_value(token)
    if token.lower == "a" and position + 1 < len(tokens) and tokens[position + 1].lower in _WHOLE:
        value = 1
    if value is None:
        return None
    end = position + 1
    if token.number is None and value >= 20 and end < len(tokens) and 0 < _UNITS.get(tokens[end].lower, 0) < 10:
        value += _UNITS[tokens[end].lower]
        end += 1
    while end < len(tokens) and (scale := _scale(tokens, end)):
        value *= scale
        end += 1
    return (value, end) if abs(value) < _LARGEST else None  # hundreds of digits are no number anybody means


def _word_value(token: Token) -> float | None:
    value = _UNITS.get(token.lower) if token.kind == "word" else None
    return None if value is None else float(value)


def _scale(tokens: Sequence[Token], position: int) -> float:
    word = tokens[position].lower
    glued = tokens[position - 1].end == tokens[position].start
    if word in ("k", "m") and not glued:
        return 0.0
    return _SCALES.get(word, 0.0)


def tidy(value: float) -> int | float:
    """A whole number as int, so that it is written without a decimal point."""
    return value if isinstance(value, int) else int(value) if value == int(value) else value


def numberlike(column: Column) -> bool:
    """Numbers, or text that holds nothing else where types are not enforced."""
    return column.kind.numeric or numbers_as_text(column)


def numbers_as_text(column: Column) -> bool:
    return column.kind is Kind.TEXT and bool(column.samples) and all(_NUMBER.fullmatch(sample) for sample in column.samples)
