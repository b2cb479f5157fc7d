"""Window: which turns go to an engine in full, which wait, and which are to be folded now. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.chat_model import approximate_tokens, cut
from core.models import Summary, Turn, TurnState

RECENT = 3
UNFOLDED_TURNS = 5
UNFOLDED_TOKENS = 2_000


@dataclass(frozen=True)
class Window:
    recent: tuple[Turn, ...]
    """The last 3 answered turns, oldest first; these are `Context.turns`."""
    waiting: tuple[Turn, ...]
    """Finished turns before them that are not in the summary yet."""
    foldable: tuple[Turn, ...]
    """All of `waiting` when more than 5 turns or 2,000 tokens are unfolded, else empty."""


def split(turns: Sequence[Turn], summary: Summary) -> Window:
    """The window of a session's turns, which are in the order of their index.

    Folding is by prefix (`Summary.summarized_to`), so nothing at or after a turn that has not finished is foldable.
    """
    recent = tuple(turn for turn in turns if turn.state is TurnState.DONE)[-RECENT:]
    unfolded = [turn for turn in turns if turn.index >= summary.summarized_to and turn.state.finished]
    kept = [turn.index for turn in recent] + [turn.index for turn in turns if not turn.state.finished]
    waiting = tuple(turn for turn in unfolded if turn.index < min(kept, default=len(turns) + summary.summarized_to))
    return Window(recent, waiting, waiting if _due(unfolded) else ())


def brief(turns: Sequence[Turn], summary: Summary) -> str:
    """What an engine is told of everything before the last 3 turns: the summary, and the questions that still wait for it."""
    waiting = [f"- {cut(turn.question, 200)}" for turn in split(turns, summary).waiting if turn.state is TurnState.DONE]
    asked = "Asked since:\n" + "\n".join(waiting[-UNFOLDED_TURNS:]) if waiting else ""
    return "\n".join(part for part in (summary.text, asked) if part)


def turn_text(turn: Turn) -> str:
    """What folding looks at: question, assumptions, SQL, what came out, and the analysis."""
    lines = [f"Question: {cut(turn.question, 600)}"]
    if turn.state is not TurnState.DONE:
        return "\n".join([*lines, f"This was not answered ({turn.state.value})."])
    if turn.draft is not None:
        settled = [assumption.text for assumption in turn.draft.assumptions] + list(turn.draft.changes)
        lines += [f"Settled: {cut('; '.join(settled), 500)}"] if settled else []
        lines.append(f"SQL: {cut(turn.draft.sql, 2_000)}")
    if turn.result is not None:
        lines.append(f"Result: {turn.result.row_count} rows; {cut(turn.result.digest, 400)}")
    if turn.analysis is not None and turn.analysis.text:
        lines.append(f"Analysis: {cut(turn.analysis.text, 600)}")
    return "\n".join(lines)


def _due(unfolded: Sequence[Turn]) -> bool:
    if len(unfolded) > UNFOLDED_TURNS:
        return True
    return sum(approximate_tokens(turn_text(turn)) for turn in unfolded) > UNFOLDED_TOKENS
