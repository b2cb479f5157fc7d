"""Restate: a question about one number turned into the sentence that answers it ("How many films are there?" →
"There are 1,000 films."). Returns an empty text where no pattern fits well."""

from __future__ import annotations

import re

LONGEST = 160
_ASK = r"(?:please\s+)?(?:(?:can|could) you\s+)?(?:(?:show|give|tell|find|get|calculate|compute)(?:\s+(?:me|us))?\s+)?"
_VERBS = r"are|were|is|was|have|has|had|cost|costs|contain|live|lives|belong|work|works|exist|last|start|end|begin"
_WORD = r"(?!(?:do|did|does|are|were|is|was|have|has|had|can|could|will|would|should)\b)[\w'’\-/&]+"
_THING = rf"(?:{_WORD}\s+){{0,6}}?{_WORD}"

_FIGURES = (
    r"(?:total|average|avg|mean|median|sum|overall|maximum|minimum|max|min|highest|lowest|largest|smallest|number|count|"
    r"longest|shortest|oldest|youngest|latest|earliest)\b"
)


def restate(question: str, value: str) -> str:
    """One sentence that holds `value` and words of the question only."""
    asked = " ".join(question.split()).rstrip("?.! ")
    if not asked or len(asked) > LONGEST or re.search(r"[\[\]{}<>|`*$]|[.?!]\s", asked):
        return ""
    for pattern, make in _PATTERNS:
        if match := re.fullmatch(pattern, asked, re.IGNORECASE):
            return make.format(*(_told(group or "") for group in match.groups()), v=value).replace("  ", " ").replace(" .", ".")
    return ""


_PATTERNS: tuple[tuple[str, str], ...] = (
    (rf"{_ASK}how many ({_THING}) (?:are|were|is|was) there(?: (.*))?", "There are {v} {0} {1}."),
    (
        rf"{_ASK}how many ({_THING}) (?:do|did|does) (we|i|they|you) (have|sell|get|make|own|offer|employ|carry)( .*)?",
        "{1} {2} {v} {0}{3}.",
    ),
    (rf"{_ASK}how many ({_THING}) ({_VERBS}) (.+)", "{v} {0} {1} {2}."),
    (r"count (?:of )?(?:all )?(?:the )?([^?]+)", "There are {v} {0}."),
    (rf"{_ASK}(?:the )?(?:total )?number of ([^?]+)", "The number of {0} is {v}."),
    (r"how much (?:is|was|are|were) (?:the )?(.+)", "The {0} is {v}."),
    (rf"(?:what|what's|whats)(?: is| was| are| were)? (?:the |our )?({_FIGURES}.*)", "The {0} is {v}."),
    (rf"{_ASK}(?:the |our )?({_FIGURES}.*)", "The {0} is {v}."),
    (rf"{_ASK}how many ({_THING})", "There are {v} {0}."),
)


def _told(words: str) -> str:
    """The words of the person as the words of an answer: "we" → "We", "avg" → "average"."""
    if words.lower() in ("we", "i", "they", "you"):
        return {"i": "You", "we": "We", "they": "They", "you": "We"}[words.lower()]
    return re.sub(r"\bavg\b", "average", words, flags=re.IGNORECASE)
