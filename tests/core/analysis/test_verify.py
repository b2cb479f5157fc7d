"""What counts as a number that holds."""

from __future__ import annotations

import datetime as dt

import pytest

from core.analysis import verify
from core.analysis.verify import sentences
from core.models import Fact
from tests.core.analysis.made import table

RESULT = table(
    ["rating", "day", "amount", "ratio"],
    [
        ("PG-13", dt.date(2005, 7, 4), 1234567, 0.25),
        ("R", dt.date(2005, 8, 1), 6709, 0.5),
        ("Route 66", dt.date(2006, 2, 14), 42, 0.125),
    ],
)
FACTS = (Fact("change", "It rose from 1,156 in May 2005 to 5,686 in August 2005 (+392%).", (1156.0, 5686.0, 391.87)),)


@pytest.mark.parametrize(
    "sentence",
    [
        "The total is 1,234,567.",
        "It is about 1.2 million.",
        "It is roughly 1.23M in all.",
        "Sales rose 392% to **5,686**.",
        "It rose by 391.9%.",
        "PG-13 leads, Route 66 follows.",
        "The peak was in July 2005.",
        "It was best on July 4, 2005 and worst on 14 February 2006.",
        "The best year was 2005.",
        "The best month was 2005-07.",
        "One quarter was strong.",
        "There are three rows.",
        "In Q3 2005 it was 6,709.",
        "The ratio is 25%.",
        "It fell short of the top 5.",
        "About 6,700 were sold.",
    ],
)
def test_a_sentence_whose_numbers_are_known_stays(sentence: str) -> None:
    assert verify(sentence, FACTS, RESULT, "the top 5 in Q3 2005?") == sentence


@pytest.mark.parametrize(
    "sentence",
    [
        "The total is 1,234,568.",
        "It is about 1.3 million.",
        "Sales rose 393%.",
        "Sales fell 392%.",
        "PG-14 leads.",
        "The peak was in September 2005.",
        "It was best on July 5, 2005.",
        "The best year was 2007.",
        "Sales doubled.",
        "There are seven rows.",
        "In Q4 2007 it was high.",
        "The ratio is 26%.",
        "About 7,000 were sold.",
    ],
)
def test_a_sentence_with_another_number_is_taken_out(sentence: str) -> None:
    assert verify(f"Good. {sentence} Fine.", FACTS, RESULT) == "Good. Fine."


def test_sentences_end_at_sentence_ends_only() -> None:
    text = "St. Louis sold 3.5 tons. Mr. A. Smith agreed! Fine"
    assert sentences(text) == ["St. Louis sold 3.5 tons.", "Mr. A. Smith agreed!", "Fine"]
