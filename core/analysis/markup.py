"""Markup: text of data and models made safe for Streamlit's markdown. Only **bold** of our own survives.

Escaping alone does not do: bare addresses, :emoji: and :material/…: are found after escapes are undone, so an invisible
word joiner breaks them.
"""

from __future__ import annotations

import re

JOINER = "\u2060"
_SPECIAL = re.compile(r"([\\`*_\[\]<>$~|&{}])")
_ADDRESS = re.compile(r"(?i)(https?|ftp|mailto|file|data|javascript)(?=:)|(www)(?=\.)|(?<=[\w.+-])(@)(?=[\w-])")
_DIRECTIVE = re.compile(r":(?=[\w+\-/:])(?!\d\d)")
_LINE_START = re.compile(r"^([-+#=](?=[\s\-=#]|$)|\d+(?=[.)](?:\s|$)))")


def escape(text: str) -> str:
    """Plain text as markdown that shows exactly it, on one line."""
    return _started(_inline(text))


def clean(markdown: str) -> str:
    """Markdown of a model: **bold** stays, everything else becomes plain text."""
    parts = markdown.split("**")
    if len(parts) % 2 == 0:
        return escape(markdown.replace("**", ""))
    made = [_within(part) if i % 2 == 0 else _bold(part) for i, part in enumerate(parts)]
    return _started("".join(made).strip())


def bold(text: str, emphasis: tuple[str, ...]) -> str:
    """Plain text as markdown with the first place of each of the phrases in bold; overlapping ones are left plain."""
    spans: list[tuple[int, int]] = []
    for phrase in emphasis:
        at = _find(text, phrase, spans)
        if at is not None:
            spans.append((at, at + len(phrase)))
    made, end = [], 0
    for start, stop in sorted(spans):
        made += [_within(text[end:start]), _bold(text[start:stop])]
        end = stop
    return _started("".join([*made, _within(text[end:])]))


def plain(markdown: str) -> str:
    """What `escape`, `clean` and `bold` made, as plain text: for a terminal, a title or a text alternative."""
    without = re.sub(r"(?<!\\)\*\*", "", markdown)
    return re.sub(r"\\([\\`*_\[\]<>$~|&{}\-+#=>])", r"\1", without).replace(JOINER, "")


def _inline(text: str) -> str:
    flat = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    safe = _SPECIAL.sub(r"\\\1", flat)
    safe = _ADDRESS.sub(lambda m: m[0] + JOINER, safe)
    return _DIRECTIVE.sub(":" + JOINER, safe)


def _started(markdown: str) -> str:
    """Keeps the start of a paragraph from becoming a list, a heading or a rule."""
    return _LINE_START.sub(lambda m: f"{m[1]}{JOINER}" if m[1].isdigit() else f"\\{m[1]}", markdown)


def _find(text: str, phrase: str, taken: list[tuple[int, int]]) -> int | None:
    at = text.find(phrase) if phrase.strip() else -1
    while at >= 0:
        inside_word = (at > 0 and text[at - 1].isalnum()) or text[at + len(phrase) : at + len(phrase) + 1].isalnum()
        if not inside_word and not any(start < at + len(phrase) and at < stop for start, stop in taken):
            return at
        at = text.find(phrase, at + 1)
    return None


def _bold(text: str) -> str:
    inner = _inline(text)
    return f"**{inner}**" if inner else ""


def _within(text: str) -> str:
    """`escape` that keeps one space at either end."""
    inner = _inline(text)
    if not inner:
        return " " if text else ""
    return (" " if text[:1].isspace() else "") + inner + (" " if text[-1:].isspace() else "")
