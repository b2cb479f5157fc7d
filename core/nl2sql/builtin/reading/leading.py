"""Leading: "largest audience first", "best paid first": a superlative that only says which rows come first sorts all of them."""

from __future__ import annotations

from core.models import Role
from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.linking.numerals import numberlike
from core.nl2sql.builtin.query.query import Field, Order, Query, Ref
from core.nl2sql.builtin.reading.adjectives import ranked_as
from core.nl2sql.builtin.reading.counting import count_of
from core.nl2sql.builtin.reading.parse import Parse

_FIRST = {"first", "on top", "at the top", "at top", "to the top", "up top", "up front"}
_ANY = {"best", "worst", "first", "last"}
"""Adjectives of whatever there is to rank by."""
_HOW_MANY = {"most", "fewest", "least"}
_LONGEST = 4
"""Words between a superlative and "first": "highest average salary first"."""


def leading(parse: Parse) -> None:
    for item in parse.items:
        if not leads(parse, item):
            continue
        between, end = _clause(parse, item)
        name = next((other for other in between if other.kind == "name"), None)
        if found := _sorted_by(parse, item, name):
            field, reverse = found
            parse.order.append(Order(field, item.is_cue("superlative", "desc") != reverse))
            for other in (item, *between, *end):
                other.role = "order"


def led(query: Query, parse: Parse) -> None:
    """ "Highest average first", "most recent year on top", "best sellers first": the order of what the query before shows."""
    for item in parse.items:
        if not leads(parse, item):
            continue
        between, end = _clause(parse, item)
        if found := _shown_by(query, parse, item, between):
            field, reverse = found
            parse.order.append(Order(field, item.is_cue("superlative", "desc") != reverse))
            for other in (item, *between, *end):
                other.role = "order"


def leads(parse: Parse, item: Item) -> bool:
    """Whether a superlative, with at most what it is of behind it, is followed by "first", or what the order starts from."""
    return bool(_clause(parse, item)[1])


def _clause(parse: Parse, item: Item) -> tuple[list[Item], list[Item]]:
    """What stands between a superlative and "first", and the words of "first"; no such words where it does not lead."""
    if item.role or not item.is_cue("superlative") or item.lower in ("first", "last"):
        return [], []
    behind = parse.items[parse.position(item) + 1 :]
    if from_end := _starts_from(parse, item, behind):
        return [], from_end
    for at in range(min(len(behind), _LONGEST + 1)):
        for size in (1, 2, 3):
            words = behind[at : at + size]
            rest = behind[at + size :]
            closed = not rest or rest[0].kind == "mark" or rest[0].lower in ("and", "please", "then")
            if " ".join(other.lower for other in words) in _FIRST and closed:
                return behind[:at], words
        if behind[at].kind in ("mark", "number", "value") or behind[at].lower in ("and", "is", "are", "was", "were", "with"):
            break
    return [], []


def _starts_from(parse: Parse, item: Item, behind: list[Item]) -> list[Item]:
    """ "Sort from highest": where an order starts, with nothing said of where it ends."""
    opened = next((other for other in parse.before(item, 2) if other.lower == "from"), None)
    sorts = any(other.is_cue("order") for other in parse.before(item, 4))
    return [opened] if opened and sorts and all(other.kind == "mark" for other in behind) else []


def _sorted_by(parse: Parse, item: Item, name: Item | None) -> tuple[Field, bool] | None:
    """The column that is named, else the one the adjective speaks of, and whether it runs the other way."""
    if name is None or _is_rows(name):
        implied = parse.implied(item.lower, parse.subject)
        return (Field(implied[0]), implied[1]) if implied else None
    ref: Ref | None = parse.column_of(name, "number", parse.subject)
    return (Field(ref), False) if ref else None


def _shown_by(query: Query, parse: Parse, item: Item, between: list[Item]) -> tuple[Field, bool] | None:
    """The measure that is said, else the column that is named, else what the adjective or the query itself ranks by."""
    cue = next((other.cue for other in between if other.is_cue("aggregate") or other.is_cue("count")), None)
    aggregate = cue.value if cue else ""
    names = [other for other in between if other.kind in ("name", "grain")]
    if found := next((f for other in names if (f := _of_name(query, parse, other, aggregate))), None):
        return found, False
    if cue:
        return next(((f, False) for f in query.measures if f.aggregate == aggregate), None)
    numbers = [ref for other in names if not _is_rows(other) and (ref := parse.column_of(other, "number", parse.subject))]
    if numbers:
        return None if query.grouped else (Field(numbers[0]), False)
    ranked = ranked_as(query, parse, item.lower)
    if ranked or (item.lower in parse.index.lexicon.implied and item.lower not in _ANY):
        return ranked
    counted = [other.table.table for other in names if other.table] if item.lower in _HOW_MANY and query.grouped else []
    return next(((f, False) for f in (*(count_of(parse, t) for t in counted), *query.measures, *_numbers(query, parse))), None)


def _of_name(query: Query, parse: Parse, item: Item, aggregate: str) -> Field | None:
    """What is shown of the column a name may be of, first as it is measured; the number of rows of a table."""
    refs = [Ref(link.table, link.column) for link in item.columns]
    said = [f for f in (*query.measures, *_numbers(query, parse)) if f.expr in refs or (f.grain and f.grain == item.grain)]
    if found := [f for f in said if f.aggregate == aggregate] or ([] if aggregate else said):
        return found[0]
    counted = item.table.table if item.table else ""
    return next((f for f in query.measures if f.aggregate == "count" and counted and f.table == counted), None)


def _numbers(query: Query, parse: Parse) -> list[Field]:
    """The numbers and times a list shows or is sorted by."""
    fields = [f for f in (*query.dimensions, *(o.field for o in query.order)) if isinstance(f.expr, Ref) and not f.aggregate]
    return [f for f in fields if isinstance(f.expr, Ref) and _ranks(parse, f.expr)]


def _ranks(parse: Parse, ref: Ref) -> bool:
    column = parse.column(ref)
    return (numberlike(column) and column.role is not Role.KEY) or column.kind.temporal


def _is_rows(name: Item) -> bool:
    """ "Tallest student first": the rows themselves."""
    return name.table is not None and not (name.columns and name.columns[0].score > name.table.score)
