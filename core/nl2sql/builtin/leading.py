"""Leading: "largest audience first", "best paid first": a superlative that only says which rows come first sorts all of them."""

from __future__ import annotations

from core.nl2sql.builtin.item import Item
from core.nl2sql.builtin.parse import Parse
from core.nl2sql.builtin.query import Field, Order, Ref

_FIRST = {"first", "on top", "at the top"}


def leading(parse: Parse) -> None:
    for item in parse.items:
        if not leads(parse, item):
            continue
        behind = parse.items[parse.position(item) + 1 :]
        name = behind[0] if behind[0].kind == "name" else None
        if found := _sorted_by(parse, item, name):
            field, reverse = found
            parse.order.append(Order(field, item.is_cue("superlative", "desc") != reverse))
            for other in (item, *behind[: 2 if name else 1]):
                other.role = "order"


def leads(parse: Parse, item: Item) -> bool:
    """Whether a superlative, with at most a name behind it, is followed by "first" at the end of its clause."""
    if item.role or not item.is_cue("superlative") or item.lower in ("first", "last"):
        return False
    behind = parse.items[parse.position(item) + 1 :]
    if behind and behind[0].kind == "name":
        behind = behind[1:]
    return bool(behind) and behind[0].lower in _FIRST and (len(behind) == 1 or behind[1].kind == "mark")


def _sorted_by(parse: Parse, item: Item, name: Item | None) -> tuple[Field, bool] | None:
    """The column that is named, else the one the adjective speaks of, and whether it runs the other way."""
    if name is None or _is_rows(name):
        implied = parse.implied(item.lower, parse.subject)
        return (Field(implied[0]), implied[1]) if implied else None
    ref: Ref | None = parse.column_of(name, "number", parse.subject)
    return (Field(ref), False) if ref else None


def _is_rows(name: Item) -> bool:
    """ "Tallest student first": the rows themselves."""
    return name.table is not None and not (name.columns and name.columns[0].score > name.table.score)
