"""Restating: follow-ups in words the edits read: "the second one" is the row it points at, "active ones only" opens with only."""

from __future__ import annotations

import re
from dataclasses import replace

from core.nl2sql.builtin.numerals import ORDINALS
from core.nl2sql.builtin.query import Order, Query

_ONLY_LAST = re.compile(r"^((?:and |but |now )?)(?!only\b|just\b|what\b|which\b|who\b|how\b)(.+?),? only(\W*)$", re.IGNORECASE)
_PLACE = re.compile(rf"\b(?:the|that) ({'|'.join((*ORDINALS, 'last'))}) (?:one|row)\b", re.IGNORECASE)
_ASKS_OF_IT = re.compile(
    r"^(and |but |so |now )*((in|on|at|from|for|to|of|by|with) )?"
    r"(what|which|who|whose|where|when|how|list|show|give|name|tell)\b"
    r"(?!( is|'s| was| are|s| about| comes| came| ranks)? (the|that)\b)",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"^((?:and |but |so )*(?:which|who|what)\b[^,]*?) (?:the )?"
    r"(more|less|fewer|higher|lower|bigger|larger|smaller|older|younger|newer|cheaper|longer|shorter|taller|faster|slower"
    r"|heavier|lighter|better|worse)(\W*)$",
    re.IGNORECASE,
)
_TOTALS = (
    re.compile(
        r"^(?:and |so )*what (?:does|do|did|would|will) (?:that|it|this|they|(?:all )?(?:of )?(?:these|those|them)(?: \w+)?)"
        r"(?: all)? (?:come|came|add up|add|sum|sum up|amount|total|total up)(?: up)?(?: to)?"
        r"(?: in total| altogether| together)?\W*$"
    ),
    re.compile(
        r"^(?:and |so )*how much (?:is|are|was|were) (?:that|it|this|they|these|those|(?:all )?of (?:these|those|them))"
        r"(?: all)? (?:in total|altogether|together|in all|combined|all together|all told)\W*$"
    ),
    re.compile(r"^(?:and |now |please )*(?:add|sum|total) (?:it|them|these|those|that)(?: all)? up\W*$"),
    re.compile(r"^(?:and |so )*what(?: is|'s|s)? (?:the|their) (?:sum|total)(?: of (?:that|these|those|them|it)(?: \w+)?)?\W*$"),
    re.compile(r"^(?:and |so )*what(?: is|'s|s)? that (?:in total|altogether|all together|in all)\W*$"),
)
"""Ways to ask for the sum of what is shown without a name of it."""
_IN_ALL = re.compile(r"\b(in all|all told|all in all|in sum)(?=\W*$)")
_EXTREME = {"more": "most", "less": "least", "fewer": "fewest", "better": "best", "worse": "worst", "bigger": "biggest"}


def restated(text: str) -> str:
    """ "Active ones only" as "only active ones", "which is older?" as "which is the oldest?"."""
    if any(pattern.match(text.lower()) for pattern in _TOTALS):
        return "of those in total?"
    text = _ONLY_LAST.sub(r"\1only \2\3", _IN_ALL.sub("in total", text))
    found = _MORE.match(text)
    if not found:
        return text
    word = found[2].lower()
    return f"{found[1]} the {_EXTREME.get(word, f'{word[:-2]}est')}{found[3]}"


def row_pointed_at(query: Query, text: str) -> tuple[Query, str, str]:
    """ "What city is the second one in?": that row of the ranking before, the question asked of "it", and what was said."""
    found = _PLACE.search(text)
    if not found or not query.order or query.limit == 1 or not _ASKS_OF_IT.match(text):
        return query, text, ""
    word = found[1].lower()
    text = f"{text[: found.start()]}it{text[found.end() :]}"
    if word == "last":
        flipped = tuple(Order(o.field, not o.descending) for o in query.order)
        return replace(query, order=flipped, limit=1, offset=0), text, "the last one"
    return replace(query, limit=1, offset=query.offset + ORDINALS[word] - 1), text, f"the {word} one"
