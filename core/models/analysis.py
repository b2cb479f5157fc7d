"""Analysis: facts computed from a result, and the sentences that may use no other numbers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fact:
    kind: str
    """count, total, average, minimum, maximum, share, change, growth, concentration, outlier, missing, top, bottom, single, …"""
    text: str
    """The fact as a plain sentence."""
    numbers: tuple[float, ...] = ()
    """Every number the text holds, unrounded."""
    weight: float = 1.0
    """How much a reader wants to hear it; sentences are taken from the heaviest."""
    emphasis: tuple[str, ...] = ()
    """Parts of the text set in bold when it answers the question."""


@dataclass(frozen=True)
class Analysis:
    text: str = ""
    """Two to four sentences; the first answers the question with its number in **bold**. Markdown limited to bold."""
    facts: tuple[Fact, ...] = ()
    followups: tuple[str, ...] = ()
    """At most three questions this database can answer, phrased as the person would."""
    tokens: int = 0
    notice: str = ""
