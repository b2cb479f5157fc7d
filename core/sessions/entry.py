"""Entry: what the index of one person holds of one session. Reckoned from the session's hash alone, so it may be put again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from core.models import ListedStatus
from core.sessions.words import title_rank

PINNED = 2**51
"""Added to every score of a pinned session; with it a score still has its last bit in a double."""
SPARE_MS = 86_400_000
"""An owner's keys outlive the last session in them by this."""
CONNECTION = "connection:"


def status_filter(status: ListedStatus) -> str:
    return f"status:{status.value}"


@dataclass(frozen=True)
class Head:
    """The session's hash as far as lists are concerned. Times in milliseconds."""

    id: str
    owner: str
    title: str
    connection: str
    created: int
    updated: int
    expires: int
    questions: int
    tokens: int
    size_bytes: int
    closed: bool
    members: frozenset[str]
    """Whom it was shared with."""
    pins: frozenset[str]

    @classmethod
    def read(cls, session_id: str, flat: Sequence[bytes]) -> Head:
        """From HGETALL's flat reply."""
        names = [name.decode("utf-8", "replace") for name in flat[::2]]
        fields = dict(zip(names, (value.decode("utf-8", "replace") for value in flat[1::2]), strict=True))

        def number(name: str) -> int:
            return int(fields.get(name) or 0)

        def people(kind: str) -> frozenset[str]:
            return frozenset(name.removeprefix(kind) for name in names if name.startswith(kind))

        return cls(
            id=session_id,
            owner=fields.get("owner", ""),
            title=fields.get("title", ""),
            connection=fields.get("connection", ""),
            created=number("created"),
            updated=number("updated"),
            expires=number("expires"),
            questions=number("turn_count"),
            tokens=number("tokens"),
            size_bytes=number("bytes"),
            closed="closed" in fields,
            members=people("member:"),
            pins=people("pin:"),
        )

    @property
    def listed_by(self) -> frozenset[str]:
        """Everybody in whose list it stands."""
        return self.members | {self.owner}

    def entry(self, person: str, now: int, grace_ms: int, words: Iterable[str], *, whole: bool) -> dict[str, Any]:
        """As the script PUT takes it; `whole`: these are all its words."""
        top = PINNED if person in self.pins else 0
        scores = (self.updated, self.created, self.questions, self.tokens, -title_rank(self.title))
        is_mine, expired = person == self.owner, now >= self.expires
        status = ListedStatus.EXPIRED if expired else ListedStatus.CLOSED if self.closed else ListedStatus.OPEN
        filters = [status_filter(status), CONNECTION + self.connection, "mine" if is_mine else "shared"]
        return {
            "id": self.id,
            "scores": [str(top + score) for score in scores],
            "due": str(self.expires + (grace_ms if expired else 0)),
            "till": self.expires + grace_ms + SPARE_MS,
            "filters": [*filters, "pinned"] if top else filters,
            "bytes": self.size_bytes if is_mine else 0,
            "words": " ".join(words),
            "whole": whole,
        }
