"""Audit: who did what with which session, and when. Words about the work, never its rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class AuditAction(StrEnum):
    ASKED = "asked"
    RAN = "ran"
    """A worker ran a statement for the person who asked."""
    OPENED = "opened"
    """Saw a session; once in ten minutes."""
    ENTERED = "entered"
    """Came by a link for the first time."""
    SHARED = "shared"
    REVOKED = "revoked"
    EXPORTED = "exported"
    RENAMED = "renamed"
    CLOSED = "closed"
    REOPENED = "reopened"
    DELETED = "deleted"
    RESTORED = "restored"
    TAKEN = "taken along"
    """Moved what was made as a guest to whom that guest signed in as."""
    SIGNED_IN = "signed in"
    SIGNED_OUT = "signed out"
    REFUSED = "refused"
    """Wanted what they have no right to."""


@dataclass(frozen=True)
class AuditEntry:
    id: str
    """Of the stream entry; ordered."""
    at: datetime
    person: str
    """Id of the person; like all texts here data from outside."""
    name: str
    email: str
    action: str
    """Of AuditAction, or one that a newer version wrote."""
    session_id: str = ""
    """Empty where no session is concerned."""
    details: dict[str, str] = field(default_factory=dict)
