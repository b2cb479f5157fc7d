"""Message, what a chat model is sent; and how long a text is, estimated without a tokenizer or the network."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Message:
    role: str
    """system, user or assistant."""
    content: str


def approximate_tokens(text: str) -> int:
    """A quarter of the UTF-8 bytes, rounded up: the usual four characters per token in English, more in other scripts."""
    return -(-len(text.encode("utf-8", "surrogatepass")) // 4)


def cut(text: str, characters: int) -> str:
    """The text on one line, at most `characters` long, with an ellipsis where something is missing."""
    line = " ".join(text.split())
    return line if len(line) <= characters else line[: characters - 1].rstrip() + "…"
