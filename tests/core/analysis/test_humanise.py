"""Numbers, dates and durations as people write them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from core.analysis import format_duration, format_number, format_percent, format_value
from core.analysis.humanise import format_compact, format_moment


@pytest.mark.parametrize(
    ("value", "options", "text"),
    [
        (None, {}, "—"),
        (True, {}, "Yes"),
        (1234567, {}, "1,234,567"),
        (1234567, {"locale": "de"}, "1.234.567"),
        (2**70, {}, "1,180,591,620,717,411,303,424"),
        (Decimal("128.2041"), {}, "128.20"),
        (0.01234, {}, "0.0123"),
        (12.5, {"unit": "percent"}, "12.50%"),
        (12, {"unit": "percent"}, "12%"),
        (Decimal("1234.5"), {"unit": "money"}, "1,234.50"),
        (-1234.5, {"unit": "money", "currency": "USD"}, "-$1,234.50"),
        (1234.5, {"unit": "money", "currency": "EUR", "locale": "de"}, "€1.234,50"),
        (dt.date(2005, 7, 4), {"grain": "month"}, "July 2005"),
        (dt.date(2005, 7, 4), {"grain": "quarter"}, "Q3 2005"),
        (dt.date(2005, 7, 4), {"grain": "year"}, "2005"),
        (dt.date(2005, 7, 4), {"locale": "de", "grain": "month"}, "Juli 2005"),
        (dt.datetime(2005, 7, 4, 13, 5), {}, "Jul 4, 2005, 13:05"),
        (b"abc", {}, "3 bytes"),
        (float("nan"), {}, "—"),
    ],
)
def test_a_cell_is_written_as_people_write_it(value: Any, options: dict[str, Any], text: str) -> None:
    assert format_value(value, **options).replace("\u202f", " ") == text


def test_percents_are_as_exact_as_they_need_to_be() -> None:
    assert [format_percent(p) for p in (0, 0.04, 4.94, 9.97, 22.3, 100, -3.25)] == [
        "0%",
        "<0.1%",
        "4.9%",
        "10%",
        "22%",
        "100%",
        "-3.2%",
    ]
    assert format_percent(12.4, sign=True) == "+12%"


def test_long_numbers_are_shortened_for_tight_places() -> None:
    assert [format_compact(n) for n in (999, 9_999, 12_345, 1_234_567, 5_000_000_000)] == ["999", "9,999", "12.3K", "1.2M", "5B"]


def test_durations_speak_in_two_units_at_most() -> None:
    assert [format_duration(s) for s in (-1, 0.42, 12, 185, 7800, 100_000)] == [
        "0.0 s",
        "0.4 s",
        "12 s",
        "3 min 5 s",
        "2 h 10 min",
        "1 d 3 h",
    ]


def test_an_unknown_locale_is_read_as_english() -> None:
    assert format_number(1234.5, locale="xx-nowhere") == "1,234.50"
    assert format_moment(dt.date(2024, 1, 2), "day", locale="??") == "Jan 2, 2024"
