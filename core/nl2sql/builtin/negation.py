"""Negation: whether a word of denial belongs to a condition."""

from __future__ import annotations

from core.nl2sql.builtin.item import Item
from core.nl2sql.builtin.parse import Parse


def negated(parse: Parse, item: Item) -> bool:
    """A word of negation shortly before, not used yet by another condition."""
    if parse.clause:
        return False
    for other in parse.before(item, 5):
        if other.is_cue("not"):
            if other.role in ("", "not"):
                other.role = "not"
                return True
            return False
        if other.kind in ("value", "number", "period") or other.text in (",", ".") or other.lower in ("and", "but"):
            return False
    return False
