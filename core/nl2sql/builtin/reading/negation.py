"""Negation: whether a word of denial belongs to a condition, and what a denied comparison says."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.query.query import Compare, Condition
from core.nl2sql.builtin.reading.parse import Parse

_OPPOSITE = {">": "<=", ">=": "<", "<": ">=", "<=": ">"}
_Said = TypeVar("_Said", bound=Condition)


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


def affirmed(condition: _Said) -> _Said:
    """What is not under a bound is at least that: a denied comparison with a number or an open period, said the other way."""
    if not isinstance(condition, Compare) or not condition.negated or condition.query is not None:
        return condition
    if condition.op in _OPPOSITE:
        return replace(condition, op=_OPPOSITE[condition.op], negated=False)
    if condition.op == "period" and None in condition.values:
        return replace(condition, values=condition.values[::-1], negated=False, label=_turned(condition.label))
    return condition


def _turned(label: str) -> str:
    """ "Before 2012" as "since 2012", "after 2012" as "until 2012"."""
    opposite = {"before": "since", "since": "before", "after": "until", "until": "after"}
    first, _, rest = label.partition(" ")
    return f"{opposite[first]} {rest}" if first in opposite else ""
