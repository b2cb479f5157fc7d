"""Analyse: facts, text and follow-ups of one answer. A failing model never costs the answer: templates stand in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from core.analysis.facts import facts_of
from core.analysis.followups import followups_of
from core.analysis.narrative import write
from core.analysis.narrative_llm import narrate
from core.analysis.reading import read
from core.errors import ModelError
from core.models import Analysis, Catalog, Fact, ResultSet, SqlDraft

if TYPE_CHECKING:
    from core.cancellation import Cancellation
    from core.chat_model import ChatModel

_NOT_HELD = "The chat model's text did not agree with the numbers, so this one was written without it."
_CUT = "The chat model stopped in the middle, so the text may be short."


def analyse(
    question: str,
    result: ResultSet,
    draft: SqlDraft | None,
    *,
    model: ChatModel | None = None,
    on_text: Callable[[str], None] | None = None,
    can_answer: Callable[[str], bool] | None = None,
    catalog: Catalog | None = None,
    cancellation: Cancellation | None = None,
    locale: str = "en",
) -> Analysis:
    """Total over any result. `on_text` gets the text in pieces, each verified, that together are `Analysis.text`.

    Raises Cancelled, nothing else."""
    today = datetime.now(UTC).date()
    reading = read(result, draft)
    facts = facts_of(reading, draft, question=question, catalog=catalog, today=today, locale=locale)
    text, tokens, notice = _text(question, facts, result, model, on_text, cancellation)
    if cancellation:
        cancellation.raise_if_cancelled()
    offered = followups_of(question, reading, catalog, can_answer) if draft and result.row_count else ()
    return Analysis(text, facts, offered, tokens, notice)


def _text(
    question: str,
    facts: tuple[Fact, ...],
    result: ResultSet,
    model: ChatModel | None,
    on_text: Callable[[str], None] | None,
    cancellation: Cancellation | None,
) -> tuple[str, int, str]:
    """Text, tokens, notice."""
    tokens, notice, shown = 0, "", list[str]()

    def emit(piece: str) -> None:
        shown.append(piece)
        if on_text:
            on_text(piece)

    if model is not None and result.row_count:
        try:
            _, tokens = narrate(model, question, facts, result, emit, cancellation=cancellation)
            notice = "" if shown else _NOT_HELD
        except ModelError as exc:
            notice = _CUT if shown else f"The text was written without the chat model. {exc.message}"
    if not shown:
        emit(write(facts, result, question))
    return "".join(shown), tokens, notice
