"""Scale: the range of a value axis and its round ticks, written as people write them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from core.analysis.humanise import format_compact, format_number

MOST_TICKS = 6
_FURTHEST = 1e306
"""Beyond it the length of an axis is more than a float can hold."""


@dataclass(frozen=True)
class Scale:
    low: float
    high: float
    places: tuple[float, ...]
    texts: tuple[str, ...]


def scale_of(
    numbers: Iterable[float],
    *,
    zero: bool = True,
    near: float = 0.6,
    room: float = 0.04,
    most: int = MOST_TICKS,
    unit: str = "",
    currency: str = "",
    locale: str = "en",
) -> Scale:
    """`zero`: the axis begins at zero (bars, areas); else only where the smallest is below `near` times the largest.

    `most`: ticks, or so. `room`: free space beyond the largest, as a part of the range, for the labels of bars.
    """
    values = list(numbers) or [0.0]
    low, high = max(min(values), -_FURTHEST), min(max(values), _FURTHEST)
    if zero or (low > 0 and low < near * high) or (high < 0 and high > near * low):
        low, high = min(low, 0.0), max(high, 0.0)
    size = max(abs(low), abs(high))
    if high - low <= 1e-9 * size:
        low, high = (low, low + max(1.0, 0.05 * size)) if low >= 0 else (low - max(1.0, 0.05 * size), low)
    step = _round_step((high - low) / (most - 1))
    first = math.floor(low / step + 1e-9) if low else 0
    last = math.ceil(high / step - 1e-9) if high else 0
    places = tuple(step * i for i in range(first, last + 1))
    spare = room * (high - low)
    bottom = 0.0 if low == 0 else (low - spare if zero else places[0])
    top = 0.0 if high == 0 else max(high + spare, places[-1] if room <= 0.05 else 0.0)
    shown = tuple(p for p in places if bottom - 1e-9 * step <= p <= top + 1e-9 * step)
    return Scale(bottom, top, shown, tuple(_text(p, step, unit, currency, locale) for p in shown))


def _round_step(rough: float) -> float:
    """The next of 1, 2, 2.5, 5 or 10 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * m for m in (1, 2, 2.5, 5, 10) if power * m >= rough * (1 - 1e-9))


def _text(place: float, step: float, unit: str, currency: str, locale: str) -> str:
    if abs(place) >= 10_000:
        text = format_compact(place, locale=locale)
    else:
        text = format_number(place, max(0, min(6, -math.floor(math.log10(step) + 1e-9) + (f"{step:e}"[2] != "0"))), locale=locale)
    symbol = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}.get(currency, "") if unit == "money" else ""
    return f"{symbol}{text}" + ("%" if unit == "percent" else "")
