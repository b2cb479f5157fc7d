"""Restating: follow-ups in words the edits read: "active ones only" opens with only, "which is older" asks for the oldest."""

from __future__ import annotations

import re
from collections.abc import Callable

from core.nl2sql.builtin.linking.text import lemma

Rewrites = tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...]

_MORE = re.compile(
    r"^((?:and |but |so )*(?:which|who|what)\b[^,]*?) (?:the )?"
    r"(more|less|fewer|higher|lower|bigger|larger|smaller|older|younger|newer|cheaper|longer|shorter|taller|faster|slower"
    r"|heavier|lighter|better|worse)( one)?(\W*)$",
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
_SHARE = r"(?:percentage|percent|share|proportion|fraction)"
_OF_ALL = r"(?:all(?: of)?(?: the| our)?(?: \w+)?|(?:the )?(?:grand )?total|everything|the whole(?: \w+)?)"
_WHAT_SHARE = re.compile(
    rf"^((?:and |so |but )*)(?:what|which) {_SHARE} of {_OF_ALL} (?:is|are|was|were|do|does|did)"
    r" (?:that|this|those|these|it|they)(?: (?:make up|account for|represent|come to))?\W*$",
    re.IGNORECASE,
)
_AS_SHARE = re.compile(rf"\b(as (?:a |the )?{_SHARE}) of {_OF_ALL}\W*$", re.IGNORECASE)
_FEW = r"(?:two|three|four|five|six|seven|eight|nine|ten)"
_PLURAL = {"is": "are", "was": "were", "does": "do", "has": "have"}
_COUNTS = re.compile(r"\b(how many|how much|number|count|total|average|mean|sum)\b", re.IGNORECASE)
_COLUMN = re.compile(
    r",? (?:as|in) (?:a |an |the |its own |another )?"
    r"(?:(?:third|fourth|fifth|second|another|extra|new|separate|additional|last|own) )?column"
    r"(?=\W|$)",
    re.IGNORECASE,
)
_JUST_COUNT = re.compile(r"^(?:and |so )*(?:just|only) (?:the|a) (?:number|count)(?: please)?\W*$", re.IGNORECASE)
_BEING = {"are": " are", "is": " are", "were": " were", "was": " were"}
_EXTREME = {"more": "most", "less": "least", "fewer": "fewest", "better": "best", "worse": "worst", "bigger": "biggest"}

_OF_THESE: Rewrites = (
    (re.compile(rf"\b(those|these) (?:(?:top|first|last|best) )?(?:{_FEW}\b|\d{{1,2}}(?=\W*$))", re.IGNORECASE), r"\1"),
    (
        re.compile(
            rf"\bthe (?:same )?{_FEW} (?=[a-z]+\b)"
            r"(?!(?:\w+est|most|least|best|worst|top|last|first|next|other|largest|with|in|of)\b)",
            re.IGNORECASE,
        ),
        "those ",
    ),
)
"""How many there are of them is known."""
_UNCOUNTED: Rewrites = (
    (re.compile(r"\beach of (?:them|those|these)(?=\W*$)", re.IGNORECASE), "them"),
    (
        re.compile(
            r"\b(did|do|does|is|are|was|were|has|have|had) (?:each|every one|all|both) of (?:them|these|those)\b", re.IGNORECASE
        ),
        lambda said: f"{_PLURAL.get(said[1].lower(), said[1])} they",
    ),
)
"""Each of them is they, but where they are counted."""
_SAYINGS: Rewrites = (
    (
        re.compile(r"(?<!first )(?<!second )(?<!third )\bfrom the (top|bottom)(?=\W*$)", re.IGNORECASE),
        lambda said: "descending" if said[1].lower() == "top" else "ascending",
    ),
    (
        re.compile(r"^(?:and )?(?:give me |show |list )?(?:the )?names? of (?:the ones|those|the people)\b", re.IGNORECASE),
        "which ones are",
    ),
    (re.compile(r"\b(?:all )?together(?=\W*$)", re.IGNORECASE), "in total"),
    (re.compile(r"\b(do|does|did) each (?!of\b|one\b)(\w+)(?=\W*$)", re.IGNORECASE), r"\1 each of them \2"),
    (
        re.compile(r"^(?:and |what about |how about )*(?:everyone|everybody|everything|all) else\W*$", re.IGNORECASE),
        "and the others?",
    ),
    (
        re.compile(
            r"\b(?:(?:from|in|of|by|with) )?(?:any|every|all)(?: [a-z]+)? (?:but|except|other than) (?=\w)", re.IGNORECASE
        ),
        "not ",
    ),
    (
        re.compile(
            r"\b(who|which(?: one)?(?: of (?:them|those|these))?) (?:earns?|makes?|(?:is|are|gets?) paid)"
            r" (?:the )?(most|least)(?: money)?(?=\W*$)",
            re.IGNORECASE,
        ),
        lambda said: f"{said[1]} is the {'best' if said[2].lower() == 'most' else 'worst'} paid",
    ),
    (
        re.compile(
            r"^(?:and |so )*(?:(?:from|in|of|to) )?(?:which|what) (?!is\b|are\b)([\w-]+)"
            r" (?:is (?:the )?most (?:common|frequent)(?: among| of| for| in)?(?: them| these| those)"
            r"|do most(?: of)? (?:them|these|those)(?: \w+){0,2})(?=\W*$)",
            re.IGNORECASE,
        ),
        r"what is the most common \1",
    ),
    (
        re.compile(
            r"^((?:and |but )*(?:who|which)(?: of (?:them|those|these))?) (?!has\b|is\b|was\b)(\w+)"
            r" (?:nothing|nobody|no one)(?=\W*$)",
            re.IGNORECASE,
        ),
        lambda said: f"{said[1]} do not {lemma(said[2])}",
    ),
    (
        re.compile(r"\b(?:can|could|do) (?:i|we|you|one) (?:find|see|reach|meet|get) (?:them|these|those|it)\b", re.IGNORECASE),
        "are they",
    ),
    (
        re.compile(
            r"^(?:and |so )?(?:in|on|at|from|under|to) which ([\w ]+?) (?:are|were|do|did) (?:they|these|those)(?: \w+)?(?=\W*$)",
            re.IGNORECASE,
        ),
        r"their \1",
    ),
    (re.compile(r"^(.*\b(?:do|did|does|have|has|had)) they\b(.*?),? each(?=\W*$)", re.IGNORECASE), r"\1 each of them \2"),
    (
        re.compile(
            r"\b(?:the )?(?:oldest and (?:the )?youngest|longest and (?:the )?shortest|youngest and (?:the )?oldest)(?=\W*$)",
            re.IGNORECASE,
        ),
        "the maximum and minimum",
    ),
    (
        re.compile(r"\b(?:the )?(first and last|earliest and latest|oldest and newest) (year|date|day|month)\b", re.IGNORECASE),
        r"minimum and maximum \2",
    ),
    (
        re.compile(
            r"\b(have|has|had|with|having) (?:just|only|a single|but) (one)(?=\W*$| of (?:them|those|these)\b)", re.IGNORECASE
        ),
        r"\1 exactly \2",
    ),
    (
        re.compile(
            r"^((?:and |but |so )*)(are|is|were|was|do|does|did|have|has) (?:any|some|one)(?:one|body)?"
            r" of (those|these|them)(?= \w)",
            re.IGNORECASE,
        ),
        lambda said: f"{said[1]}which of {said[3]}{_BEING.get(said[2].lower(), '')}",
    ),
    (
        re.compile(r"\b(?:are |is |were |was )?(?:linked|tied|connected|attached|related) (?:to|with) (?=each\b)", re.IGNORECASE),
        "for ",
    ),
    (re.compile(r"\b(in all|all told|all in all|in sum)(?=\W*$)"), "in total"),
    (re.compile(r"^((?:and |so )*)(?:the )?totals(?= (?:for|of|in|per|by)\b|\W*$)", re.IGNORECASE), r"\1the total"),
    (
        re.compile(r"^((?:and |but |now )?)(?!only\b|just\b|what\b|which\b|who\b|how\b)(.+?),? only(\W*)$", re.IGNORECASE),
        r"\1only \2\3",
    ),
)


def restated(text: str) -> str:
    """ "Active ones only" as "only active ones", "which is older?" as "which is the oldest?", "any of them" as "which".

    How many there are of them is known ("those three", "the two people"), and each of them is they, but where they are counted.
    """
    if any(pattern.match(text.lower()) for pattern in _TOTALS):
        return "of those in total?"
    if _JUST_COUNT.match(text):
        return "how many is that?"
    if (shown := _COLUMN.sub("", text)) != text:
        text = f"{shown.rstrip(' .?!')} too"
    text = _rewritten(text, _OF_THESE)
    text = text if _COUNTS.search(text) else _rewritten(text, _UNCOUNTED)
    text = _rewritten(text, _SAYINGS)
    found = _MORE.match(text)
    if not found:
        return text
    return f"{found[1]} the {extreme(found[2].lower())}{found[3] or ''}{found[4]}"


def share_of_all(text: str, *, narrowed: bool) -> str:
    """ "What percent of all orders is that?" asks for its share; "as a percentage of all orders" too, where none was left out."""
    text = _WHAT_SHARE.sub(r"\1what share is that?", text)
    return text if narrowed else _AS_SHARE.sub(r"\1", text)


def _rewritten(text: str, rewrites: Rewrites) -> str:
    """One after the other; each sees what those before it made."""
    for pattern, new in rewrites:
        text = pattern.sub(new, text)
    return text


def extreme(word: str) -> str:
    """ "Oldest" of "older"; an extreme as it is."""
    return word if word.endswith("st") else _EXTREME.get(word, f"{word[:-2]}est")
