"""Owning: "names of suppliers", "the supplier's name": a word every table could answer to belongs to the table beside it."""

from __future__ import annotations

from core.models import Assumption
from core.nl2sql.builtin.index import Link
from core.nl2sql.builtin.item import Item
from core.nl2sql.builtin.parse import Parse
from core.nl2sql.builtin.text import lemma

_GENERIC = ("name", "title")
_BETWEEN = {"of", "the", "all", "any", "each", "every", "our", "these", "those", "different"}
_JOINING = {"and", ",", "&", "the", "as", "well"}
_CERTAIN, _NEAR = 0.8, 0.6


def owned(parse: Parse) -> None:
    """A generic word is the column of its owner that bears it, else what the owner's rows are known by; never another table's."""
    for item in parse.items:
        if item.kind != "name" or item.role or lemma(item.lower) not in _GENERIC:
            continue
        if owner := _owner(parse, item):
            own = tuple(link for link in item.columns if link.table == owner and _bears(parse, owner, link.column, item))
            if own:
                item.links = own
            elif not (item.table and item.table.score > _CERTAIN):
                item.owner = owner
                _nameless(parse, owner)
                item.links = tuple(Link("column", owner, column) for column in parse.label_names(owner))


def _bears(parse: Parse, table: str, column: str, item: Item) -> bool:
    return lemma(item.lower) in parse.index.names.columns[table, column]


def _nameless(parse: Parse, table: str) -> None:
    """Rows known by nothing but a key are shown by it, and that is said."""
    if set(parse.label_names(table)) <= set(parse.index.table(table).primary_key):
        own = " ".join(parse.index.names.tables[table])
        parse.notes.append(Assumption("column", f"A {own} has no name here; {' and '.join(parse.label_names(table))} is shown"))
        parse.doubts.append(f"{table} has no names")


def _owner(parse: Parse, item: Item) -> str:
    """The table of "names of (all the) suppliers" or of "supplier names"; empty where none stands there."""
    following = parse.after(item, 10)
    of = next((at for at, other in enumerate(following) if other.lower == "of"), None)
    if of is not None and all(other.kind == "name" or other.lower in _JOINING for other in following[:of]):
        named = next((other for other in following[of:] if other.lower not in _BETWEEN), None)
        return _table(named) if named else ""
    before = parse.before(item, 2)
    if before and before[0].text in ("'s", "’s", "'", "’"):
        before = before[1:]
    return _table(before[0]) if before else ""


def _table(item: Item) -> str:
    return item.table.table if item.kind == "name" and item.table and item.table.score >= _NEAR else ""
