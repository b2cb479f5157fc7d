"""Zones: whether a name stands among what is asked for, or behind a preposition or a verb that only says which rows are meant."""

from __future__ import annotations

from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.linking.text import lemma
from core.nl2sql.builtin.query.query import Compare, Ref, comparisons
from core.nl2sql.builtin.reading.parse import Parse

_DEFINITE = {"the", "their", "its", "his", "her", "corresponding", "respective"}
_SKIPPED = _DEFINITE | {
    "a", "an", "all", "any", "these", "those", "both", "associated", "other", "some", "same", "different", "each", "every",
    "our", "related", "given",
}  # fmt: skip
_JOINING = {"and", ",", "or", "&", "as", "well"}
_PREPOSITIONS = {
    "for", "in", "from", "by", "at", "on", "to", "under", "across", "during", "within", "among", "through", "via", "into",
    "about", "between", "before", "after", "since", "without", "than", "over",
}  # fmt: skip
_BEFORE_VERB = {
    "they",
    "he",
    "she",
    "it",
    "we",
    "who",
    "that",
    "which",
    "is",
    "are",
    "was",
    "were",
    "be",
    "been",
    "being",
    "have",
    "has",
    "had",
}

_WHOLE = 0.95
"""A word that is all of a column's name."""


def attached(parse: Parse, item: Item) -> bool:
    """Whether a name is part of what narrows the rows ("for all schools", "in the stadium") rather than asked for."""
    if _is_verb(parse, item) or _is_said_of_value(parse, item):
        return True
    definite = any(other.lower == "of" for other in parse.after(item, 1))
    several = False
    for other in parse.before(item, 30):
        if other.lower in _SKIPPED or other.is_cue("distinct") or other.is_cue("group", "group"):
            definite = definite or other.lower in _DEFINITE
            several = several or other.is_cue("distinct") or other.lower == "different"
        elif other.lower in _JOINING:
            return _joined(parse, other, definite)
        elif other.lower == "of":
            return _headed(parse, other)
        elif other.lower in _PREPOSITIONS:
            return not (several and any(output.field.aggregate for output in parse.outputs))  # "in different cities" is per city
        elif _is_verb(parse, other):
            return True
        elif not (other.kind == "word" or (other.kind in ("name", "value") and other.end >= item.start - 3 and not other.owner)):
            return False
    return False


def listed(parse: Parse, item: Item) -> bool:
    """Whether a table is one of several things asked for: "the rank, company and sales", "the title and the country"."""
    compound = any(other.kind == "name" for other in (*parse.before(item, 1), *parse.after(item, 1)))
    if compound or attached(parse, item):
        return False
    return _sibling(parse.before(item, 5)) or _sibling(parse.after(item, 4))


def _sibling(beside: list[Item]) -> bool:
    """A column to show on the other side of "and" or a comma."""
    joined = False
    for other in beside:
        if other.lower in ("and", ",", "&"):
            joined = True
        elif other.kind == "name":
            column = bool(other.columns) and not (other.table and other.table.score >= other.columns[0].score)
            return joined and other.role in ("", "target") and (column or bool(other.owner) or other.role == "target")
        elif other.lower not in _SKIPPED and not other.is_cue("distinct"):
            return False
    return False


def sibling_column(parse: Parse, item: Item) -> Ref | None:
    """The column called like the table, in the table that the other things asked for are columns of."""
    others = [other for other in (*parse.before(item, 5), *parse.after(item, 4)) if other.kind == "name" and not other.owner]
    tables = [{link.table for link in other.columns if link.score >= _WHOLE} for other in others]
    beside = {table for found in tables if len(found) == 1 for table in found}
    return next((Ref(link.table, link.column) for link in item.columns if link.score >= _WHOLE and link.table in beside), None)


def _joined(parse: Parse, joint: Item, definite: bool) -> bool:
    """Joined by "and": as what it is joined to, but "… of actors and the musicals" is asked for again."""
    before = next((o for o in parse.before(joint, 6) if o.kind in ("name", "value", "number") or o.role == "target"), None)
    if definite or before is None or before.role in ("target", "measure", "group", ""):
        return False
    if before.role == "subject":
        shown = any(output.at == before.start for output in parse.outputs)
        return not shown and attached(parse, before)
    return True


def _headed(parse: Parse, of: Item) -> bool:
    """ "The date of the departure": what is asked stands before "of" already."""
    head = next(iter(parse.before(of, 1)), None)
    return head is not None and head.kind == "name" and head.role in ("target", "measure", "group")


def _is_verb(parse: Parse, item: Item) -> bool:
    """ "Movies directed", "they attended": a participle behind a noun or a pronoun."""
    word = item.lower
    if (
        " " in word
        or word in _BEFORE_VERB
        or not (word.endswith(("ed", "ing")) or (lemma(word) != word and not word.endswith("s")))
    ):
        return False
    before = next(iter(parse.before(item, 1)), None)
    if before is None or not parse.position(before):
        return False  # "who directed …", "which building …"
    if parse.items[0].lower in ("who", "when", "where") and not parse.outputs:
        return False  # "when was the parcel shipped"
    return before.kind in ("name", "value") or before.lower in _BEFORE_VERB


def _is_said_of_value(parse: Parse, item: Item) -> bool:
    """ "The Alaska state", "the school called Clemson": the column of the cell beside it, already a condition."""
    used = {
        (compare.field.expr.table, compare.field.expr.column)
        for compare in comparisons(tuple(parse.where))
        if isinstance(compare, Compare) and isinstance(compare.field.expr, Ref)
    }
    beside = [*_near(parse.before(item, 1)), *_near(parse.after(item, 3))]
    return any((link.table, link.column) in used for link in item.columns) and any(
        other.role == "condition" and other.kind in ("value", "number") for other in beside
    )


def _near(items: list[Item]) -> list[Item]:
    """What stands beside with nothing but a word of naming between."""
    found: list[Item] = []
    for other in items:
        found.append(other)
        if other.kind not in ("stop",) and not other.is_cue("compare", "="):
            break
    return found
