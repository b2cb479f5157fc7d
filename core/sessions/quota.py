"""Quota: how many sessions one person may own, and the bytes they may hold. What is too much is refused, nothing is evicted."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import QuotaReached
from core.sessions.index import Index

_MB = 2**20


@dataclass(frozen=True)
class Quota:
    """0: no limit."""

    sessions: int = 0
    bytes: int = 0

    def __bool__(self) -> bool:
        return bool(self.sessions or self.bytes)

    def check(self, index: Index, owner: str, *, new: bool) -> None:
        """Before a session is made (`new`) or asked; an answer that is under way is never refused. Raises QuotaReached."""
        if not self:
            return
        count, size_bytes = index.sums(owner)
        if new and self.sessions and count >= self.sessions:
            raise QuotaReached(
                f"You have {count:,} sessions; at most {self.sessions:,} are allowed here.",
                "Delete some that you no longer need on the Sessions page, then try again.",
            )
        if self.bytes and size_bytes >= self.bytes:
            raise QuotaReached(
                f"Your sessions hold {size_bytes / _MB:,.0f} MB; at most {self.bytes / _MB:,.0f} MB are allowed here.",
                "Delete some that you no longer need on the Sessions page, then try again.",
            )
