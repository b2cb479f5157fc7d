"""Followups: an elliptical question ("only for Canada", "by staff instead") as an edit of the query before it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from core.models import Context
from core.nl2sql.builtin.assemble import Conventions
from core.nl2sql.builtin.index import Index
from core.nl2sql.builtin.reading import Candidate


@dataclass(frozen=True)
class Edit:
    candidate: Candidate
    changes: tuple[str, ...]
    chart_kind: str = ""


def edit(question: str, context: Context, index: Index, today: date, conventions: Conventions) -> Edit | None:
    """The previous query changed as the question says; None when it is a question of its own."""
    return None
