"""Labels: text of the data made safe for a figure. Plotly reads <b>, <a href> and entities in every text it draws."""

from __future__ import annotations

import textwrap

WIDTH = 22
MOST_LINES = 3
LONGEST = 120


def escape(text: str) -> str:
    """One line, control characters gone, no markup left; cut to 120 characters."""
    flat = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    flat = flat if len(flat) <= LONGEST else flat[: LONGEST - 1] + "…"
    return flat.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def wrapped(text: str, width: int = WIDTH) -> str:
    """Over up to three lines, for the labels of a category axis; what does not fit ends in "…"."""
    flat = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    lines = textwrap.wrap(flat, width, max_lines=MOST_LINES, placeholder="…")
    return "<br>".join(escape(line) for line in lines)
