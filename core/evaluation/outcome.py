"""Outcome: what became of one question, a line of the results file; the file alone suffices to print a report again."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec


class Outcome(msgspec.Struct, frozen=True):
    id: str | int
    sql: str | None
    """The answer's, or that of the best reading behind a clarification."""
    confidence: float = 0.0
    clarification: dict[str, Any] | None = None
    """{question, choices} where the engine asked back."""
    elapsed_ms: float = 0.0
    error: str | None = None
    correct: bool | None = None
    """Whether the rows of `sql` are the gold's; None without gold, or where the gold itself does not run."""
    db: str = ""
    question: str = ""
    gold: str | None = None
    shape: str = ""
    """The kind of query the gold is, see `shape`."""
    differences: tuple[str, ...] = ()
    """Of a wrong one what is wrong with it, the primary cause first, see `difference`."""
    interaction: str | int | None = None
    turn: int | None = None
    index_ms: float | None = None
    """What building the index of the database took; only with the first question a process asked of it."""

    @property
    def answered(self) -> bool:
        return self.sql is not None and self.clarification is None


def read_outcomes(path: Path) -> list[Outcome]:
    """Raises OSError and msgspec.DecodeError."""
    return [msgspec.json.decode(line, type=Outcome) for line in path.read_bytes().splitlines() if line.strip()]


def judged(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Those whose gold runs."""
    return [outcome for outcome in outcomes if outcome.correct is not None]


def later_turns(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Those of dialogues that have an earlier turn in the same dialogue."""
    outcomes = list(outcomes)
    first: dict[str | int, int] = {}
    for outcome in outcomes:
        if outcome.interaction is not None:
            first[outcome.interaction] = min(outcome.turn or 0, first.get(outcome.interaction, outcome.turn or 0))
    return [
        outcome for outcome in outcomes if outcome.interaction is not None and (outcome.turn or 0) > first[outcome.interaction]
    ]
