"""Event: what a running turn tells every open page, in the order of the session's stream."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class EventKind(StrEnum):
    STATUS = "status"
    """data: step, message, at (epoch seconds)."""
    CHUNK = "chunk"
    """data: type (sql, results, chart, analysis, text) and what belongs to it; text chunks carry `text` to append."""
    DONE = "done"
    """data: state, a TurnState. The turn is finished and stored."""
    ERROR = "error"
    """data: message, hint. A DONE with state failed follows."""
    CHANGED = "changed"
    """Something else of the session changed: a turn was queued, a chart edited, the session renamed or deleted."""
    COMPANY = "company"
    """Who is here now. data: here, at most 50 {tag, name} in the order they came; count, of all. No reason to draw again."""


@dataclass(frozen=True)
class Event:
    kind: EventKind
    turn_id: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    id: str = ""
    """Id of the stream entry, empty before it is published; ordered."""
