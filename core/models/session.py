"""Session: one conversation with one database, and the row of it a list shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

_NEVER = datetime.min.replace(tzinfo=UTC)


class SessionStatus(StrEnum):
    IDLE = "idle"
    PROCESSING = "processing"
    ERROR = "error"
    CLOSED = "closed"
    EXPIRED = "expired"


class Mode(StrEnum):
    QUERY = "query"
    ANALYSIS = "analysis"
    SCRIPT = "script"
    FULL_AUTONOMY = "full_autonomy"


@dataclass(frozen=True)
class Session:
    id: str
    title: str
    connection: str
    """Name of the connection it asks."""
    owner: str
    created: datetime
    updated: datetime
    expires: datetime
    mode: Mode = Mode.ANALYSIS
    status: SessionStatus = SessionStatus.IDLE
    turn_count: int = 0
    summary: str = ""
    summarized_to: int = 0
    resolutions: dict[str, str] = field(default_factory=dict)
    tokens: int = 0
    """Of all its turns."""
    size_bytes: int = 0
    """What its turns and results hold."""
    kept: bool = False
    """Somebody asked to keep it: it lives longer after its last use than others."""
    version: int = 1
    owner_name: str = ""
    """As its owner was called when it was made."""


@dataclass(frozen=True)
class SessionListing:
    """A row of the sessions page."""

    id: str
    title: str
    connection: str
    updated: datetime
    expires: datetime
    turn_count: int
    status: SessionStatus
    preview: str
    """The last question, cut to 120 characters; empty for a session nobody asked yet."""
    owner: str = ""
    owner_name: str = ""
    created: datetime = _NEVER
    tokens: int = 0
    kept: bool = False
    pinned: bool = False
    """By the person whose list it is."""
