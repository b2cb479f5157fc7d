"""What the command line prints: JSON with exact numbers, plain tables, and progress on stderr."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import msgspec

from core.models import ResultSet, Turn

MAX_ROWS = 1_000
_ENCODER = msgspec.json.Encoder(decimal_format="number", enc_hook=str)


def to_json(value: Any) -> str:
    """JSON of plain values, dataclasses, dates (ISO 8601), decimals (as numbers, all digits) and bytes (base64)."""
    return _ENCODER.encode(value).decode()


def turn_object(turn: Turn, result: ResultSet | None) -> dict[str, Any]:
    """The object `ask --json` prints; at most 1,000 rows. The keys are part of the command's contract."""
    draft, asked, analysis, failure = turn.draft, turn.clarification, turn.analysis, turn.failure
    return {
        "session": turn.session_id,
        "turn": turn.id,
        "question": turn.question,
        "engine": draft.engine if draft else asked.engine if asked else turn.engine,
        "sql": draft.sql if draft else None,
        "explanation": draft.explanation if draft else "",
        "assumptions": draft.assumptions if draft else (),
        "changes": draft.changes if draft else (),
        "unused_words": draft.unused_words if draft else asked.unused_words if asked else (),
        "confidence": draft.confidence if draft else asked.confidence if asked else 0.0,
        "clarification": {"question": asked.question, "choices": [choice.label for choice in asked.choices]} if asked else None,
        "columns": result.names if result else (),
        "rows": result.rows(MAX_ROWS) if result else (),
        "row_count": result.row_count if result else 0,
        "truncated": result.truncated if result else False,
        "chart": turn.chart,
        "analysis": analysis.text if analysis else "",
        "followups": analysis.followups if analysis else (),
        "notices": turn.notices,
        "elapsed_ms": turn.elapsed_ms,
        "error": {"message": failure.message, "hint": failure.hint} if failure else None,
    }


def plain_table(names: Sequence[str], rows: Sequence[Sequence[Any]], *, most: int = 20) -> str:
    """The first rows as aligned text; NULL is shown as such."""
    cells = [[_cell(name) for name in names], *([_cell(value) for value in row] for row in rows[:most])]
    widths = [max(len(line[position]) for line in cells) for position in range(len(names))]
    lines = ["  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip() for line in cells]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines)


class Progress:
    """One line on stderr that is written over; silent where stderr is not a terminal, but for whole steps of 10 %."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._last = -1

    def __call__(self, message: str, fraction: float) -> None:
        if self._terminal:
            print(f"\r\x1b[K{message} ({fraction:.0%})", end="", file=sys.stderr, flush=True)
        elif (step := int(fraction * 10)) > self._last:
            self._last = step
            print(f"{message} ({fraction:.0%})", file=sys.stderr, flush=True)

    def end(self) -> None:
        if self._terminal:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def printable(text: str) -> str:
    """The text without signs that a terminal would act on (colours, bells, reversed writing); line breaks stay."""
    return "".join(sign if sign.isprintable() or sign == "\n" else " " for sign in text)


def _cell(value: Any) -> str:
    text = "NULL" if value is None else " ".join(printable(str(value)).split())
    return text if len(text) <= 60 else text[:59] + "…"
