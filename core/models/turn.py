"""Turn: one question and everything that became of it. Stored before anything runs, saved after each step."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from core.models.analysis import Analysis
from core.models.chart import ChartSpec
from core.models.draft import Clarification, SqlDraft
from core.models.result import ResultColumn


class TurnState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    NEEDS_CLARIFICATION = "needs_clarification"

    @property
    def finished(self) -> bool:
        return self not in (TurnState.QUEUED, TurnState.RUNNING)


@dataclass(frozen=True)
class Failure:
    """Why a turn failed, for a business user; `detail` is for whoever must report it."""

    message: str
    hint: str = ""
    detail: str = ""


@dataclass(frozen=True)
class ResultRef:
    """What a turn keeps of its result; the rows are in the results hash under `id`."""

    id: str
    columns: tuple[ResultColumn, ...]
    row_count: int
    truncated: bool = False
    truncated_by: str = ""
    limit: int = 0
    size_bytes: int = 0
    digest: str = ""
    """Columns and first rows as short text, at most 400 characters: what an engine is told of the result."""


@dataclass(frozen=True)
class Turn:
    id: str
    session_id: str
    question: str
    author: str
    created: datetime
    index: int = 0
    """Position in the session, from 0; given by the store when the turn is added."""
    state: TurnState = TurnState.QUEUED
    engine: str = "auto"
    """Asked for; the one that answered is draft.engine."""
    started: datetime | None = None
    finished: datetime | None = None
    attempts: int = 0
    draft: SqlDraft | None = None
    clarification: Clarification | None = None
    result: ResultRef | None = None
    chart: ChartSpec | None = None
    """As chosen from the result."""
    user_chart: ChartSpec | None = None
    """As the person changed it; wins over `chart`."""
    analysis: Analysis | None = None
    failure: Failure | None = None
    notices: tuple[str, ...] = ()
    """What is missing or was done differently, one sentence each (a chart that failed, a fallback engine)."""
    elapsed_ms: dict[str, float] = field(default_factory=dict)
    """Per step: context, draft, check, execute, analyse, save, fold."""
    tokens: int = 0
    author_id: str = ""
    """Id of the person who asked; empty in turns from before there were any."""
    account: str = ""
    """Whose own account on the database it is run through; empty for the one that all share."""
    version: int = 1
