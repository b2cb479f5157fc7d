"""Pointing: rows of the answer before that a follow-up tells by their place ("the second one", "the older one", "the others").

The query becomes that of those rows, and the question is asked of "it" or of "them".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from core.nl2sql.builtin.followups.listing import key_of, keys_within
from core.nl2sql.builtin.followups.restating import extreme
from core.nl2sql.builtin.linking.index import Index
from core.nl2sql.builtin.linking.linking import link
from core.nl2sql.builtin.linking.numerals import ORDINALS
from core.nl2sql.builtin.linking.text import lemma
from core.nl2sql.builtin.query.explain import order_words
from core.nl2sql.builtin.query.query import Compare, Order, Query, refs
from core.nl2sql.builtin.reading.adjectives import ranked_as
from core.nl2sql.builtin.reading.parse import Parse

_PLACE = re.compile(
    rf"\b(?:(?:the|that) ({'|'.join((*ORDINALS, 'last', 'top', 'bottom'))}) (?:one|row|entry)"
    r"|(?:the )?(number one|number 1|no\. ?1|#1))(?!\w)",
    re.IGNORECASE,
)
_NOUN_PLACE = re.compile(
    rf"\b(?:the|that) ({'|'.join((*ORDINALS, 'last', 'top', 'bottom'))}) (?!(?:one|row|entry)\b)([a-z]+)(?!\w)", re.IGNORECASE
)
_RANKED = re.compile(
    r"\b(?:the|that) ((?:[a-z]+er|[a-z]+est|best|worst|(?:more|most|less|least) [a-z]+)(?: [a-z]+(?:ed|ing))?) one\b"
)
_OTHERS = re.compile(
    r"\b(?:the|all the) (?:rest|remaining (?:ones|rows)|other (?:ones|two|three|four|five)|others)"
    r"(?: of (?:them|those|these))?\b"
)
_DOING = re.compile(r"\b(?:do|does|did|have|has|had|are|is|were|was) $", re.IGNORECASE)
_ASKS = re.compile(
    r"^(?:and |but |so |now )*(?:(?:in|on|at|from|for|to|of|by|with) )?"
    r"(?:what|which|who|whose|where|when|how|list|show|give|name|tell|did|does|do|is|are|was|were|has|have)\b",
    re.IGNORECASE,
)
_IS_THAT = re.compile(r"(?:which|who|what)(?: one)?(?:'s|s| is| was| are| were| about| comes| came| ranks)? *$", re.IGNORECASE)
_SHOWS = re.compile(r"^(?:and |so |now |just |only )*(?:show|give|list|name|what about|how about)?(?: me)? *$", re.IGNORECASE)


@dataclass(frozen=True)
class Pointed:
    """The rows meant, the question with a pronoun for them, and what was said."""

    query: Query
    text: str
    said: str = ""


def rows_pointed_at(asked: Sequence[Query], text: str, index: Index, today: date) -> Pointed:
    """ "What city is the second one in?", "who directed the older one?", "who worked on the others?"; else the query as it is.

    `asked` holds the queries before, the last one first.
    """
    if not _ASKS.match(text):
        return Pointed(asked[0], text)
    found = (
        _placed(asked[0], text, index) or _told_by_extreme(asked[0], text, index, today) or _the_others(asked, text, index, today)
    )
    return found or Pointed(asked[0], text)


def _noun_in_place(query: Query, text: str, index: Index) -> re.Match[str] | None:
    """ "The first country", of a list that shows countries."""
    found = _NOUN_PLACE.search(text)
    shown = [ref for f in (*query.dimensions, *query.keys) for ref in refs(f.expr)]
    words = {
        lemma(word) for ref in shown for word in (*index.names.columns[ref.table, ref.column], *index.names.tables[ref.table])
    }
    return found if found and lemma(found[2].lower()) in words else None


def _placed(query: Query, text: str, index: Index) -> Pointed | None:
    found = _PLACE.search(text) or _noun_in_place(query, text, index)
    if not found or not query.order or query.limit == 1 or _asks_which(text, found):
        return None
    word = (found[1] or "first").lower()
    text = _said(text, found, f"that {found[2]}" if found.re is _NOUN_PLACE else "it")
    if word in ("last", "bottom"):
        flipped = tuple(Order(o.field, not o.descending) for o in query.order)
        return Pointed(replace(query, order=flipped, limit=1, offset=0), text, "the last one")
    at = ORDINALS.get(word, 1)
    return Pointed(replace(query, limit=1, offset=query.offset + at - 1), text, f"the {'first' if word == 'top' else word} one")


def _told_by_extreme(query: Query, text: str, index: Index, today: date) -> Pointed | None:
    """ "The older one" of two, "the biggest one", "the better rated one"."""
    found = _RANKED.search(text.lower())
    if not found or query.limit == 1 or query.combine or _asks_which(text, found):
        return None
    head, _, tail = found[1].partition(" ")
    phrase = found[1] if head in ("most", "least") else f"{extreme(head)} {tail}".strip()
    parse = Parse(index, [], today, subject=query.subject)
    ranked = ranked_as(query, parse, phrase)
    cue = next((item for item in link(phrase, index, today) if item.is_cue("superlative")), None)
    if ranked is None or cue is None:
        return None
    order = (Order(ranked[0], cue.is_cue("superlative", "desc") != ranked[1]),)
    return Pointed(
        replace(query, order=order, limit=1, offset=0), _said(text, found, "it"), f"sorted by {order_words(order[0], index)}"
    )


def _the_others(asked: Sequence[Query], text: str, index: Index, today: date) -> Pointed | None:
    """The rows of the question before the last that it left out, or those behind the first few."""
    found = _OTHERS.search(text.lower())
    if not found:
        return None
    rest = _left_out(asked, Parse(index, [], today))
    if rest is None:
        return None
    pronoun = "they" if _DOING.search(text[: found.start()]) else "them"
    return Pointed(rest, _said(text, found, pronoun), "the others")


def _left_out(asked: Sequence[Query], parse: Parse) -> Query | None:
    last, key = asked[0], key_of(asked[0], parse)
    if key is None or last.combine:
        return None
    if last.limit is not None:
        wider: Query | None = replace(last, limit=None, offset=0)
    else:
        earlier = (q for q in asked[1:] if q.subject == last.subject and set(q.where) < set(last.where) and not q.combine)
        wider = next(earlier, None) if not last.grouped else None
    if wider is None:
        return None
    return replace(wider, where=(*wider.where, Compare(key, "in", negated=True, query=keys_within(last, key))))


def _asks_which(text: str, found: re.Match[str]) -> bool:
    """ "Which is the second one?" asks for the row itself."""
    before = text[: found.start()]
    return bool(_IS_THAT.search(before) or _SHOWS.match(before)) and not re.search(r"\w", text[found.end() :])


def _said(text: str, found: re.Match[str], pronoun: str) -> str:
    return f"{text[: found.start()]}{pronoun}{text[found.end() :]}"
