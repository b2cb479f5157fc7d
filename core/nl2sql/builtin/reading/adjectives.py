"""Adjectives: what "cheapest", "newest" or "most popular" ranks by in the query a follow-up edits: what it shows comes first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from core.nl2sql.builtin.linking.index import Index
from core.nl2sql.builtin.query.query import Arith, Field, Query, Ref, comparisons, tables_of
from core.nl2sql.builtin.reading.parse import Parse

_IN_TIME = {"longest": False, "shortest": False, "slowest": True, "fastest": True}
"""Of days between dates, and whether the word means the other end than for a number: the slowest took most days."""
_OF_EXTREMES = {
    "expensive": "most expensive", "cheap": "cheapest", "long": "longest", "short": "shortest", "tall": "tallest",
    "heavy": "heaviest", "light": "lightest", "rich": "richest", "poor": "poorest",
}  # fmt: skip
_MEASURED = ("", "avg", "sum", "max", "min")
_FROM = re.compile(r"^(?:from )?(?:the )?(\w+) to (?!(?:the )?(?:very )?top$).*")
_FIRST = re.compile(r" (date )?(first|on top|(at|to) (the )?(very )?top|up (top|front))$")


def direction_word(parse: Parse) -> str:
    """The adjective in a phrase of order: "newest" of "newest first", "old" of "from old to new"; empty where none is said."""
    cue = next((item for item in parse.items if item.is_cue("order")), None)
    return _FIRST.sub("", _FROM.sub(r"\1", cue.lower)) if cue else ""


def ranked_as(query: Query, parse: Parse, phrase: str) -> tuple[Field, bool] | None:
    """What the rows of the query are ranked by, and whether it runs the other way (birth year); None where nothing tells."""
    lexicon = parse.index.lexicon
    if phrase in lexicon.frequency:
        counts = [f for f in query.measures if f.aggregate == "count"]
        return (counts[0], False) if counts else None
    if phrase in _IN_TIME and (lasting := next((f for f in _fields(query) if _lasts(f)), None)):
        return lasting, _IN_TIME[phrase]
    words = lexicon.implied.get(phrase) or lexicon.implied.get(_OF_EXTREMES.get(phrase, ""), [])
    if found := _spoken_of(query, parse.index, words):
        return found
    if query.grouped or not query.subject:
        return _of_entity(query, parse, phrase)
    others = sorted(tables_of(query) - {query.subject})
    for table in (query.subject, *others) if words else ():
        if implied := parse.implied(phrase, table):
            return Field(implied[0]), implied[1]
    return None


def _lasts(field: Field) -> bool:
    return isinstance(field.expr, Arith) and field.expr.op == "days"


def _of_entity(query: Query, parse: Parse, phrase: str) -> tuple[Field, bool] | None:
    """ "Youngest first", after a number for each employee: a column of the rows the groups stand for."""
    ref = query.keys[0].expr if len(query.keys) == 1 and query.measures else None
    found = parse.implied(phrase, ref.table) if isinstance(ref, Ref) else None
    return (Field(found[0], "max"), found[1]) if found else None


def _spoken_of(query: Query, index: Index, words: Iterable[str]) -> tuple[Field, bool] | None:
    """The field of the query that bears one of the words."""
    for word in words:
        for field in _fields(query):
            if isinstance(field.expr, Ref) and word.lstrip("-") in index.names.columns[field.expr.table, field.expr.column]:
                return field, word.startswith("-")
    return None


def _fields(query: Query) -> Iterator[Field]:
    """Measures, what is shown, ordered by and compared, in that order; of a grouped query only what it can be ordered by."""
    yield from (field for field in query.measures if field.aggregate in _MEASURED)
    yield from query.dimensions
    yield from (order.field for order in query.order)
    if not query.grouped:
        yield from (compare.field for compare in comparisons(query.where) if compare.op in (">", ">=", "<", "<=", "between"))
