"""Moments: points in time as results spell them ('2005-05', '2005-Q2', ISO texts, dates), and arithmetic by grain.

A moment is a naive datetime at the start of its period; the grain says how long the period is. Aware times keep their wall time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

GRAINS = ("year", "quarter", "month", "week", "day", "hour", "second")
"""Coarse to fine. A "second" is a bare timestamp: it belongs to no period."""

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True)
class Pattern:
    """One spelling of a moment; `regex` is in the common part of RE2 and Python."""

    grain: str
    regex: str
    read: Callable[[re.Match[str]], datetime]


def _month_name(match: re.Match[str]) -> datetime:
    return datetime(int(match[2]), MONTHS.index(match[1][:3].lower()) + 1, 1)


def _week(match: re.Match[str]) -> datetime:
    year, week = int(match[1]), int(match[2])
    return datetime.fromisocalendar(year, max(1, min(week, 52)), 1) + timedelta(weeks=max(0, week - 52))


def _day(match: re.Match[str]) -> datetime:
    return datetime(int(match[1]), int(match[2]), int(match[3]))


def _timestamp(match: re.Match[str]) -> datetime:
    return datetime.fromisoformat(match[0].strip()).replace(tzinfo=None)


PATTERNS = (
    Pattern("year", r"^([12]\d{3})$", lambda m: datetime(int(m[1]), 1, 1)),
    Pattern("month", r"^([12]\d{3})[-/](0[1-9]|1[0-2])$", lambda m: datetime(int(m[1]), int(m[2]), 1)),
    Pattern("quarter", r"^([12]\d{3})[-/ ]?[qQ]([1-4])$", lambda m: datetime(int(m[1]), 3 * int(m[2]) - 2, 1)),
    Pattern("quarter", r"^[qQ]([1-4])[-/ ]([12]\d{3})$", lambda m: datetime(int(m[2]), 3 * int(m[1]) - 2, 1)),
    Pattern("week", r"^([12]\d{3})[-/ ]?[wW]([0-5]\d)$", _week),
    Pattern(
        "day", r"^([12]\d{3})[-/](0[1-9]|1[0-2])[-/](0[1-9]|[12]\d|3[01])$", lambda m: datetime(int(m[1]), int(m[2]), int(m[3]))
    ),
    Pattern("second", r"^[12]\d{3}-[01]\d-[0-3]\d[ T][0-2]\d:[0-5]\d(:[0-6]\d(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?$", _timestamp),
    Pattern(
        "month",
        r"^(?i:(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6})[ -]([12]\d{3})$",
        _month_name,
    ),
)


def pattern_of(sample: Sequence[str]) -> Pattern | None:
    """The one spelling that all the texts share, or None. An empty sample has none."""
    if not sample:
        return None
    return next((p for p in PATTERNS if all(re.match(p.regex, text) for text in sample)), None)


def read_text(text: str | None, pattern: Pattern) -> datetime | None:
    """None for a text of another spelling and for a day that does not exist ("2005-02-30")."""
    match = re.match(pattern.regex, text) if text is not None else None
    try:
        return pattern.read(match) if match else None
    except ValueError:
        return None


def as_moment(value: object) -> datetime | None:
    """A date, datetime or year number as a moment; None for anything else."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    if isinstance(value, int) and 1 <= value <= 9999:
        return datetime(value, 1, 1)
    return None


def grain_of(moments: Iterable[datetime]) -> str:
    """The coarsest grain on whose starts at least three different moments all lie, else day, hour or second."""
    distinct = set(moments)
    if any(m.minute or m.second or m.microsecond for m in distinct):
        return "second"
    if any(m.hour for m in distinct):
        return "hour" if len(distinct) > 2 else "second"
    if len(distinct) < 3 or any(m.day != 1 for m in distinct):
        return "day"
    months = {m.month for m in distinct}
    if months == {1}:
        return "year"
    return "quarter" if months <= {1, 4, 7, 10} and len(distinct) > 3 else "month"


def ordinal(moment: datetime, grain: str) -> int:
    """A count that rises by one from each period of the grain to the next."""
    match grain:
        case "year":
            return moment.year
        case "quarter":
            return moment.year * 4 + (moment.month - 1) // 3
        case "month":
            return moment.year * 12 + moment.month - 1
        case "week":
            return (moment.toordinal() - 1) // 7
        case "day":
            return moment.toordinal()
        case "hour":
            return moment.toordinal() * 24 + moment.hour
        case _:
            return moment.toordinal() * 86_400 + moment.hour * 3600 + moment.minute * 60 + moment.second


def moment_at(count: int, grain: str) -> datetime:
    """The start of the period whose `ordinal` is `count`."""
    match grain:
        case "year":
            return datetime(count, 1, 1)
        case "quarter":
            return datetime(count // 4, count % 4 * 3 + 1, 1)
        case "month":
            return datetime(count // 12, count % 12 + 1, 1)
        case "week":
            return datetime.fromordinal(count * 7 + 1)
        case "day":
            return datetime.fromordinal(count)
        case "hour":
            return datetime.fromordinal(count // 24) + timedelta(hours=count % 24)
        case _:
            return datetime.fromordinal(count // 86_400) + timedelta(seconds=count % 86_400)


def end_of(moment: datetime, grain: str) -> datetime:
    """The start of the next period."""
    return moment_at(ordinal(moment, grain) + 1, grain)
