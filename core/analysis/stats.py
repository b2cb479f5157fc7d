"""Statistics that facts rest on: plain, robust, and silent where there are too few points to say anything."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean, median, quantiles

FEWEST_FOR_OUTLIERS = 7
FEWEST_FOR_CORRELATION = 12
OUTLIER_SCORE = 3.5
"""Of the modified z-score (Iglewicz and Hoaglin, 1993)."""


def outliers(values: Sequence[float]) -> list[int]:
    """Positions of values far from the median by median absolute deviation, the farthest first; none with few points
    or where half of the values are equal."""
    if len(values) < FEWEST_FOR_OUTLIERS:
        return []
    middle = median(values)
    spread = median(abs(v - middle) for v in values)
    if not spread:
        return []
    scores = [0.6745 * abs(v - middle) / spread for v in values]
    return sorted((i for i, score in enumerate(scores) if score > OUTLIER_SCORE), key=lambda i: -scores[i])


def quartiles(values: Sequence[float]) -> tuple[float, float, float]:
    """Lower quartile, median, upper quartile (inclusive method); all three the same for a single value."""
    if len(values) < 2:
        return values[0], values[0], values[0]
    low, middle, high = quantiles(values, n=4, method="inclusive")
    return low, middle, high


def correlation(xs: Sequence[float], ys: Sequence[float]) -> float | None:
    """Pearson's r; None with few points or where one of the two does not vary."""
    if len(xs) < FEWEST_FOR_CORRELATION:
        return None
    mean_x, mean_y = fmean(xs), fmean(ys)
    dx, dy = [x - mean_x for x in xs], [y - mean_y for y in ys]
    size = math.sqrt(sum(d * d for d in dx)) * math.sqrt(sum(d * d for d in dy))
    if not size or not math.isfinite(size):
        return None
    return max(-1.0, min(1.0, sum(a * b for a, b in zip(dx, dy, strict=True)) / size))


def percent_change(before: float, after: float) -> float | None:
    """From `before` to `after` in percent; None where it starts at zero or below."""
    return 100 * (after - before) / before if before > 0 else None


def head_for_half(shares: Sequence[float]) -> int:
    """How many of the shares, largest first, it takes to reach half of their sum."""
    total, so_far = sum(shares), 0.0
    for count, share in enumerate(shares, start=1):
        so_far += share
        if so_far * 2 >= total:
            return count
    return len(shares)
