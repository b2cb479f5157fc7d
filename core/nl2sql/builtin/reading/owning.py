"""Owning: "names of suppliers", "the supplier's name": a word every table could answer to belongs to the table beside it."""

from __future__ import annotations

from core.models import Assumption, Kind
from core.nl2sql.builtin.linking.index import Link
from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.linking.text import lemma
from core.nl2sql.builtin.query.query import Ref
from core.nl2sql.builtin.reading.parse import Parse

_GENERIC = ("name", "title")
_BETWEEN = {"of", "the", "all", "any", "each", "every", "our", "these", "those", "different"}
_JOINING = {"and", ",", "&", "the", "as", "well", "full"}
_LISTING = {"with", "just", "only", "the", "their"}
"""Words between rows and the columns that are listed of them."""
_CERTAIN, _NEAR = 0.8, 0.6


def owned(parse: Parse) -> None:
    """A generic word is the column of its owner that bears it, else what the owner's rows are known by; never another table's."""
    for item in parse.items:
        if _only_a_word(parse, item) and (named := _named(parse, item)) and (owner := _table(named)):
            item.kind, item.owner = "name", owner
            item.links = _label(parse, owner)
            continue
        if _only_an_id(item) and (named := _named(parse, item)) and (key := parse.key(_table(named)) if _table(named) else []):
            if len(key) == 1 and isinstance(ref := key[0].expr, Ref):
                item.kind, item.links = "name", (Link("column", ref.table, ref.column),)
            continue
        if item.kind != "name" or item.role or lemma(item.lower) not in _GENERIC:
            continue
        named = _named(parse, item) or _headed(parse, item)
        if named is not None and _is_column_of_names(parse, named):
            item.role = "naming"  # "names of directors" where a column holds them: the directors themselves
        elif named is not None and (owner := _table(named)):
            own = tuple(link for link in item.columns if link.table == owner and _bears(parse, owner, link.column, item))
            if own:
                item.links = own
            elif not (item.table and item.table.score > _CERTAIN):
                item.owner = owner
                _nameless(parse, owner)
                item.links = _label(parse, owner)


def _only_a_word(parse: Parse, item: Item) -> bool:
    """ "Name of every company" where no column at all is called name."""
    return item.kind == "stop" and item.lower in ("name", "names") and not item.role and parse.position(item) > 0


def _only_an_id(item: Item) -> bool:
    """ "The id of the aircraft" where its key is called otherwise (aid)."""
    return item.kind in ("word", "stop") and item.lower in ("id", "ids") and not item.role


def _label(parse: Parse, table: str) -> tuple[Link, ...]:
    found = [field.expr for field in parse.label(table) if isinstance(field.expr, Ref)]
    return tuple(Link("column", ref.table, ref.column) for ref in found)


def _bears(parse: Parse, table: str, column: str, item: Item) -> bool:
    return lemma(item.lower) in parse.index.names.columns[table, column]


def _nameless(parse: Parse, table: str) -> None:
    """Rows known by nothing but a key are shown by it, and that is said."""
    if not parse.kind_of(table) and set(parse.label_names(table)) <= set(parse.index.table(table).primary_key):
        own = " ".join(parse.index.names.tables[table])
        parse.notes.append(Assumption("column", f"A {own} has no name here; {' and '.join(parse.label_names(table))} is shown"))
        parse.doubts.append(f"{table} has no names")


def _named(parse: Parse, item: Item) -> Item | None:
    """What stands in "names of (all the) suppliers" or in "supplier names", if anything does."""
    before = parse.before(item, 1)
    if before and before[0].kind == "name" and _table(before[0]) and not before[0].role:
        return before[0]
    following = parse.after(item, 10)
    of = next((at for at, other in enumerate(following) if _of(other)), None)
    if of is not None and all(other.kind == "name" or other.lower in _JOINING for other in following[:of]):
        named = next(
            (other for other in following[of + 1 :] if not set(other.lower.split()) <= _BETWEEN and not other.is_cue("distinct")),
            None,
        )
        return named if named and named.kind == "name" else None
    before = parse.before(item, 2)
    if before and before[0].text in ("'s", "’s", "'", "’"):
        before = before[1:]
    return before[0] if before and before[0].kind == "name" else None


def _headed(parse: Parse, item: Item) -> Item | None:
    """ "German customers: name, email", "customers, names only": the table whose columns are listed behind it."""
    for other in parse.before(item, 6):
        if other.kind == "name":
            return other if _table(other) and not other.role else None
        if other.kind != "mark" and other.lower not in _LISTING:
            return None
    return None


def _of(item: Item) -> bool:
    """ "Of", "of each", "for each"."""
    return item.lower == "of" or (item.is_cue("group", "group") and item.lower.split()[0] in ("of", "for"))


def _is_column_of_names(parse: Parse, item: Item) -> bool:
    """A word that only a column of texts bears: its cells are the names."""
    best = next(iter(item.columns), None)
    if best is None or best.score < _CERTAIN or (item.table and item.table.score >= best.score - 0.1):
        return False
    return parse.index.column(best.table, best.column).kind is Kind.TEXT and lemma(item.lower) not in _GENERIC


def _table(item: Item) -> str:
    return item.table.table if item.kind == "name" and item.table and item.table.score >= _NEAR else ""
