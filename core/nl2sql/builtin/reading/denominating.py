"""Denominating: "the length in meters" means, of the columns that hold a length, the one in meters."""

from __future__ import annotations

from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.reading.parse import Parse


def denominated(parse: Parse) -> None:
    """A unit behind "in" settles which column an earlier name means, and says nothing more."""
    for opener, unit in zip(parse.items, parse.items[1:], strict=False):
        if opener.lower != "in" or unit.kind != "name" or unit.role or not unit.columns:
            continue
        meant = next((item for item in parse.before(opener, 12) if _may_be_in(item, unit)), None)
        if meant is not None:
            places = {(link.table, link.column) for link in unit.columns}
            meant.links = tuple(link for link in meant.links if (link.table, link.column) in places)
            unit.role = "unit"


def _may_be_in(item: Item, unit: Item) -> bool:
    """Whether some but not all of the columns a name may mean are those of the unit."""
    places = {(link.table, link.column) for link in unit.columns}
    own = {(link.table, link.column) for link in item.columns}
    return item.kind == "name" and not item.role and not item.table and own & places not in (set(), own)
