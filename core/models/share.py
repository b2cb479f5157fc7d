"""Sharing: what a person may do with a session, and the links that let others in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ShareRole(StrEnum):
    VIEWER = "viewer"
    ASKER = "asker"
    OWNER = "owner"

    def __ge__(self, other: object) -> bool:
        """Whether it may do all that the other may."""
        order = list(ShareRole)
        return isinstance(other, ShareRole) and order.index(self) >= order.index(other)


@dataclass(frozen=True)
class LinkUse:
    """One person who came by a link."""

    person: str
    """Id of the person."""
    name: str
    first: datetime
    last: datetime
    times: int = 1


@dataclass(frozen=True)
class ShareLink:
    """A way into a session for whoever holds the token; until it expires or is revoked."""

    token: str
    session_id: str
    role: ShareRole
    created: datetime
    expires: datetime | None = None
    """None: as long as the session."""
    sign_in: bool = False
    """Only for people somebody vouches for."""
    people: tuple[str, ...] = ()
    """E-mail addresses or names in lower case; empty: anybody who meets `sign_in`."""
    uses: tuple[LinkUse, ...] = ()
    """Oldest first."""
