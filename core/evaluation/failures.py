"""Failures: examples of each cause, the most confident first, for whoever will fix it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from core.evaluation.outcome import Outcome, judged


def failures(outcomes: Sequence[Outcome], show: int) -> str:
    """Up to `show` of each primary cause, the most frequent cause first."""
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in judged(outcomes):
        if outcome.differences:
            groups[outcome.differences[0]].append(outcome)
    ranked = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))
    return "\n\n".join("\n".join(_group(cause, held, show)) for cause, held in ranked)


def _group(cause: str, held: list[Outcome], show: int) -> Iterator[str]:
    yield f"── {cause}: {len(held):,}"
    for outcome in sorted(held, key=lambda outcome: -outcome.confidence)[:show]:
        yield from told(outcome)


def told(outcome: Outcome, was: Outcome | None = None) -> Iterator[str]:
    """The question, both statements, and those of an earlier run."""
    asked_back = ", asked back" if outcome.clarification else ""
    yield f"{outcome.id} [{outcome.db}] {outcome.question}"
    yield f"    ({outcome.confidence:.2f}{asked_back}; {', '.join(outcome.differences) or 'right'})"
    yield f"    gold  {_line(outcome.gold)}"
    if was:
        yield f"    was   {_line(was.sql)}"
    yield f"    {'now  ' if was else 'given'} {_line(outcome.sql)}"


def _line(sql: str | None) -> str:
    return " ".join(sql.split()) if sql else "—"
