"""Formulas: no text of ours acts as one in the spreadsheet that opens a download."""

from __future__ import annotations

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe_cell(text: str) -> str:
    """The text, led by an apostrophe where a spreadsheet would run it as a formula; a plain number stays one."""
    if not text.lstrip(" ").startswith(_STARTS) and not text.startswith(_STARTS):
        return text
    return text if _is_number(text) else "'" + text


def _is_number(text: str) -> bool:
    """A plain number such as "-12.5", which is what it looks like."""
    return text.removeprefix("-").removeprefix("+").replace(".", "", 1).isdecimal() and text.isascii()
