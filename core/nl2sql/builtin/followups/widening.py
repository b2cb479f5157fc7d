"""Widening: a question of its own that says it is of everything ("which range has the most mountains overall?")."""

from __future__ import annotations

import re

_WIDE = re.compile(
    r",? (?:overall|in general|all together now)(?=\W*$)"
    r"|,? (?:out of|of|from|across|among|for) all (?:of )?(?:the |our )?(?!of\b|them\b|those\b|these\b|time\b)[\w-]+"
    r"|, (?:all|any|both) (?:of )?(?:the |our )?[\w-]+(?: and (?:all|any|both) (?:the )?[\w-]+)?(?=\W*$)"
    r"|,? (?:whatever|no matter|regardless of|irrespective of) (?:the |their |its |which |what )*[\w-]+(?=\W*$)"
    r"|,? not (?:just|only) (?:of |in |from )?(?:those|these|them|the ones shown)(?=\W*$)",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"(?:and |but |so |now |then )*(?:(?:in|on|at|from|for|to|of|by|with) )?"
    r"(?:which|what|who|whose|where|when|how many|how much|list|show|name|find|give|count|is there|are there)\b",
    re.IGNORECASE,
)
_RANKS = re.compile(r"\b(?:\w+est|most|least|best|worst|top|how many|how much|average|total|never|not)\b", re.IGNORECASE)
"""Of all of them: a question that lists ("which are for all ages?") means something else by it."""
_OPENING = re.compile(r"^(?:and |but |so |now |then )+", re.IGNORECASE)
_POINTS = re.compile(
    r"\b(them|they|those|these|their|its|it|he|she|his|her|him|there|same|that|this|ones?|instead|about)\b", re.IGNORECASE
)


def of_everything(question: str) -> str:
    """The question without the words that say so; empty where it does not, or speaks of the answer before all the same."""
    said = question.strip()
    rest = _WIDE.sub("", said)
    if rest == said or not _ASKS.match(said) or not _RANKS.search(rest) or _POINTS.search(rest):
        return ""
    return _OPENING.sub("", rest)
