"""Prompt: a readable text file with $slots, all of which must be filled; and fences around what is data, not instruction."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from string import Template

TAGS = ("schema", "values", "settled", "summary", "conversation", "turns", "question", "sql", "database_message", "facts", "data")

_TAG = re.compile(rf"<(?=\s*/?\s*(?:{'|'.join(TAGS)})\b)", re.IGNORECASE)


class Prompt:
    """`Prompt(folder / "draft.txt").render(question=…)`."""

    def __init__(self, path: Path) -> None:
        self.name = path.stem
        self._template = Template(path.read_text(encoding="utf-8"))

    def render(self, **slots: str) -> str:
        """The text with every $slot replaced; empty slots leave no gap. What is filled in is never read as a template.

        Raises ValueError naming a slot that is not filled or does not exist.
        """
        wanted = set(self._template.get_identifiers())
        for slot in sorted(wanted ^ set(slots)):
            raise ValueError(f"The prompt {self.name} {'needs' if slot in wanted else 'does not have'} the slot “{slot}”.")
        return re.sub(r"\n{3,}", "\n\n", self._template.substitute(slots)).strip() + "\n"


def fence(tag: str, text: str) -> str:
    """The text between <tag> and </tag>, unable to close the fence or open another; empty for an empty text."""
    if tag not in TAGS:
        raise ValueError(f"“{tag}” is not one of the fences.")
    return f"<{tag}>\n{_TAG.sub('&lt;', clean(text)).strip()}\n</{tag}>" if text.strip() else ""


def clean(text: str) -> str:
    """Without control and invisible format characters, which hide text from people but not from a model."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf", "Cs"))
