"""Ellipsis: whether a question leans on the one before it, stands on its own, or may be read either way."""

from __future__ import annotations

import re
from enum import Enum

from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.query.query import Query, tables_of


class Lean(Enum):
    OWN = "own"
    """A question of its own; an edit only where it means nothing by itself."""
    LEANS = "leans"
    """An edit of the question before it; a question of its own only where nothing of it fits there."""


POLITE = re.compile(
    r"^((please|pls|ok|okay|and now|now|then|so|hm+|oh|ah|sorry|wait|great|good|nice|cool|thanks|thank you|alright|perfect|yes"
    r"|right|actually|can you|could you|would you|can i|could i|i want to|i would like to|i'd like to|let me|let us"
    r"|let's)\b[,.!]?\s+)+",
    re.IGNORECASE,
)
SWITCH = re.compile(
    r"^((ok|okay|now|and|so|well|but)[,.!]? )*((a |something |some )?(different|another|other|new|unrelated|separate) "
    r"(thing|topic|question|subject|matter|note|one)|something (else|different)( entirely)?|by the way|btw|unrelated"
    r"|(let us |let's )?(switch|chang)(ing|e)?( the)?( subject| topic)?|change of (topic|subject)"
    r"|on (a different|another) note)\s*[:,;.!–—-]+\s*",
    re.IGNORECASE,
)
"""What opens a question that has nothing to do with the one before."""
_STRONG_START = re.compile(
    r"(only|just|what about|how about|and|but|also|or|exclude|excluding|except|without|same|remove|drop|clear|sort|order|rank"
    r"|instead|limit|add|include|including|break|split|group|change|make|filter|plot|draw|as an?|hide|leave out|omit"
    r"|switch|use|keep|not|show (it|them|that|this|these|those|only|just)|no,|undo|go back"
    r"|display (it|them|as)|reverse|restrict|narrow|replace|drill|next|forget|ignore|regardless|disregard|never mind|lift"
    r"|the (other|next|rest)|which ones?|who else|with(?! (which|what|whom|how)\b))\b"
)
_WEAK_START = re.compile(
    r"(by|per|for|in|since|from|before|after|between|during|until|top|bottom|first|last|with|sorted|ordered"
    r"|highest|lowest|largest|smallest|of|at|on|under|over|above|below|older|younger|more|less|at least|at most)\b"
)
_POINTS_SURELY = re.compile(
    r"\b(instead|of (those|these|them|that)|among (those|these|them)|(for|of|with) it|the same|this (list|result|chart)"
    r"|(the|that|this) (filter|filters|chart|result|list)|(that|this|it)\?*$"
    r"|(which|this|that|these|those|the|only|other|first|second|third|fourth|fifth|last|[a-z]+est|most [a-z]+|[a-z]+) ones?\b"
    r"(?! of the)|that (day|week|month|quarter|year|season|period)\b"
    r"|^(show|give|list|put|add|display|see)\b.* with (them|those|these|it)\W*$"
    r"|each\W*$|(does|do|did|has|have|is|are|was|were) each\b|each (have|has|do)\b|as well\W*$|too\W*$)"
)
_ASKS_OF_THEM = re.compile(
    r"^(and )?(how|which|what)\b[\w ]* (do|does|did|have|has|had|were|was|are|is) (they|those|these|it|he|she)\b"
    r"|^(and )?(which|what|who|whose)\b[\w ]* (them|those|these)\W*$"
    r"|^(and )?(which|what) [\w ]+ (is|are|was|were) (used|involved|concerned|affected|responsible|meant)\W*$"
)
_PRONOUN = re.compile(r"\b(they|them|their|theirs|it|its|those|these|he|she|his|her|him)\b")
_ASKING = re.compile(
    r"\b(how many|how much|which|what|who|whose|where|when|list|show|find|give|display|tell|return|count|number of|get)\b"
)
_ANY = re.compile(r"(for |in |of |from |with )?(any|all) [\w ]+?( again)?( please)?\W*$")
_OPENS = re.compile(
    r"(how many|how much|which|what|who|whose|where|when|list|find|count|show|give|display|tell|return|get)\b(?! about)"
)
_COUNTS_WHAT = re.compile(
    r"^(and |so |but )*(how many|counts?|the counts?|number|the number)( (is|are) (it|that|they|there)| (it|them|those|these))?"
    r" (per|by|for each|for every|in each|in every|on each)\b"
)
""" "How many per customer?": of what was asked about."""
_LEFT_OPEN = re.compile(r"^(and |but )?(in|at|on|with|from|for|by|to|of|under) (which|what) [\w-]+( [\w-]+)?\W*$")
"""A question of nothing but what it leaves open: "in which rooms?"."""
_POINTS_THERE = re.compile(
    r"(?<!\bare )(?<!\bis )(?<!\bwere )(?<!\bwas )(?<!\bbe )\bthere\b(?! (are|is|were|was|any)\b)"
    r"|\b(in|at|of|on|from|for|to|with|by|find|over|above|than|is|was) (that|this) "
    r"(?!(is|are|was|were|has|have|had|do|does|did)\b)\w+"
)
_COUNTS_JUST = re.compile(r"^(and |now |but )*(only count|just count|count (only|just))\b")
_ONE_MORE = re.compile(
    r"^(also|plus|add)\b(?!.*\b(are there|do we have)\b)|^and (how many|the number of) [\w-]+( [\w-]+)?\W*$"
    r"|^(the )?number of [\w-]+( [\w-]+)? (too|as well|also)\b",
    re.IGNORECASE,
)
"""After a number for each of several: another one beside it."""
ALL_ROWS = re.compile(r"^(and |now |ok |okay |then )*(show |list |give me )?all (the |our )?[\w-]+( again| now)?\W*$")
_WHICH_DID = re.compile(
    r"^(and |but |so |now )*which( ones?)? (was|were|are|is|have|has|had|never|do|did)( been| not| never)?"
    r" (?!the\b|a\b|an\b|there\b|our\b)[a-z]+"
)
""" "Which were never booked?": of what is listed, as nothing else is named."""
_WHICH_ROW = re.compile(r"^(and |but |so )*(which|what|who) (one )?(is|was|are|were) the ([a-z]+est|most [a-z]+|least [a-z]+) ")
_FIRST = re.compile(
    r"^(and |but |with the )?(the )?([a-z]+est|most|least|best|worst)( \w+){0,2}"
    r" (first|(on|at|to) (the )?(very )?top|up (top|front))( please)?\W*$"
)
_ARE_THERE = re.compile(r"^(and |so )?(which|what|who) [\w ]*\b(are|is|were|was) there\W*$")
"""After one group, "which stations are there" asks for those in it."""
_NOT_ONES = re.compile(r"\b(more than|less than|at least|at most|exactly|only|over|under|than) one\b")


_RELATIVES = {"who", "that", "which", "whose", "with", "without", "in", "from", "where"}
_FEW = 5
"""Words of "any price please"; more are a question."""


def left_open(text: str) -> bool:
    return bool(_LEFT_OPEN.match(text))


def lean(text: str, items: list[Item], previous: Query) -> Lean:
    """How a follow-up's words (lower case, see `Change.text`) stand to the query before it."""
    named = _names_rows(items)
    opens = bool(_OPENS.match(text))
    if previous.measures and previous.dimensions and _picks_a_row(text, items, previous):
        return Lean.OWN
    if _points_back(text, items, previous):
        return Lean.LEANS
    full = (_asks(text, items) and named) or (opens and any(item.kind == "name" and item.table for item in items))
    if _STRONG_START.match(text) or (_ANY.match(text) and len(items) <= _FEW):
        return Lean.OWN if full and _own_question(text) else Lean.LEANS
    if _bare_superlative(items):
        return Lean.LEANS
    if full:
        return Lean.OWN
    if _WEAK_START.match(text):
        return Lean.LEANS
    if not opens:
        return Lean.OWN if named else Lean.LEANS
    return Lean.OWN if _complete_measure(items) or not _near(items, previous) else Lean.LEANS


def means_nothing_alone(text: str, items: list[Item], previous: Query) -> bool:
    """Whether the words point at the answer before or begin as a change of it; a mere fragment may be a question of its own."""
    changes = bool(_STRONG_START.match(text)) and lean(text, items, previous) is Lean.LEANS
    return changes or _points_back(text, items, previous)


def _points_back(text: str, items: list[Item], previous: Query) -> bool:
    return bool(
        _ASKS_OF_THEM.match(text)
        or _COUNTS_WHAT.match(text)
        or _WHICH_DID.match(text)
        or _all_of_them(text, items, previous)
        or _says_of_theirs(items, previous)
        or _FIRST.match(text)
        or (previous.measures and previous.dimensions and (_ONE_MORE.match(text) or _COUNTS_JUST.match(text)))
        or left_open(text)
        or _POINTS_THERE.search(text)
        or (previous.limit == 1 and previous.grouped and _ARE_THERE.match(text))
        or counts_its_rank(items, previous)
        or _points_at_rows(items)
        or _POINTS_SURELY.search(_NOT_ONES.sub("", _without_named_groups(text, items)))
        or (_PRONOUN.search(text) and not _antecedent(text, items))
    )


def _picks_a_row(text: str, items: list[Item], previous: Query) -> bool:
    """ "Which one is the oldest institution?", after figures per type: of the rows that were counted, not of the groups."""
    named = any(item.kind == "name" and item.table and item.table.table == previous.subject for item in items)
    return named and bool(_WHICH_ROW.match(text))


def _all_of_them(text: str, items: list[Item], previous: Query) -> bool:
    """ "All bridges", after the long ones: the same of all of them."""
    named = [item for item in items if item.kind == "name" and item.table and item.table.table == previous.subject]
    return len(named) == 1 and bool(previous.where) and bool(ALL_ROWS.match(text))


def _says_of_theirs(items: list[Item], previous: Query) -> bool:
    """ "What's the architect's nationality?", of bridges that are listed: that of the architect of each."""
    said = [item for item in items if item.kind not in ("stop", "mark")]
    lead = [item.lower for item in items if item.kind == "stop"][:3]
    if not {"what", "the"} <= set(lead) or any(item.kind != "name" for item in said) or previous.grouped:
        return False
    if len(said) == 1:
        other = bool(said[0].columns) and said[0].columns[0].table != previous.subject
        return other and not said[0].table and bool(re.search(r"\b\w+ ?['’]s ", said[0].lower))
    owner = said[0].table if len(said) == 2 else None
    single = owner is not None and owner.table != previous.subject and not said[0].lower.endswith("s")
    return single and not said[1].table and any(owner is not None and link.table == owner.table for link in said[1].columns)


def _without_named_groups(text: str, items: list[Item]) -> str:
    """ "How many goals did each team score?" says of what each; "how much does each cost?" leaves it to the rows before."""
    for item, noun, after in zip(items, items[1:], items[2:], strict=False):
        if item.lower == "each" and noun.kind == "name" and after.kind != "mark":
            text = text.replace(f"each {noun.lower}", noun.lower)
    return text


def counts_its_rank(items: list[Item], previous: Query) -> bool:
    """ "How many orders?", after who has the most of them: nothing is said but what the one row was ranked by."""
    ranked = previous.order[0].field if previous.order and previous.limit == 1 else None
    said = [item for item in items if item.kind not in ("stop", "mark")]
    if ranked is None or ranked.aggregate != "count" or len(said) != 2 or not said[0].is_cue("count"):
        return False
    named = said[1].table
    return said[0].lower.startswith("how many") and named is not None and named.table == ranked.table


def _points_at_rows(items: list[Item]) -> bool:
    """ "Who got those refunds?": rows that were spoken of; "those customers who pay late" are told by what follows."""
    for at, item in enumerate(items):
        noun, after = items[at + 1 : at + 2], items[at + 2 : at + 3]
        if item.lower not in ("those", "these") or not noun or noun[0].kind not in ("name", "value"):
            continue
        if not after or after[0].lower not in _RELATIVES:
            return True
    return False


def _asks(text: str, items: list[Item]) -> bool:
    asks = bool(_ASKING.search(text)) or any(item.is_cue("aggregate") or item.is_cue("count") for item in items)
    return asks or any(item.is_cue("superlative") for item in items)


def _names_rows(items: list[Item]) -> bool:
    """A name that may be a table's and is neither what is grouped or ordered by nor the column of a cell beside it."""
    for at, item in enumerate(items):
        before, after = items[max(0, at - 2) : at], items[at + 1 : at + 3]
        belongs = any(
            other.is_cue("group") or other.is_cue("order") or (other.lower == "and" and other.start) for other in before
        )
        beside = any(other.kind == "value" for other in (*before[-1:], *after))
        who = bool(before) and before[-1].lower == "who"
        if item.kind == "name" and item.table and (who or not (belongs or beside)):
            return True
    return False


def _complete_measure(items: list[Item]) -> bool:
    """ "What is the average salary by department": a measure and what it is per or of, so nothing is left to the turn before."""
    measured = any(item.is_cue("aggregate") or item.is_cue("count") for item in items)
    narrowed = any(item.is_cue("group") or item.kind in ("value", "period") for item in items)
    return measured and narrowed and any(item.kind == "name" for item in items)


def _near(items: list[Item], previous: Query) -> bool:
    """Whether the columns said may be those of the tables that were asked about."""
    tables = {*tables_of(previous)}
    named = [item for item in items if item.kind == "name" and item.columns]
    return all(any(link.table in tables for link in item.columns) for item in named)


def _antecedent(text: str, items: list[Item]) -> bool:
    """ "List the customers and their orders": the pronoun stands for what the same question names."""
    found = _PRONOUN.search(text)
    before = text[: found.start()] if found else text
    return any(item.kind == "name" and item.table and item.table.score > 0.92 and item.lower in before for item in items)


def _bare_superlative(items: list[Item]) -> bool:
    """ "Which has the most?": a superlative of nothing that is said; "which singer is booked most" says what was done."""
    for at, item in enumerate(items):
        bare = item.lower.removeprefix("the ") in ("most", "least", "fewest", "highest", "lowest")
        alone = not any(other.kind in ("name", "word", "value", "cue") for other in items[at + 1 :])
        done = at > 1 and items[at - 1].kind == "name" and any(other.kind == "name" for other in items[: at - 1])
        if item.is_cue("superlative") and bare and alone and not done:
            return True
    return False


def _own_question(text: str) -> bool:
    """ "And how many films are there?": a word of politeness before a question of its own."""
    return bool(
        re.match(
            r"(and|but|also|now|then|ok|okay|so)\b[, ]+(how many|how much|which|what|who|list|show|give|find)\b(?! about)", text
        )
    )
