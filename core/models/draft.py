"""SqlDraft and Clarification: what an engine makes of a question, and Context: what it is told besides the question."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from core.models.catalog import Role
from core.models.session import Mode

if TYPE_CHECKING:
    from core.models.turn import Turn


@dataclass(frozen=True)
class Assumption:
    """One thing the engine took for granted, shown as a chip."""

    kind: str
    """period, filter, measure, join, null, order, limit, column, doubt or other."""
    text: str


@dataclass(frozen=True)
class OutputColumn:
    """What one column of the result is, by position; an engine that cannot tell leaves `SqlDraft.outputs` empty."""

    name: str
    role: Role
    grain: str = ""
    """day, week, month, quarter, year or empty."""
    unit: str = ""
    """money, percent, count, or empty. A percent is 0–100."""
    aggregate: str = ""
    """sum, avg, count, min, max or empty."""
    source: str = ""
    """table.column it comes from, where it comes from one."""


@dataclass(frozen=True)
class SqlDraft:
    sql: str
    dialect: str
    engine: str
    """builtin or llm."""
    explanation: str = ""
    """What the statement does, in plain words, one to three sentences."""
    assumptions: tuple[Assumption, ...] = ()
    unused_words: tuple[str, ...] = ()
    """Words of the question that did not shape the SQL and might matter."""
    confidence: float = 1.0
    """0–1."""
    changes: tuple[str, ...] = ()
    """For a follow-up: what it changed in the previous query, one short phrase each ("+ only Canada")."""
    outputs: tuple[OutputColumn, ...] = ()
    chart_kind: str = ""
    """A ChartKind the person asked for ("as a bar chart"), else empty."""
    reads: dict[str, Any] | None = None
    """The engine's query representation as JSON, for follow-ups; None when it has none."""
    repairs: tuple[str, ...] = ()
    """What was wrong with earlier attempts, in words, oldest first."""
    notice: str = ""
    """A sentence the person must see, such as that the builtin engine stood in for the model."""
    tokens: int = 0


@dataclass(frozen=True)
class Choice:
    label: str
    question: str = ""
    """Asked in full when the choice is taken; empty: the original question is asked again with `resolves`."""
    resolves: dict[str, str] = field(default_factory=dict)
    """What the choice settles (a word of the question → a reading of it); remembered in the session."""


@dataclass(frozen=True)
class Clarification:
    question: str
    """What the engine needs to know, one sentence."""
    choices: tuple[Choice, ...] = ()
    reason: str = "ambiguous"
    """ambiguous: close readings; unknown: nothing in this database fits, the choices are near questions it can answer."""
    unused_words: tuple[str, ...] = ()
    confidence: float = 0.0
    engine: str = "builtin"
    notice: str = ""
    """A sentence the person must see, such as that the builtin engine stood in for the model."""
    draft: SqlDraft | None = None
    """The best reading, for a caller that wants it in spite of the doubt; None where there is none."""


@dataclass(frozen=True)
class Summary:
    """The rolling summary of the turns that no longer go to an engine in full."""

    text: str = ""
    summarized_to: int = 0
    """Number of turns folded: turns with index < summarized_to are in the text."""


@dataclass(frozen=True)
class Context:
    """What a draft may rest on besides the question and the catalog."""

    turns: tuple[Turn, ...] = ()
    """The last turns that were answered (state done), at most 3, oldest first."""
    summary: str = ""
    resolutions: dict[str, str] = field(default_factory=dict)
    """What the person settled earlier in this session by choosing (see Choice.resolves)."""
    today: date | None = None
    """The day relative periods count from; None: the engine takes today in UTC."""
    mode: Mode = Mode.ANALYSIS
