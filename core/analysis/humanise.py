"""Numbers, money, percents, dates and durations as people write them, by babel locale. Text out, nothing else."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_skeleton, format_time
from babel.numbers import NumberPattern, format_compact_decimal, parse_pattern

Number = int | float | Decimal

NULL = "—"
HUGE = 1e24
"""From here a fraction or a float is written as a power of ten: its three hundred digits would say nothing."""
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

_SKELETONS = {
    "year": "y",
    "quarter": "yQQQ",
    "month": "yMMMM",
    "week": "yMMMd",
    "day": "yMMMMd",
    "hour": "yMMMd",
    "second": "yMMMd",
}
_ENGLISH = {
    "y": "{day.year}",
    "yQQQ": "Q{quarter} {day.year}",
    "yMMMM": "{month} {day.year}",
    "yMMM": "{short} {day.year}",
    "yMMMd": "{short} {day.day}, {day.year}",
    "yMMMMd": "{short} {day.day}, {day.year}",
}
_SHORT = {**_SKELETONS, "month": "yMMM", "day": "yMMMd"}


@lru_cache(maxsize=64)
def locale_of(name: str) -> Locale:
    """The babel locale of "en", "de-DE" or "de_DE"; English for one that babel does not know."""
    try:
        return Locale.parse(name.replace("-", "_"))
    except (UnknownLocaleError, ValueError, TypeError):
        return Locale.parse("en")


def format_number(value: Number, places: int | None = None, *, locale: str = "en", sign: bool = False) -> str:
    """With thousands marked. `places` None: whole numbers without a fraction, others with two places, and
    numbers below 1 with three significant digits. Exact for integers of any size. `sign` marks a gain with +."""
    if isinstance(value, float) and not math.isfinite(value):
        return NULL
    if not isinstance(value, int) and abs(float(value)) >= HUGE:
        return _power(value, sign)
    places = places_of([value]) if places is None else places
    if locale == "en":
        text = f"{value:,.{places}f}" if not isinstance(value, int) or places else f"{value:,}"
        return f"+{text}" if sign and value > 0 else text
    text = str(_pattern(locale, places).apply(_decimal(value, places), locale_of(locale)))
    return f"+{text}" if sign and value > 0 else text


def _power(value: Number, sign: bool = False) -> str:
    """Four digits and the power of ten: 1.797 × 10³⁰⁸."""
    digits, _, power = f"{value:.3e}".partition("e")
    digits = digits.rstrip("0").removesuffix(".")
    return f"{'+' if sign and value > 0 else ''}{digits} × 10{str(int(power)).translate(_RAISED)}"


def places_of(values: Sequence[Number]) -> int:
    """The decimal places that suit all the values together: 0 for whole numbers, 2 as a rule, more for small fractions."""
    fractions = [abs(float(v)) for v in values if v != int(v)]
    if not fractions:
        return 0
    smallest = min(fractions)
    return 2 if smallest >= 1 else min(8, max(2, 2 - math.floor(math.log10(smallest))) if smallest else 2)


def format_compact(value: Number, *, least: float = 10_000, locale: str = "en") -> str:
    """For axes and tight places: 1.2K, 67K, 3.4M; numbers below `least` as they are."""
    if abs(float(value)) < least:
        return format_number(value, locale=locale)
    if abs(float(value)) >= 1e18:
        return _power(value)
    return str(format_compact_decimal(_decimal(value, 1), fraction_digits=1, locale=locale_of(locale)))


def format_percent(value: Number, *, locale: str = "en", sign: bool = False) -> str:
    """`value` is 0–100. Whole percents from 10 up, one place below, "0%" for nothing, "<0.1%" for next to nothing."""
    size = abs(float(value))
    if 0 < size < 0.1:
        return "<0.1%" if value > 0 else ">-0.1%"
    places = 0 if size >= 9.95 or value == int(value) else 1
    return format_number(value, places, locale=locale, sign=sign) + "%"


def format_value(
    value: Any, unit: str = "", *, grain: str = "", places: int | None = None, currency: str = "", locale: str = "en"
) -> str:
    """One cell as a person reads it. `unit`: money, percent, count or empty; `grain`: of a moment. NULL is a dash."""
    if value is None:
        return NULL
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, date):
        return format_moment(value, grain, locale=locale)
    if isinstance(value, time):
        return str(format_time(value, "short", locale=locale_of(locale)))
    if isinstance(value, int | float | Decimal):
        return _format_measure(value, unit, places, currency, locale)
    if isinstance(value, bytes):
        return f"{len(value):,} bytes"
    return str(value)


def _format_measure(value: Number, unit: str, places: int | None, currency: str, locale: str) -> str:
    if unit == "percent":
        return format_number(value, min(places_of([value]), 2) if places is None else places, locale=locale) + "%"
    if unit == "money":
        return format_money(value, currency, places=places, locale=locale)
    return format_number(value, places, locale=locale)


def format_money(value: Number, currency: str = "", *, places: int | None = None, locale: str = "en") -> str:
    """Two places unless told otherwise; a symbol only where the currency is known."""
    text = format_number(value, 2 if places is None else places, locale=locale)
    if text.startswith("-"):
        return "-" + format_money(-value, currency, places=places, locale=locale)
    return {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "CHF": "CHF\u00a0"}.get(currency, "") + text


def format_moment(moment: date, grain: str = "", *, locale: str = "en", short: bool = False) -> str:
    """A day as "July 4, 2005", a month as "July 2005", a quarter as "Q3 2005", a week as "week of Jul 4, 2005"."""
    if not grain:
        grain = "second" if isinstance(moment, datetime) and (moment.hour or moment.minute or moment.second) else "day"
    moment = moment if isinstance(moment, datetime) else datetime(moment.year, moment.month, moment.day)
    skeleton = (_SHORT if short else _SKELETONS).get(grain, "yMMMMd")
    text = _day_text(skeleton, moment.date(), locale)
    if grain in ("hour", "second"):
        return f"{text}, {moment:%H:%M}"
    return f"week of {text}" if grain == "week" and not short else text


@lru_cache(maxsize=4096)
def _day_text(skeleton: str, day: date, locale: str) -> str:
    if locale == "en":  # a hundred times faster than babel, which matters for a hover text per point
        return _ENGLISH[skeleton].format(
            day=day, month=day.strftime("%B"), short=day.strftime("%b"), quarter=(day.month + 2) // 3
        )
    return str(format_skeleton(skeleton, day, locale=locale_of(locale)))


def format_duration(seconds: float) -> str:
    """ "0.4 s", "12 s", "3 min 5 s", "2 h 10 min", "3 d 4 h"; never negative."""
    seconds = max(0.0, seconds)
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    for size, unit, part, small in ((86_400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s")):
        if whole >= size:
            rest = whole % size // part
            return f"{whole // size} {unit}" + (f" {rest} {small}" if rest else "")
    return f"{whole} s"


def join_names(names: Sequence[str], *, last: str = "and") -> str:
    """ "A", "A and B", "A, B and C"."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {last} {names[-1]}"


@lru_cache(maxsize=256)
def _pattern(locale: str, places: int) -> NumberPattern:
    return parse_pattern("#,##0" + ("." + "0" * places if places else ""))


def _decimal(value: Number, places: int) -> Number:
    return value if isinstance(value, int | Decimal) else Decimal(repr(value))
