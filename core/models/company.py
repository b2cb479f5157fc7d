"""Company: who is on a session at this moment."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Companion:
    """One person with the session open, in however many tabs."""

    id: str
    """Id of the person."""
    name: str
    tag: str
    """Stands for the id towards other people's pages, which need not learn it."""
