"""Narrative by a chat model: it sees the facts and a few rows as data, and only sentences whose numbers hold are shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from core.analysis.markup import clean
from core.analysis.verify import Verifier, sentences
from core.models import Fact, ResultSet

if TYPE_CHECKING:
    from core.cancellation import Cancellation
    from core.chat_model import ChatModel

MOST_FACTS = 24
MOST_ROWS = 12
MOST_COLUMNS = 10
MOST_CELL = 80
MOST_SENTENCES = 4

_PROMPT = Path(__file__).parent / "prompts" / "narrative.txt"


def narrate(
    model: ChatModel,
    question: str,
    facts: Sequence[Fact],
    result: ResultSet,
    on_text: Callable[[str], None] | None = None,
    *,
    cancellation: Cancellation | None = None,
) -> tuple[str, int]:
    """Safe markdown and the tokens used; the text is empty when no sentence of the model held.

    `on_text` gets each sentence when it is complete and verified, so what was shown never has to be taken back.
    Raises ModelError leaves and Cancelled.
    """
    from core.chat_model import Message

    sink = _Sink(Verifier(facts, result, question), on_text)
    message = Message("user", prompt(question, facts, result))
    _, tokens = model.stream([message], sink.add, cancellation=cancellation)
    sink.finish()
    return sink.text, tokens


def prompt(question: str, facts: Sequence[Fact], result: ResultSet) -> str:
    from core.chat_model import Prompt, fence

    said = "\n".join(f"- {fact.text}" for fact in facts[:MOST_FACTS])
    return Prompt(_PROMPT).render(
        question=fence("question", question), facts=fence("facts", said), rows=fence("data", _rows(result))
    )


def _rows(result: ResultSet) -> str:
    lines = [" | ".join(_cell(name) for name in result.names[:MOST_COLUMNS])]
    lines += [" | ".join(_cell(value) for value in row[:MOST_COLUMNS]) for row in result.rows(MOST_ROWS)]
    more = result.row_count - MOST_ROWS
    return "\n".join([*lines, *([f"({more} more)"] if more > 0 else [])])


def _cell(value: object) -> str:
    text = "NULL" if value is None else " ".join(str(value).split())
    return text if len(text) <= MOST_CELL else text[: MOST_CELL - 1] + "…"


class _Sink:
    """Collects the stream, lets whole sentences through that hold."""

    def __init__(self, verifier: Verifier, on_text: Callable[[str], None] | None) -> None:
        self._verifier, self._on_text = verifier, on_text
        self._pending = ""
        self._shown: list[str] = []

    @property
    def text(self) -> str:
        return " ".join(self._shown)

    def add(self, piece: str) -> None:
        self._pending += piece
        whole = sentences(self._pending)
        if len(whole) > 1:
            for sentence in whole[:-1]:
                self._show(sentence)
            self._pending = whole[-1]

    def finish(self) -> None:
        for sentence in sentences(self._pending):
            self._show(sentence)
        self._pending = ""

    def _show(self, sentence: str) -> None:
        safe = clean(sentence)
        if not safe or len(self._shown) >= MOST_SENTENCES or not self._verifier.holds(safe):
            return
        if self._on_text:
            self._on_text(f" {safe}" if self._shown else safe)
        self._shown.append(safe)
