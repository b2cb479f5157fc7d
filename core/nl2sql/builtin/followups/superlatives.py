"""Superlatives: those of a follow-up that say nothing but which row ("the lowest?", "which has the most", "the oldest one")."""

from __future__ import annotations

from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.linking.numerals import ORDINALS
from core.nl2sql.builtin.query.query import Order, Query
from core.nl2sql.builtin.reading.adjectives import ranked_as
from core.nl2sql.builtin.reading.leading import leads
from core.nl2sql.builtin.reading.parse import Parse

_BARE = {
    "most", "highest", "largest", "biggest", "greatest", "top", "best", "maximum", "max",
    "least", "lowest", "smallest", "fewest", "worst", "bottom", "minimum", "min",
}  # fmt: skip
_OVERALL = {"overall", "in total", "altogether", "all together", "combined"}
_ENDS = {"first", "last"}
_BEFORE_ONE = {"which", "what", "the", "this", "that", "each", "other", "next"}


def superlative_words(query: Query, parse: Parse) -> None:
    """Takes superlatives of nothing that is said ("the lowest?", "which has the most") out of the way of the other passes."""
    for item in parse.items:
        word = item.lower.removeprefix("the ")
        if item.lower == "one" and not item.role and _stands_for_row(parse, item):
            item.role, item.number = "pronoun", None
        cue = item.is_cue("superlative") or item.is_cue("aggregate", "max", "min")
        if not cue or item.role or leads(parse, item) or _of_something(query, parse, item):
            continue
        if word in _BARE:
            item.role = "bare rank"
            _take_close(query, parse, item)
        elif item.is_cue("superlative") and word not in _ENDS and (found := ranked_as(query, parse, word)):
            item.role = "rank"
            parse.order = [Order(found[0], item.is_cue("superlative", "desc") != found[1])]
            parse.ranked, parse.limit = [found[0]], parse.limit or _number_beside(parse, item) or 1
            _take_close(query, parse, item)


def _take_close(query: Query, parse: Parse, item: Item) -> None:
    for other in parse.after(item, 3):
        other.role = "rank" if _closes(query, parse, other) else other.role


def _closes(query: Query, parse: Parse, item: Item) -> bool:
    """ "The longest on average", "the highest overall": the measure that ranks is named once more, at the end."""
    said = item.lower in _OVERALL or any(item.is_cue("aggregate", f.aggregate) for f in query.measures)
    return said and bool(query.measures) and item.is_cue("aggregate") and all(o.kind == "mark" for o in parse.after(item, 9))


def _number_beside(parse: Parse, item: Item) -> int | None:
    """ "The three cheapest", "the cheapest three"."""
    near = (*parse.before(item, 1), *parse.after(item, 1))
    number = next((other for other in near if other.number is not None and not other.role and other.lower != "one"), None)
    if number is not None:
        number.role = "limit"
    return int(number.number or 1) if number else None


def _stands_for_row(parse: Parse, item: Item) -> bool:
    """ "Which one", "the largest one", never "more than one" or "only one"."""
    before = next(iter(parse.before(item, 1)), None)
    return before is not None and (before.is_cue("superlative") or before.lower in _BEFORE_ONE or before.lower in ORDINALS)


def _of_something(query: Query, parse: Parse, item: Item) -> bool:
    """Whether a superlative says of what; the rows that are shown already say nothing new."""
    for other in parse.after(item, 4):
        if _closes(query, parse, other):
            return False
        if other.kind == "number" and other.lower != "one" and item.lower in ("top", "bottom", "best", "worst"):
            return True
        if other.kind == "name" and not (other.table and other.table.table == query.subject):
            return True
        if other.kind in ("name", "mark"):
            return False
        if other.is_cue("aggregate") or other.is_cue("count") or other.is_cue("group", "by") or other.kind in ("word", "value"):
            return True
    return False
