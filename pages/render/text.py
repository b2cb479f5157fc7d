"""Hostile text made harmless: whatever comes from a person, a model or a database is shown as letters, never as markup.

Two doors only: `html`-safe strings for `st.html`, and `label` for the Streamlit arguments that read Markdown.
"""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime

from core.analysis import plain

_PUNCTUATION = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$&:^=\"'/@%,;?])")
_LIVE = re.compile(r":(?=[\w/+-])|www(?=\.)|(?=@)", re.IGNORECASE)
_BOLD = re.compile(r"(?<!\\)\*\*")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[^a-z\s])")
_JOINER = "\u2060"


def escape(text: str) -> str:
    """`text` for st.html: no tag, no attribute, line breaks kept."""
    return html.escape(text, quote=True).replace("\n", "<br>")


def rich(markdown: str) -> str:
    """The Markdown of an analysis for st.html, with `**bold**` as the only markup; blank lines part paragraphs."""
    paragraphs = (_bold(part.strip()) for part in re.split(r"\n\s*\n", markdown))
    return "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs if paragraph)


def _bold(markdown: str) -> str:
    parts = [escape(plain(part)) for part in _BOLD.split(markdown)]
    if len(parts) % 2 == 0:  # a mark without its partner is none
        return "".join(parts)
    return "".join(f"<strong>{part}</strong>" if at % 2 else part for at, part in enumerate(parts))


def label(text: str) -> str:
    """`text` for a Streamlit label or Markdown body: shown letter by letter.

    Backslashes stop Markdown. Links, icons and emoji are found by Streamlit in the finished text, where a backslash is
    gone; an invisible joiner (U+2060) after their first sign stops those.
    """
    return _PUNCTUATION.sub(r"\\\1", _LIVE.sub(lambda match: match.group() + _JOINER, " ".join(text.split())))


def shortened(text: str, length: int) -> str:
    """The first `length` characters on one line, with an ellipsis where something is left off."""
    flat = " ".join(text.split())
    return flat if len(flat) <= length else flat[: length - 1].rstrip() + "…"


def line(markdown: str) -> str:
    """The Markdown of an analysis as plain text on one line."""
    return " ".join(plain(markdown).split())


def led(markdown: str) -> tuple[str, str]:
    """The sentence that leads an analysis, and the others. A full stop within bold or after a few signs ends no sentence."""
    for end in _SENTENCE_END.finditer(markdown):
        first = markdown[: end.start()]
        if len(first) >= 20 and len(_BOLD.findall(first)) % 2 == 0:
            return first.strip(), markdown[end.end() :].strip()
    return markdown.strip(), ""


def ago(moment: datetime, now: datetime | None = None) -> str:
    """How long ago, as one says it: just now, 5 min ago, 2 h ago, yesterday, 3 days ago, 4 Mar 2026."""
    seconds = ((now or datetime.now(UTC)) - moment).total_seconds()
    if seconds < 60:
        return "just now"
    if seconds < 3600:
        return f"{int(seconds // 60)} min ago"
    if seconds < 86_400:
        return f"{int(seconds // 3600)} h ago"
    days = int(seconds // 86_400)
    if days == 1:
        return "yesterday"
    return f"{days} days ago" if days < 14 else f"{moment.day} {moment:%b %Y}"


def count(number: int, noun: str, plural: str = "") -> str:
    """1 row, 1,000 rows."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def duration(seconds: float) -> str:
    """0.04 s, 1.2 s, 12 s, 2 min 5 s."""
    if seconds >= 60:
        return f"{int(seconds // 60)} min {int(seconds % 60)} s"
    return f"{seconds:.2f} s" if seconds < 1 else f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
