"""Counting: how many rows of what: the table a counted word means, "times" something happened, and bare numbers of rows."""

from __future__ import annotations

from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.linking.numerals import tidy
from core.nl2sql.builtin.query.query import Compare, Field
from core.nl2sql.builtin.reading.parse import Parse
from core.nl2sql.builtin.reading.people import holds_people

_ROWS = {"record", "records", "entry", "entries", "row", "rows"}
_PEOPLE = {"people", "persons"}
_TIMES = ("times", "time")
_WHOLE = 0.9
"""A column that is called just so is counted itself."""


def count_of(parse: Parse, table: str) -> Field:
    return Field(None, "count", table=table)


def counted_table(parse: Parse, item: Item) -> str:
    """The table whose rows a word counts: by its own name, or by that of its key ("cards" where there is a card_id)."""
    if item.table:
        return item.table.table
    ref = parse.column_of(item, prefer=parse.subject) if item.columns and item.columns[0].score < _WHOLE else None
    if ref is None:
        return ""
    if keys := [key for key in parse.index.table(ref.table).foreign_keys if key.columns == (ref.column,)]:
        return keys[0].ref_table
    return ref.table if parse.index.table(ref.table).primary_key == (ref.column,) else ""


def numbered(parse: Parse) -> None:
    """ "Phone number of each customer": right behind a name, "number of" counts nothing."""
    for item in parse.items:
        before = next(iter(parse.before(item, 1)), None)
        if item.is_cue("count") and item.lower == "number of" and before is not None and before.kind == "name":
            item.kind, item.cue = "stop", None


def events_of(parse: Parse, table: str) -> str:
    """What happens to the rows of a table: another table said that refers to it, else the largest that does."""
    many = [edge.other for edge in parse.index.graph.edges(table) if edge.many]
    said = [other for other in parse.tables_said() if other != table and other in many]
    return said[0] if said else max(many, key=lambda name: parse.index.table(name).row_count or 0, default=table)


def often(parse: Parse, cue: Item) -> Field | None:
    """ "How many times", "how often": rows of what the verb beside it names, else of what happens to what is asked for."""
    for other in [*parse.after(cue, 5), *parse.before(cue, 4)]:
        if other.kind == "name" and not other.role and (table := _happening(parse, other)):
            other.role = "measure"
            return count_of(parse, table)
    return count_of(parse, events_of(parse, parse.subject)) if parse.subject else None


def _happening(parse: Parse, item: Item) -> str:
    """The table of events a verb names: by its own name, or by a column of it."""
    tables = [link.table for link in item.links if link.table != parse.subject and link.kind != "value"]
    many = [edge.other for edge in parse.index.graph.edges(parse.subject) if edge.many] if parse.subject else []
    return next((table for table in tables if table in many), "")


def times(parse: Parse, number: Item) -> Field | None:
    """ "Ordered more than 20 times", "at least twice": rows of the table the verb names; where it names none, of what is asked.

    A column that is asked for is counted by the rows that hold it, an entity by what happens to it most.
    """
    after = next(iter(parse.after(number, 1)), None)
    said = after is not None and after.lower in _TIMES
    if number.lower not in ("once", "twice", "thrice") and not said:
        return None
    if said and after is not None:
        after.role = "condition"
    verb = next((other for other in parse.before(number, 8) if other.kind == "name" and _event(parse, other)), None)
    if verb is not None and verb.table is not None:
        verb.role = verb.role or "condition"
        return count_of(parse, verb.table.table)
    if not parse.subject:
        return None
    asked = next((item for item in parse.items if item.kind == "name" and not item.role), None)
    plain = asked is not None and bool(asked.columns) and (asked.table is None or asked.columns[0].score > asked.table.score)
    return count_of(parse, parse.subject if plain else events_of(parse, parse.subject))


def _event(parse: Parse, item: Item) -> bool:
    return item.table is not None and item.table.table != parse.subject


def rows(parse: Parse, follow: Item) -> Field | None:
    """ "More than 2 records": rows of what is asked about."""
    people = follow.lower in _PEOPLE and bool(parse.anchors) and holds_people(parse.anchors[0], parse.index)
    if follow.kind != "stop" or not (people or (follow.lower in _ROWS and parse.subject)):
        return None
    return count_of(parse, parse.anchors[0] if people else parse.subject)


def bare_numbers(parse: Parse) -> None:
    """ "Directors who made one movie", "courses with two prerequisites": a number of rows in a condition is exactly that many."""
    for number in parse.items:
        if number.kind != "number" or number.role or number.number is None or not _opened(parse, number):
            continue
        follow = next(iter(parse.after(number, 1)), None)
        if follow is None or follow.role:
            continue
        table = counted_table(parse, follow) if follow.kind == "name" and _is_plural(number, follow) else ""
        if table and not _is_amount(parse, follow):
            number.role = follow.role = "condition"
            parse.having.append((parse.subject, Compare(count_of(parse, table), "=", (tidy(number.number),))))


def _opened(parse: Parse, number: Item) -> bool:
    """Whether a verb or a word of condition stands right before a number, so that it is how many there are."""
    before = next(iter(parse.before(number, 1)), None)
    if before is None or before.lower in _TO or (before.lower in _IN and number.lower == "one"):
        return False  # "at least 3.8 in one course"
    verb = before.kind == "name" and not before.role and before.links[0].score <= _WHOLE
    clause = parse.in_condition(number) or any(other.lower in ("who", "that") for other in parse.before(number, 3))
    return verb or before.lower in _HAVING or (before.kind in ("stop", "word") and clause)


_HAVING = {"with", "have", "has", "having", "had"}
_IN = {"in", "at", "on", "for", "from", "by"}
_TO = {"to", "and", "or", "is", "are", "was", "were", "than", "of"}
"""Before a number these open a range or an equality."""


def _is_plural(number: Item, follow: Item) -> bool:
    return number.number == 1 or follow.lower.endswith("s") or follow.lower in ("people", "children", "staff")


def _is_amount(parse: Parse, item: Item) -> bool:
    """A column of numbers that fits better than any table ("courses with 3 credits")."""
    ref = parse.column_of(item, "number", parse.subject) if item.columns else None
    return (
        ref is not None
        and (item.table is None or item.columns[0].score > item.table.score)
        and parse.key(ref.table) != [Field(ref)]
        and not any(ref.column in edge.columns for edge in parse.index.graph.edges(ref.table))
    )
