"""Subject: the table whose rows a question is about, before anything else is decided."""

from __future__ import annotations

from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.reading.parse import Parse
from core.nl2sql.builtin.reading.people import whom

_QUANTIFIERS = {"a", "an", "any", "the", "of", "all", "those", "their", "one"}


def find_subject(parse: Parse) -> None:
    """The counted table, else the first table said outside conditions, groups and orders, else the table of the first columns."""
    said = [item for item in parse.items if item.kind == "name" and item.table and not item.role]
    said = [item for item in said if not _participle(parse, item)] or said
    parse.subject = (
        _counted(parse)
        or next((link.table for item in said if not _secondary(parse, item) and (link := item.table)), "")
        or _of_columns(parse)
        or next((link.table for item in said if (link := item.table)), "")
        or next((item.links[0].table for item in parse.items if item.kind == "value" and item.links), "")
    )
    whom(parse)


def _participle(parse: Parse, item: Item) -> bool:
    """ "The most rented film": the verb of one table before the name of another."""
    after = next(iter(parse.after(item, 1)), None)
    return item.lower.endswith("ed") and after is not None and after.kind == "name" and after.table is not None


def _counted(parse: Parse) -> str:
    for item in parse.items:
        if item.is_cue("count"):
            for other in parse.after(item, 5):
                if other.kind == "name" and other.role != "modifier":
                    return other.table.table if other.table and not _asked_before(parse, item) else ""
                if other.kind in ("grain", "number") or other.is_cue("group") or other.is_cue("compare"):
                    break
    return ""


def _asked_before(parse: Parse, item: Item) -> bool:
    """A name before the count is what is listed; the count is then a measure of it."""
    return any(other.kind == "name" for other in parse.before(item, 99))


def _secondary(parse: Parse, item: Item) -> bool:
    before = parse.before(item, 2)
    if next((other for other in parse.before(item, 4) if other.lower not in _QUANTIFIERS), item).is_cue("not"):
        return True
    if any(other.is_cue("group") or other.is_cue("order") for other in before):
        return True
    return parse.in_condition(item)


def _of_columns(parse: Parse) -> str:
    for item in parse.items:
        if item.kind == "name" and item.columns and (ref := parse.column_of(item)):
            counted = item.table is not None and any(other.is_cue("superlative") for other in parse.before(item, 1))
            return item.table.table if item.table and counted else ref.table  # "the month with most rentals"
    return ""
