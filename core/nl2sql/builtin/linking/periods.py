"""Periods: the stretches of time a question names, as half-open ranges of days; relative ones count from a given day."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from core.nl2sql.builtin.linking.numerals import ORDINALS, number_at
from core.nl2sql.builtin.linking.text import Token

_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_MONTH = (
    {name: number for number, name in enumerate(_MONTHS, 1)}
    | {name[:3]: number for number, name in enumerate(_MONTHS, 1)}
    | {"sept": 9}
)
_GRAIN_FORMS = {
    "day": ("day", "days", "daily", "date"),
    "week": ("week", "weeks", "weekly", "wk"),
    "month": ("month", "months", "monthly", "mnth", "mth", "mnths"),
    "quarter": ("quarter", "quarters", "quarterly", "qtr", "qtrs"),
    "year": ("year", "years", "yearly", "annual", "annually", "yr", "yrs"),
    "weekday": ("weekday",),
}
_WEEKDAY_PHRASES = ("day of the week", "day of week", "days of the week", "week day")
GRAIN_PHRASES = {tuple(phrase.split()): "weekday" for phrase in _WEEKDAY_PHRASES}
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
GRAINS = {form: grain for grain, forms in _GRAIN_FORMS.items() for form in forms}
_PAST = {"last", "past", "previous", "prior", "recent", "trailing"}
_TO_DATE = {"ytd": "year", "mtd": "month", "qtd": "quarter", "wtd": "week"}
_WRITTEN_DAY = re.compile(
    r"\b(?:(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})|(?P<m2>\d{1,2})/(?P<d2>\d{1,2})/(?P<y2>\d{4})"
    r"|(?:(?P<before>[A-Za-z]{3,9})\.? (?:the )?(?P<d3>\d{1,2})"
    r"|(?P<d4>\d{1,2})(?:st|nd|rd|th)? (?:of )?(?P<behind>[A-Za-z]{3,9}))"
    r"(?:st|nd|rd|th)?,? (?:of )?(?P<y3>\d{4}))\b"
)
_ISO = re.compile(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?")


_DECADES = {"fifties": "50", "sixties": "60", "seventies": "70", "eighties": "80", "nineties": "90"}


@dataclass(frozen=True)
class Period:
    """From `start` until before `end`; None is open. `month` is set when only a month was said and the year must be found."""

    start: date | None
    end: date | None
    label: str
    grain: str
    relative: str = ""
    """The relative form ("last:1:quarter"), so that it can be counted from another day; empty for absolute periods."""
    month: int = 0


def period_at(tokens: Sequence[Token], position: int, text: str, today: date) -> tuple[Period, int] | None:
    """The single period that starts at a token and the position after it, or None; ranges are built by the caller."""
    for reader in (_iso, _relative, _spelled_day, _month, _quarter, _decade, _year):
        if found := reader(tokens, position, text, today):
            return found
    return None


def relative_period(form: str, today: date) -> Period:
    """A relative period counted from a day: `last:N:grain`, `rolling:N:grain`, `this:1:grain` or `next:1:grain`."""
    kind, count, grain = form.split(":")
    number = int(count)
    here = _floor(today, grain)
    if kind == "rolling":
        end = today + timedelta(days=1)
        return Period(_add(end, grain, -number), end, f"last {number} {grain}s", grain, form)
    if kind == "last":
        label = f"{number} {grain}s ago" if number > 1 else "yesterday" if grain == "day" else f"last {grain}"
        return Period(_add(here, grain, -number), here, label, grain, form)
    if kind == "todate":
        return Period(here, today + timedelta(days=1), f"{grain} to date", grain, form)
    if kind == "next":
        return Period(_add(here, grain, 1), _add(here, grain, 2), f"next {grain}", grain, form)
    return Period(here, _add(here, grain, 1), "today" if grain == "day" else f"this {grain}", grain, form)


def impossible_day(question: str) -> str:
    """A day as a question writes it that no calendar has ("2024-02-30", "June 31, 2024"); empty where there is none."""
    for match in _WRITTEN_DAY.finditer(question):
        said = match.groupdict()
        name = said["before"] or said["behind"]
        year = int(said["y"] or said["y2"] or said["y3"])
        month = _MONTH.get(name.lower(), 0) if name else int(said["m"] or said["m2"])
        day = int(said["d"] or said["d2"] or said["d3"] or said["d4"])
        if year and (name is None or month) and _day(year, month, day) is None:
            return match.group()
    return ""


def join_periods(first: Period, last: Period) -> Period:
    """Everything from the start of one period to the end of another."""
    return Period(first.start, last.end, f"{first.label} to {last.label}", first.grain)


def since(period: Period, *, after: bool = False) -> Period:
    label = f"{'after' if after else 'since'} {period.label}"
    return replace(period, start=period.end if after else period.start, end=None, label=label, relative="")


def until(period: Period, *, through: bool = False) -> Period:
    label = f"{'until' if through else 'before'} {period.label}"
    return replace(period, start=None, end=period.end if through else period.start, label=label, relative="")


def _floor(day: date, grain: str) -> date:
    match grain:
        case "year":
            return day.replace(month=1, day=1)
        case "quarter":
            return day.replace(month=3 * ((day.month - 1) // 3) + 1, day=1)
        case "month":
            return day.replace(day=1)
        case "week":
            return day - timedelta(days=day.weekday())
    return day


def _add(day: date, grain: str, count: int) -> date:
    """The day `count` grains later; the calendar's first or last day where there is none."""
    if grain in ("day", "week"):
        days = day.toordinal() + count * (7 if grain == "week" else 1)
        return date.fromordinal(min(max(days, 1), date.max.toordinal()))
    months = day.year * 12 + day.month - 1 + count * {"year": 12, "quarter": 3, "month": 1}[grain]
    if not date.min.year * 12 <= months < (date.max.year + 1) * 12:
        return date.min if count < 0 else date.max
    year, month = divmod(months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    return date(year, month + 1, 1)


def _whole(start: date, grain: str, label: str) -> Period:
    return Period(start, _add(start, grain, 1), label, grain)


def _day(year: int, month: int, day: int) -> Period | None:
    try:
        start = date(year, month, day)
    except ValueError:
        return None
    return _whole(start, "day", start.isoformat())


def _iso(tokens: Sequence[Token], position: int, text: str, today: date) -> tuple[Period, int] | None:
    match = _ISO.match(text, tokens[position].start)
    if not match or not 1 <= int(match[2]) <= 12 or len(match[2]) < 2 or not int(match[1]):
        return None
    year, month = int(match[1]), int(match[2])
    period = _day(year, month, int(match[3])) if match[3] else _whole(date(year, month, 1), "month", f"{year}-{month:02d}")
    end = next((i for i, token in enumerate(tokens) if token.start >= match.end()), len(tokens))
    return (period, end) if period else None


def _relative(tokens: Sequence[Token], position: int, text: str, today: date) -> tuple[Period, int] | None:
    word = tokens[position].lower
    if word in _TO_DATE:
        return relative_period(f"todate:1:{_TO_DATE[word]}", today), position + 1
    if (grain := _grain(tokens, position)) and [token.lower for token in tokens[position + 1 : position + 3]] == ["to", "date"]:
        return relative_period(f"todate:1:{grain}", today), position + 3
    if word in ("today", "yesterday"):
        return relative_period("this:1:day" if word == "today" else "last:1:day", today), position + 1
    if word in ("this", "current") and (grain := _grain(tokens, position + 1)):
        return relative_period(f"this:1:{grain}", today), position + 2
    if word == "next" and (grain := _grain(tokens, position + 1)):
        return relative_period(f"next:1:{grain}", today), position + 2
    if word not in _PAST:
        return None
    if grain := _grain(tokens, position + 1):
        return relative_period(f"last:1:{grain}", today), position + 2
    if position + 1 < len(tokens) and (number := number_at(tokens, position + 1)) and (grain := _grain(tokens, number[1])):
        return relative_period(f"rolling:{int(number[0])}:{grain}", today), number[1] + 1
    return None


def _grain(tokens: Sequence[Token], position: int) -> str:
    return (
        GRAINS.get(tokens[position].lower, "")
        if position < len(tokens) and tokens[position].lower not in ("date", "weekday")
        else ""
    )


def _month_number(tokens: Sequence[Token], position: int) -> int:
    if position >= len(tokens):
        return 0
    token = tokens[position]
    number = _MONTH.get(token.lower, 0)
    ambiguous = token.lower in ("may", "mar", "dec", "sep", "march", "jan", "jun", "oct") and token.text.islower()
    if number and ambiguous and _year_number(tokens, position + 1) == 0:
        before = tokens[position - 1].lower if position else ""
        return number if before in ("in", "since", "of", "for", "during", "until", "before", "after") else 0
    return number


def _year_number(tokens: Sequence[Token], position: int) -> int:
    if position >= len(tokens):
        return 0
    token = tokens[position]
    return int(token.text) if token.kind == "number" and len(token.text) == 4 and 1700 <= int(float(token.text)) <= 2200 else 0


def _skip(tokens: Sequence[Token], position: int, *skipped: str) -> int:
    while position < len(tokens) and tokens[position].lower in skipped:
        position += 1
    return position


def _skip_back(tokens: Sequence[Token], position: int) -> int:
    """Without the small words that opened a year that never came."""
    while tokens[position - 1].lower in ("of", ",", "in"):
        position -= 1
    return position


def _spelled_day(tokens: Sequence[Token], position: int, text: str, today: date) -> tuple[Period, int] | None:
    """June 1, 2005 · 1st of June 2005 · 6/1/2005 (month first)."""
    if match := re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})").match(text, tokens[position].start):
        period = _day(int(match[3]), int(match[1]), int(match[2]))
        end = next((i for i, token in enumerate(tokens) if token.start >= match.end()), len(tokens))
        return (period, end) if period else None
    if month := _month_number(tokens, position):
        day_at = _skip(tokens, position + 1, "the")
        if day := _day_number(tokens, day_at):
            year_at = _skip(tokens, day_at + 1, ",", "th", "st", "nd", "rd", "of")
            if (year := _year_number(tokens, year_at)) and (period := _day(year, month, day)):
                return period, year_at + 1
    if day := _day_number(tokens, position):
        month_at = _skip(tokens, position + 1, "th", "st", "nd", "rd", "of")
        month, year = _month_number(tokens, month_at), _year_number(tokens, _skip(tokens, month_at + 1, ","))
        if month and year and (period := _day(year, month, day)):
            return period, _skip(tokens, month_at + 1, ",") + 1
    return None


def _day_number(tokens: Sequence[Token], position: int) -> int:
    if position >= len(tokens) or tokens[position].kind != "number" or len(tokens[position].text) > 2:
        return 0
    value = int(tokens[position].text)
    return value if 1 <= value <= 31 else 0


def _month(tokens: Sequence[Token], position: int, text: str, today: date) -> tuple[Period, int] | None:
    month = _month_number(tokens, position)
    if not month:
        return None
    after = _skip(tokens, position + 1, ",", "of", "in")
    name = _MONTHS[month - 1].capitalize()
    if year := _year_number(tokens, after):
        return _whole(date(year, month, 1), "month", f"{name} {year}"), after + 1
    return Period(None, None, name, "month", month=month), position + 1


def _quarter(tokens: Sequence[Token], position: int, text: str, today: date) -> tuple[Period, int] | None:
    """Q2 2005 · second quarter of 2005."""
    word, after = tokens[position].lower, position + 1
    number = 0
    if word == "q" and after < len(tokens) and tokens[after].text in ("1", "2", "3", "4"):
        number, after = int(tokens[after].text), after + 1
    elif word in ORDINALS and after < len(tokens) and tokens[after].lower == "quarter":
        number, after = ORDINALS[word], after + 1
    after = _skip(tokens, after, "of", ",", "in")
    year = _year_number(tokens, after)
    if not 1 <= number <= 4:
        return None
    if not year:
        return Period(None, None, f"Q{number}", "quarter", month=3 * number - 2), _skip_back(tokens, after)
    return _whole(date(year, 3 * number - 2, 1), "quarter", f"Q{number} {year}"), after + 1


def _decade(tokens: Sequence[Token], position: int, text: str, today: date) -> tuple[Period, int] | None:
    year = _year_number(tokens, position)
    if year and year % 10 == 0 and position + 1 < len(tokens) and tokens[position + 1].lower == "s":
        return Period(date(year, 1, 1), date(year + 10, 1, 1), f"the {year}s", "year"), position + 2
    word, before = tokens[position].lower, tokens[position - 1].lower if position else ""
    short = word in _DECADES.values() and position + 1 < len(tokens) and tokens[position + 1].lower == "s"
    if before == "the" and (word in _DECADES or short):
        start = 1900 + int(_DECADES.get(word, word))
        return Period(date(start, 1, 1), date(start + 10, 1, 1), f"the {start}s", "year"), position + 1 + short
    return None


def _year(tokens: Sequence[Token], position: int, text: str, today: date) -> tuple[Period, int] | None:
    year = _year_number(tokens, position)
    if not year or (position and tokens[position - 1].kind == "mark" and tokens[position - 1].text in "$€£"):
        return None
    return _whole(date(year, 1, 1), "year", str(year)), position + 1
