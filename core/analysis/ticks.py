"""Ticks of a time axis: at most seven, on round periods, the year said once under the first month of each year."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from babel.dates import format_skeleton

from core.analysis.humanise import locale_of
from core.analysis.moments import moment_at, ordinal

MOST_TICKS = 7

_STEPS = {
    "year": (1, 2, 5, 10, 20, 50, 100, 500),
    "quarter": (1, 2, 4, 8, 20, 40),
    "month": (1, 2, 3, 6, 12, 24, 60, 120),
    "week": (1, 2, 4, 8, 13, 26),
    "day": (1, 2, 3, 7, 14),
    "hour": (1, 2, 3, 6, 12),
}
_COARSER = {"month": "year", "quarter": "year", "week": "month", "day": "month", "hour": "day", "second": "hour"}


def ticks(moments: Sequence[datetime], grain: str, *, locale: str = "en") -> tuple[list[datetime], list[str]]:
    """Where the ticks of an axis over these moments stand, and what they say (with <br>); empty without moments."""
    if not moments:
        return [], []
    first, last = min(moments), max(moments)
    if grain != "second" and ordinal(last, grain) - ordinal(first, grain) < MOST_TICKS:
        places = sorted(set(moments))
    else:
        grain, places = _grid(first, last, grain)
    return places, _texts(places, grain, locale)


def _grid(first: datetime, last: datetime, grain: str) -> tuple[str, list[datetime]]:
    while True:
        low, high = ordinal(first, grain), ordinal(last, grain)
        for step in _STEPS.get(grain, ()):
            if (high - low) // step < MOST_TICKS:
                counts = range(low + -low % step, high + 1, step)
                return grain, [moment_at(count, grain) for count in counts] or [first]
        if grain not in _COARSER:
            return grain, [first, last]
        grain = _COARSER[grain]


def _texts(places: Sequence[datetime], grain: str, locale: str) -> list[str]:
    known = locale_of(locale)
    texts, year = [], None
    for place in places:
        if grain == "year":
            texts.append(str(place.year))
            continue
        if grain == "quarter":
            text = f"Q{(place.month + 2) // 3}"
        elif grain == "month":
            text = str(format_skeleton("MMM", place, locale=known))
        elif grain in ("hour", "second"):
            text = str(format_skeleton("Hm", place, locale=known)) + "<br>" + str(format_skeleton("MMMd", place, locale=known))
        else:
            text = str(format_skeleton("MMMd", place, locale=known))
        texts.append(text if place.year == year or grain == "hour" else f"{text}<br>{place.year}")
        year = place.year
    return texts
