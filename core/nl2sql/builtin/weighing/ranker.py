"""Ranker: a log-linear model over readings, and a logistic one that says how often a reading chosen so is right.

Its weights stand in ranker.json, by the names of features; `python -m core fit` writes that file from questions with known SQL.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import exp, log
from pathlib import Path

from core.nl2sql.builtin.weighing.view import Atom

FILE = Path(__file__).with_name("ranker.json")
_CERTAIN = 1e-4
"""No reading is surer than one minus this."""


@dataclass(frozen=True)
class Ranker:
    ranking: Mapping[str, float] = field(default_factory=dict)
    """Feature → weight; the score of a reading is the sum over its features."""
    confidence: Mapping[str, float] = field(default_factory=dict)
    """Signal → weight in the log-odds that the chosen reading is right."""
    margin: float = 0.0
    """How much higher another reading must score to be taken before the grammar's own."""

    def choice(self, scores: Sequence[float], first: int, reserve: float = 0.0) -> int:
        """The position of the reading to take; `first` is that of the grammar's own, `reserve` comes on top of the margin."""
        best = max(range(len(scores)), key=lambda at: scores[at])
        return best if scores[best] - scores[first] > self.margin + reserve else first

    def sure(self, signals: Mapping[str, float]) -> float:
        """How likely a chosen reading is right, 0–1."""
        odds = sum(self.confidence.get(name, 0.0) * value for name, value in signals.items())
        return 1.0 / (1.0 + exp(-max(-20.0, min(20.0, odds))))


def signals(probability: float, evidence: float, atoms: Iterable[Atom]) -> dict[str, float]:
    """What tells whether a chosen reading is right: its lead over the others, how much it explains, and what it is like."""
    found = {atom[1]: 1.0 for atom in atoms if atom[0] != "slot"}
    lead = min(max(probability, _CERTAIN), 1.0 - _CERTAIN)
    return {**found, "bias": 1.0, "lead": log(lead / (1.0 - lead)), "evidence": evidence}


def probabilities(scores: Sequence[float]) -> list[float]:
    """The softmax of scores."""
    most = max(scores)
    weights = [exp(score - most) for score in scores]
    total = sum(weights)
    return [weight / total for weight in weights]


@lru_cache(maxsize=1)
def ranker() -> Ranker:
    """The shipped one, read once."""
    data = json.loads(FILE.read_text(encoding="utf-8"))
    return Ranker(data["ranking"], data["confidence"], data.get("margin", 0.0))
