"""Listing: what a person asks of the list of their sessions, and the page of it they get."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from core.models.session import SessionListing


class SessionSort(StrEnum):
    """The order of a list. Pinned sessions come before all others in each."""

    ACTIVITY = "activity"
    """Newest question or answer first."""
    CREATED = "created"
    """Newest first."""
    QUESTIONS = "questions"
    """Most first."""
    TOKENS = "tokens"
    """Most first."""
    TITLE = "title"
    """A–Z by the first six bytes of the folded title; untitled ones last."""


class ListedStatus(StrEnum):
    """Every session has exactly one."""

    OPEN = "open"
    CLOSED = "closed"
    EXPIRED = "expired"
    """Whether closed or not."""


@dataclass(frozen=True)
class SessionQuery:
    """Conditions that all hold; the empty one is the whole list."""

    text: str = ""
    """Words of titles, questions and SQL in any order; the last one, and any nobody wrote, may be the beginning of a word."""
    connection: str = ""
    status: ListedStatus | None = None
    mine: bool | None = None
    """True: only what the person owns; False: only what others shared with them."""
    pinned: bool = False
    """True: only what the person pinned."""
    sort: SessionSort = SessionSort.ACTIVITY
    offset: int = 0
    limit: int = 50


@dataclass(frozen=True)
class SessionPage:
    rows: tuple[SessionListing, ...]
    total: int
    """Of all pages."""
    counts: dict[str, int] = field(default_factory=dict)
    """Of the whole list, whatever was asked: by status ("open", …), "mine", "shared", "pinned"."""
    connections: tuple[str, ...] = ()
    """Names of the connections in the whole list, in alphabetical order."""
