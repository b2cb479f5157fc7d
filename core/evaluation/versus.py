"""Versus: what a run gained and lost against an earlier one, question by question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from core.evaluation.failures import told
from core.evaluation.outcome import Outcome
from core.evaluation.shape import SHAPES

Change = tuple[Outcome, Outcome]
"""Then, now."""


@dataclass(frozen=True)
class Changes:
    compared: int
    """Questions both runs have judged, by their id."""
    gained: tuple[Change, ...]
    lost: tuple[Change, ...]


def changes(earlier: Sequence[Outcome], now: Sequence[Outcome]) -> Changes:
    known = {outcome.id: outcome for outcome in earlier if outcome.correct is not None}
    pairs = [(known[outcome.id], outcome) for outcome in now if outcome.correct is not None and outcome.id in known]
    gained = tuple(pair for pair in pairs if pair[1].correct and not pair[0].correct)
    lost = tuple(pair for pair in pairs if pair[0].correct and not pair[1].correct)
    return Changes(len(pairs), gained, lost)


def versus(earlier: Sequence[Outcome], now: Sequence[Outcome], show: int) -> str:
    """Counts, also by shape; up to `show` questions lost and as many gained, the most confident first."""
    found = changes(earlier, now)
    gained, lost = len(found.gained), len(found.lost)
    head = f"against the earlier run, of {found.compared:,} in common: gained {gained:,}, lost {lost:,}, net {gained - lost:+,}"
    examples = chain(_examples("lost", found.lost, show), _examples("gained", found.gained, show))
    return "\n".join(chain([head], _by_shape(found), examples))


def _by_shape(found: Changes) -> Iterator[str]:
    gained = Counter(now.shape for _, now in found.gained)
    lost = Counter(now.shape for _, now in found.lost)
    if gained or lost:
        yield f"  {'':26}{'gained':>8}{'lost':>8}{'net':>8}"
    for shape in (*SHAPES, *sorted((set(gained) | set(lost)) - set(SHAPES))):
        if gained[shape] or lost[shape]:
            yield f"  {shape:26}{gained[shape]:8,}{lost[shape]:8,}{gained[shape] - lost[shape]:+8,}"


def _examples(title: str, pairs: Sequence[Change], show: int) -> Iterator[str]:
    shown = sorted(pairs, key=lambda pair: -pair[1].confidence)[:show]
    if shown:
        yield f"\n── {title}"
    for then, now in shown:
        yield from told(now, then)
