"""Folding: turns that leave the window go into the rolling summary, by a chat model or by rules. Turns are never deleted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.cancellation import Cancellation
from core.chat_model import ChatModel, Message, Prompt, approximate_tokens, fence
from core.chat_model.translate import invalid
from core.models import Summary, Turn, TurnState
from core.summarization.notes import Notes, notes, read
from core.summarization.window import split, turn_text

_FOLDER = Path(__file__).parent / "prompts"
BATCH_TOKENS = 4_000
"""What a model is given of the turns at once; the rest waits for the next fold."""
SETTLED = ("period", "filter", "measure", "column")

_TEXTS: dict[str, Any] = {"type": "array", "items": {"type": "string"}}
SCHEMA: dict[str, Any] = {
    "title": "summary",
    "type": "object",
    "properties": {"questions": _TEXTS, "filters": _TEXTS, "findings": _TEXTS, "sql": _TEXTS},
    "required": ["questions", "filters", "findings", "sql"],
    "additionalProperties": False,
}


def fold(
    turns: Sequence[Turn], summary: Summary, model: ChatModel | None, *, cancellation: Cancellation | None = None
) -> Summary:
    """The summary with every foldable turn in it, at most 500 tokens; the same summary when nothing is to fold.

    `turns` are all turns of the session in order. Raises ModelError when the model fails (the caller keeps the old
    summary and tries again next turn) and Cancelled on Stop.
    """
    foldable = split(turns, summary).foldable
    if not foldable:
        return summary
    if model is None:
        return _written(read(summary.text).plus(_by_rules(foldable)), foldable)
    batch = _batch(foldable)
    value, _ = model.structured(_messages(batch, summary), SCHEMA, cancellation=cancellation)
    folded = notes(**value)
    if not folded.text():
        raise invalid("the summary is empty")
    return _written(folded, batch)


def _written(folded: Notes, turns: Sequence[Turn]) -> Summary:
    return Summary(folded.within().text(), turns[-1].index + 1)


def _by_rules(turns: Sequence[Turn]) -> Notes:
    answered = [turn for turn in turns if turn.state is TurnState.DONE]
    drafts = [turn.draft for turn in answered if turn.draft is not None]
    return notes(
        questions=(turn.question for turn in answered),
        filters=(
            text
            for draft in drafts
            for text in (*(each.text for each in draft.assumptions if each.kind in SETTLED), *draft.changes)
        ),
        findings=(_first_sentence(turn.analysis.text) for turn in answered if turn.analysis is not None),
        sql=(draft.sql for draft in drafts),
    )


def _first_sentence(text: str) -> str:
    plain = " ".join(text.replace("**", "").split())
    return re.split(r"(?<=[.!?])\s", plain, maxsplit=1)[0]


def _batch(turns: Sequence[Turn]) -> Sequence[Turn]:
    """The oldest turns within the batch's tokens, at least one."""
    tokens = 0
    for number, turn in enumerate(turns):
        tokens += approximate_tokens(turn_text(turn))
        if tokens > BATCH_TOKENS and number:
            return turns[:number]
    return turns


def _messages(turns: Sequence[Turn], summary: Summary) -> list[Message]:
    told = Prompt(_FOLDER / "fold.txt").render(
        summary=fence("summary", summary.text), turns=fence("turns", "\n\n".join(map(turn_text, turns)))
    )
    return [Message("system", Prompt(_FOLDER / "system.txt").render()), Message("user", told)]
