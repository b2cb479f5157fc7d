"""Measures of judged outcomes: accuracy, calibration, coverage against precision, time. Figures only; `report` tells them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil

from core.evaluation.outcome import Outcome

BANDS = 10


@dataclass(frozen=True)
class Tally:
    """A clarification counts as right in `right` where its best reading is, and never in `answered`."""

    count: int
    right: int
    answered: int
    answered_right: int

    @property
    def accuracy(self) -> float:
        return self.right / self.count if self.count else 0.0

    @property
    def precision(self) -> float:
        return self.answered_right / self.answered if self.answered else 0.0

    @property
    def clarified(self) -> float:
        """The share not answered."""
        return 1 - self.answered / self.count if self.count else 0.0


def tally(outcomes: Sequence[Outcome]) -> Tally:
    answered = [outcome for outcome in outcomes if outcome.answered]
    return Tally(len(outcomes), _right(outcomes), len(answered), _right(answered))


@dataclass(frozen=True)
class Band:
    """Best readings whose confidence is in [low, high); the last band has 1 too."""

    low: float
    high: float
    count: int
    right: int
    expected: float
    """Mean confidence."""

    @property
    def observed(self) -> float:
        return self.right / self.count


def calibration(outcomes: Iterable[Outcome]) -> list[Band]:
    """The bands that have outcomes with SQL, lowest first."""
    bands: dict[int, list[Outcome]] = {}
    for outcome in outcomes:
        if outcome.sql is not None:
            bands.setdefault(min(int(outcome.confidence * BANDS), BANDS - 1), []).append(outcome)
    return [
        Band(at / BANDS, (at + 1) / BANDS, len(held), _right(held), sum(outcome.confidence for outcome in held) / len(held))
        for at, held in sorted(bands.items())
    ]


def expected_calibration_error(bands: Sequence[Band]) -> float:
    """Mean distance of confidence and accuracy, weighted by the bands' counts.

    Source: Naeini et al., "Obtaining Well Calibrated Probabilities Using Bayesian Binning" (2015).
    """
    total = sum(band.count for band in bands)
    return sum(band.count * abs(band.expected - band.observed) for band in bands) / total if total else 0.0


class CoverageCurve:
    """Precision of the most confident answers at each coverage: the share of all judged questions that is answered.

    Answers of equal confidence come in no order: within them precision changes evenly.
    """

    def __init__(self, outcomes: Sequence[Outcome]) -> None:
        self._total = len(outcomes)
        answers = sorted((outcome for outcome in outcomes if outcome.answered), key=lambda outcome: -outcome.confidence)
        self._points: list[tuple[int, float, float]] = [(0, 0.0, 1.0)]
        """After each level of confidence: answers so far, right ones, the confidence."""
        for confidence, tied in groupby(answers, key=lambda outcome: outcome.confidence):
            held = list(tied)
            count, right, _ = self._points[-1]
            self._points.append((count + len(held), right + _right(held), confidence))

    def precision(self, coverage: float) -> tuple[float, float] | None:
        """With the confidence from which on is answered; None where less than that is answered."""
        wanted = max(1, ceil(coverage * self._total))
        for (count, right, _), (next_count, next_right, confidence) in zip(self._points, self._points[1:], strict=False):
            if wanted <= next_count:
                share = (wanted - count) / (next_count - count)
                return (right + share * (next_right - right)) / wanted, confidence
        return None

    def coverage(self, precision: float) -> tuple[float, float] | None:
        """The largest coverage with at least this precision, and its confidence; None where there is none."""
        reached = [point for point in self._points[1:] if point[1] >= precision * point[0]]
        return (reached[-1][0] / self._total, reached[-1][2]) if reached else None


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the values does not exceed."""
    return sorted(values)[max(0, ceil(share * len(values)) - 1)]


def _right(outcomes: Iterable[Outcome]) -> int:
    return sum(outcome.correct is True for outcome in outcomes)
