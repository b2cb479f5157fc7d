"""Roles: what each column is for in questions, from its kind, its keys, its name and its figures. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from core.execution.names import singular, stem, words
from core.models.catalog import Column, Kind, Role, Table

_KEY_WORDS = frozenset({"id", "ids", "key", "uuid", "guid", "oid", "pk", "fk", "rowid"})
_CODES = """
    type status state flag level class code group category grade rank priority month day weekday quarter year week
    hour zip zipcode postal postcode phone fax mobile telephone extension latitude longitude lat lng lon version
    season sequence seq position index number no nr num ssn isbn date
"""
"""Last words of numbers that name something rather than measure it."""
_AMOUNTS = frozenset({"count", "total", "amount", "sum", "qty", "quantity", "rate", "ratio", "score", "price", "cost", "of"})
"""Words that make a measure in spite of one above: 'number of employees', 'class count'."""
_NAMES = frozenset(
    {"name", "label", "caption", "subject", "headline", "fullname", "username", "nickname", "firstname", "lastname"}
)
_PERSON = (("first", "name"), ("last", "name"), ("given", "name"), ("family", "name"), ("fname",), ("lname",), ("surname",))
_NOT_IDS = frozenset({"paid", "bid", "valid", "invalid", "void", "grid", "aid", "liquid", "solid", "unpaid", "prepaid", "covid"})
_YEARS = (1500, 2200)


def with_roles(tables: Iterable[Table]) -> tuple[Table, ...]:
    return tuple(_with_roles(table) for table in tables)


def _with_roles(table: Table) -> Table:
    keys = _key_columns(table)
    labels = _labels(table, keys)
    columns = tuple(replace(column, role=_role(column, keys, labels)) for column in table.columns)
    return replace(table, columns=columns)


def _role(column: Column, keys: set[str], labels: set[str]) -> Role:
    if column.name in labels:
        return Role.LABEL
    if column.name in keys:
        return Role.KEY
    if column.kind.temporal:
        return Role.TIME
    if column.kind.numeric and not is_code(column):
        return Role.MEASURE
    return Role.DIMENSION


def is_key_name(name: str) -> bool:
    """id, customer_id, CustomerID, row key, uuid …"""
    split = words(name)
    return bool(split) and split[-1] in _KEY_WORDS


def _is_key_like(column: Column) -> bool:
    """By its name alone; of whole numbers, stuid and FID, too."""
    if column.kind is Kind.INTEGER and column.name.lower().endswith("id"):
        return column.name.lower() not in _NOT_IDS
    return is_key_name(column.name)


def is_code(column: Column) -> bool:
    """Whether a number names something (a year, a month, a 0/1 flag, a zip code) instead of measuring it."""
    split = words(column.name)
    if column.kind is not Kind.INTEGER:
        return bool(split) and split[-1] in {"latitude", "longitude", "lat", "lng", "lon"}
    if column.distinct_count is not None and column.minimum == "0" and column.maximum == "1":
        return True
    if "year" in (*split, *words(column.type)) and _all_years(column):
        return True
    return bool(split) and split[-1] in _CODES.split() and not _AMOUNTS.intersection(split)


def _all_years(column: Column) -> bool:
    if column.minimum is None or column.maximum is None:
        return True
    return _YEARS[0] <= int(float(column.minimum)) and int(float(column.maximum)) <= _YEARS[1]


def _key_columns(table: Table) -> set[str]:
    foreign = {name for key in table.foreign_keys for name in key.columns}
    named = {column.name for column in table.columns if _is_key_like(column)}
    if len(table.primary_key) == 1:
        return foreign | named | {name for name in table.primary_key if not table.by_name[name].kind.temporal}
    parts = (table.by_name[name] for name in table.primary_key)
    # of a key of several columns, a year or a semester is what one groups by, and an amount what one sums
    return foreign | named | {column.name for column in parts if column.kind is Kind.INTEGER and not is_code(column)}


def _labels(table: Table, keys: set[str]) -> set[str]:
    """The text columns a row is known by: first and last name together, else the best name there is, else none."""
    texts = [column for column in table.columns if column.kind is Kind.TEXT and not _is_foreign(table, column.name)]
    person = {column.name for column in texts if words(column.name)[-2:] in _PERSON or words(column.name)[-1:] in _PERSON}
    if person:
        return person
    ranked = sorted((rank, position) for position, column in enumerate(texts) if (rank := _rank(table, column, keys)) is not None)
    return {texts[ranked[0][1]].name} if ranked else set()


def _is_foreign(table: Table, name: str) -> bool:
    return any(name in key.columns for key in table.foreign_keys)


def _rank(table: Table, column: Column, keys: set[str]) -> int | None:
    """How good a label the column is, 0 the best; None where it is none."""
    own, split = stem(table.local_name or table.name), words(column.name)
    if not split or is_key_name(column.name):
        return None
    last, joined = singular(split[-1]), stem(column.name)
    if joined == "name" or joined in (f"{own}name", f"{own}title"):
        return 0
    if joined == "title":
        return 1
    if joined == own or (last in ("name", "title") and stem("".join(split[:-1])) in own):
        return 2
    if joined in _NAMES or last == "name":
        return 3 if _tells_apart(table, column) or not table.row_count else None
    if last in ("title", "label", "caption", "description", "desc") and _tells_apart(table, column):
        return 4
    is_link = len(table.foreign_keys) > 1
    alone = column.name not in keys and not is_link and _is_only_text(table, column)
    return 5 if alone and _tells_apart(table, column) else None


def _tells_apart(table: Table, column: Column) -> bool:
    """Whether most rows have a value of their own."""
    if not table.row_count or column.distinct_count is None:
        return False
    return column.distinct_count >= 0.7 * table.row_count


def _is_only_text(table: Table, column: Column) -> bool:
    return [other.name for other in table.columns if other.kind is Kind.TEXT] == [column.name]
