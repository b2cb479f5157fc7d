"""Periods as people write them, one per line: words, the first day, the first day after it."""

from __future__ import annotations

from datetime import date

import pytest

from core.nl2sql.builtin.linking.numerals import number_at
from core.nl2sql.builtin.linking.periods import period_at
from core.nl2sql.builtin.linking.text import normalise, tokenize

TODAY = date(2024, 3, 15)
PERIODS = """
2024 | 2024-01-01 | 2025-01-01
March 2005 | 2005-03-01 | 2005-04-01
Q2 2005 | 2005-04-01 | 2005-07-01
second quarter of 2005 | 2005-04-01 | 2005-07-01
2005-06-01 | 2005-06-01 | 2005-06-02
2005-06 | 2005-06-01 | 2005-07-01
June 1, 2005 | 2005-06-01 | 2005-06-02
1st of June 2005 | 2005-06-01 | 2005-06-02
6/1/2005 | 2005-06-01 | 2005-06-02
1990s | 1990-01-01 | 2000-01-01
today | 2024-03-15 | 2024-03-16
yesterday | 2024-03-14 | 2024-03-15
this year | 2024-01-01 | 2025-01-01
last quarter | 2023-10-01 | 2024-01-01
last month | 2024-02-01 | 2024-03-01
this week | 2024-03-11 | 2024-03-18
last 90 days | 2023-12-17 | 2024-03-16
year to date | 2024-01-01 | 2024-03-16
mtd | 2024-03-01 | 2024-03-16
past three months | 2023-12-16 | 2024-03-16
"""
NUMBERS = [
    ("five", 5),
    ("twenty one", 21),
    ("1,000", 1000),
    ("2.5k", 2500),
    ("3 million", 3_000_000),
    ("twice", 2),
    ("0.75", 0.75),
    ("9007199254740993", 9_007_199_254_740_993),
]


@pytest.mark.parametrize("line", [line for line in PERIODS.splitlines() if line])
def test_a_period_is_a_half_open_range_of_days(line: str) -> None:
    words, start, end = (part.strip() for part in line.split("|"))
    found = period_at(tokenize(words), 0, normalise(words), TODAY)
    assert found is not None
    assert (found[0].start, found[0].end) == (date.fromisoformat(start), date.fromisoformat(end))
    assert found[1] == len(tokenize(words))


@pytest.mark.parametrize("words", ["film", "may", "12345", "five"])
def test_other_words_are_no_period(words: str) -> None:
    assert period_at(tokenize(words), 0, words, TODAY) is None


@pytest.mark.parametrize(("words", "value"), NUMBERS)
def test_a_number_is_read_in_digits_and_words(words: str, value: float) -> None:
    assert number_at(tokenize(words), 0) == (value, len(tokenize(words)))
