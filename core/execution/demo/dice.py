"""Dice: seeded chance built on uniform numbers alone, whose stream numpy keeps the same from version to version."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

FIRST_DAY = np.datetime64("2023-01-01")
DAYS = 1096
"""Of the three full years 2023 to 2025."""
DATES = FIRST_DAY + np.arange(DAYS)
YEAR = DATES.astype("datetime64[Y]").astype(np.int64) - 53
"""0, 1, 2 for each day: years since 2023."""
MONTH = DATES.astype("datetime64[M]").astype(np.int64) % 12
MONTH_NUMBER = YEAR * 12 + MONTH
WEEKDAY = (DATES.astype(np.int64) + 3) % 7
"""Monday is 0."""


class Dice:
    def __init__(self, seed: int) -> None:
        self._bits = np.random.Generator(np.random.PCG64(seed))

    def uniform(self, *shape: int) -> Floats:
        """Numbers from 0 to 1."""
        return self._bits.random(shape)

    def bell(self, *shape: int) -> Floats:
        """About normal: mean 0, deviation 1, never beyond 3.5."""
        return np.asarray((self._bits.random((4, *shape)).sum(axis=0) - 2) * np.sqrt(3.0))

    def whole(self, least: ArrayLike, greatest: ArrayLike, size: int) -> Ints:
        """Whole numbers from least to greatest, both possible."""
        low = np.asarray(least)
        span = np.asarray(greatest) - low + 1
        return np.asarray(low + np.floor(self.uniform(size) * span), dtype=np.int64)

    def pick(self, weights: ArrayLike, size: int) -> Ints:
        """Positions drawn in proportion to their weights."""
        edges = np.cumsum(np.asarray(weights, dtype=np.float64).ravel())
        return np.asarray(np.searchsorted(edges, self.uniform(size) * edges[-1], side="right"), dtype=np.int64)

    def chance(self, probability: ArrayLike, size: int) -> NDArray[np.bool_]:
        return np.asarray(self.uniform(size) < np.asarray(probability))

    def order(self, size: int) -> Ints:
        """The positions 0 to size - 1, shuffled."""
        return np.asarray(np.argsort(self.uniform(size), kind="stable"), dtype=np.int64)


def day(text: str) -> int:
    """A date as days since the first one."""
    return int((np.datetime64(text) - FIRST_DAY).astype(np.int64))


def dates(days: ArrayLike) -> list[str | None]:
    """Days since the first one as ISO texts; NaN is NULL."""
    numbers = np.asarray(days, dtype=np.float64)
    known = np.isfinite(numbers)
    texts = (FIRST_DAY + np.where(known, numbers, 0).astype(np.int64)).astype(str).tolist()
    return [text if is_known else None for text, is_known in zip(texts, known.tolist(), strict=True)]


def ids(numbers: Ints) -> list[int | None]:
    """Row ids; 0 is NULL."""
    return [number or None for number in numbers.tolist()]


def money(cents: ArrayLike) -> list[float]:
    """Whole cents as amounts with two digits."""
    return [value / 100 for value in np.asarray(cents, dtype=np.int64).tolist()]


Columns = dict[str, list[Any]]
"""A table's values by column; all lists of one length."""
