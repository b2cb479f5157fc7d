"""Ellipsis: whether a question leans on the one before it or stands on its own."""

from __future__ import annotations

import re

from core.nl2sql.builtin.item import Item

_STRONG_START = re.compile(
    r"(only|just|what about|how about|and|but|also|exclude|excluding|except|without|same|remove|drop|clear|sort|order|rank"
    r"|instead|now|then|ok|okay|limit|add|include|including|break|split|group|change|make|filter|plot|draw|as an?"
    r"|switch|use|keep|not|show (it|them|that|this|these|those|only|just)"
    r"|display (it|them|as)|no,|reverse|restrict|narrow|replace|undo|drill)\b"
)
_WEAK_START = re.compile(
    r"(by|per|for|in|since|from|before|after|between|during|until|top|bottom|first|last|with|sorted|ordered"
    r"|highest|lowest|largest|smallest|of)\b"
)
_POINTS_BACK = re.compile(
    r"\b(instead|their|its|of (those|these|them|that)|them|those|these|(for|of|with) it|the same|this (list|result|chart)"
    r"|(the|that|this) (filter|filters|chart|result|list)|the (first|second|third) one)\b"
)
_ASKING = re.compile(
    r"\b(how many|how much|which|what|who|whose|where|when|list|show|find|give|display|tell|return|count|number of|get)\b"
)
_OPENS = re.compile(r"(how many|which|what|who|whose|where|when|list|find|count)\b(?! about)")


def leans(question: str, items: list[Item]) -> bool:
    """True for a question that only makes sense as an edit of the previous one."""
    text = re.sub(r"^(please|pls|ok|okay|and now|now|then|so|hm+|great|thanks|thank you)[,.!]?\s+", "", question.strip().lower())
    if _POINTS_BACK.search(text):
        return True
    full = _complete(text, items) or _asks_of_table(text, items)
    if _STRONG_START.match(text):
        return not (full and _own_question(text))
    if _WEAK_START.match(text):
        return not full
    return not full and not _speaks_of_table(items)


def _complete(text: str, items: list[Item]) -> bool:
    """It asks, and it says of what: a table or a measure outside groups and orders."""
    asks = bool(_ASKING.search(text)) or any(item.is_cue("aggregate") or item.is_cue("count") for item in items)
    limited = any(item.is_cue("superlative") for item in items)
    return (asks or limited) and _speaks_of_table(items)


def _asks_of_table(text: str, items: list[Item]) -> bool:
    """ "How many PG-13 films …": it opens as a question and names a table, however many cells stand around the name."""
    return bool(_OPENS.match(text)) and any(item.kind == "name" and item.table for item in items)


def _speaks_of_table(items: list[Item]) -> bool:
    """A name that is neither what is grouped or ordered by nor the column of a cell beside it."""
    for at, item in enumerate(items):
        before, after = items[max(0, at - 2) : at], items[at + 1 : at + 3]
        belongs = any(other.is_cue("group") or other.is_cue("order") or other.lower == "and" for other in before)
        beside = any(other.kind == "value" for other in (*before[-1:], *after))
        if item.kind == "name" and not belongs and not beside:
            return True
    return False


def _own_question(text: str) -> bool:
    """ "And how many films are there?": a word of politeness before a question of its own."""
    return bool(
        re.match(
            r"(and|but|also|now|then|ok|okay|so)\b[, ]+(how many|how much|which|what|who|list|show|give|find)\b(?! about)", text
        )
    )
