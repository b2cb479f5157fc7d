"""Notes: a rolling summary as four lists, written as plain text a person can read, and read back from it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace

from core.chat_model import approximate_tokens
from core.chat_model.prompt import clean

SUMMARY_TOKENS = 500
ITEM_CHARACTERS = 300

_HEADINGS = {
    "questions": "Asked so far:",
    "filters": "Filters and choices:",
    "findings": "Findings:",
    "sql": "SQL that worked:",
}
_DROPPED = (
    ("sql", 3),
    ("findings", 5),
    ("questions", 8),
    ("sql", 1),
    ("findings", 2),
    ("questions", 3),
    ("sql", 0),
    ("findings", 0),
)
"""What goes first when the text is too long, oldest items first, down to so many; then filters, which are kept longest."""


@dataclass(frozen=True)
class Notes:
    """Each list oldest first, one line per item."""

    questions: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    sql: tuple[str, ...] = ()

    def text(self) -> str:
        return "\n".join(
            "\n".join([heading, *(f"- {item}" for item in getattr(self, name))])
            for name, heading in _HEADINGS.items()
            if getattr(self, name)
        )

    def plus(self, more: Notes) -> Notes:
        """Both, in order; an item said again moves to the end."""
        return Notes(**{each.name: _distinct((*getattr(self, each.name), *getattr(more, each.name))) for each in fields(Notes)})

    def within(self, tokens: int = SUMMARY_TOKENS) -> Notes:
        """The notes with the oldest details dropped until the text holds at most so many tokens."""
        notes = self
        for name, floor in (*_DROPPED, ("filters", 1), ("questions", 0), ("filters", 0)):
            while approximate_tokens(notes.text()) > tokens and len(getattr(notes, name)) > floor:
                notes = replace(notes, **{name: getattr(notes, name)[1:]})
        return notes


def read(text: str) -> Notes:
    """The notes in a summary's text; lines under no known heading become findings, so nothing written otherwise is lost."""
    found: dict[str, list[str]] = {name: [] for name in _HEADINGS}
    section = "findings"
    for line in text.splitlines():
        heading = next((name for name, heading in _HEADINGS.items() if line.strip() == heading), None)
        if heading:
            section = heading
        elif item := item_text(line.removeprefix("- ")):
            found[section].append(item)
    return Notes(**{name: tuple(items) for name, items in found.items()})


def notes(questions: Iterable[str], filters: Iterable[str], findings: Iterable[str], sql: Iterable[str]) -> Notes:
    """Notes of texts from anywhere: each on one line, cut at the end of a sentence, without repeats or empty ones."""
    lists = (questions, filters, findings, sql)
    return Notes(*(_distinct(tuple(item for text in each if (item := item_text(text)))) for each in lists))


def item_text(text: str) -> str:
    """One line of at most 300 characters, cut after the last whole sentence where there is one."""
    line = " ".join(clean(text).split())
    if len(line) <= ITEM_CHARACTERS:
        return line
    whole = re.match(rf".{{20,{ITEM_CHARACTERS - 1}}}[.!?](?=\s)", line)
    return whole[0] if whole else line[: ITEM_CHARACTERS - 1].rstrip() + "…"


def _distinct(items: tuple[str, ...]) -> tuple[str, ...]:
    last = {item: position for position, item in enumerate(items)}
    return tuple(item for position, item in enumerate(items) if last[item] == position)
