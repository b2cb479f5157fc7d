"""Key names: which table's key a column is named after, from the names alone.

`customer_id`, `CustomerID` and `billing_customer_id` are named after customers; `StuID` after the table whose key has that
name; `manager_id` and `ReportsTo` after the table of people. Plurals, case and word separators do not matter.
"""

from __future__ import annotations

from enum import IntEnum

from core.execution.names import singular, stem, words
from core.models.catalog import Column, Kind, Table

_IDS = frozenset({"id", "ids", "key", "fk", "uid", "ref"})
"""Endings that mean the same."""
_ENDINGS = _IDS | {"no", "nr", "num", "number", "code", "guid", "uuid", "ssn"}
_GENERIC = _ENDINGS | {"name", "rowid", "pk", "type", "year", "title", "date"}
_PARENTS = frozenset({"parent", "predecessor", "successor", "superior"})
_BOSSES = frozenset(
    {"manager", "supervisor", "boss", "mentor", "leader", "head", "chief", "report", "reports", "rep", "representative"}
)
_PEOPLE = frozenset({"employee", "staff", "person", "people", "user", "member", "worker", "personnel", "emp", "agent"})
_AMOUNTS = """
    year month day date number num no count total sum of avg average max min rank age amount size rate percent per
    cost price
"""


class Strength(IntEnum):
    """How surely a name points to a table."""

    HINT = 1
    """A role, or a name without an ending of keys: counts only where values are there and all agree."""
    LIKELY = 2
    """A compound that ends in the table's name or key: the values that are there must all agree."""
    CERTAIN = 3
    """The table's own name, or the very name of its key: a few stray values do no harm."""


def strength(table: Table, column: Column, other: Table, key: str, own_key: str = "") -> Strength | None:
    """How surely `column` of `table` is named after `key` of `other`; None where it is not.

    own_key is the column that identifies the rows of `table`.
    """
    if table.name == other.name:
        return _within(column, other, key)
    own, base = _stem_of(other), base_of(column.name)
    same_name = stem(column.name) == stem(key) and not _is_generic(key)
    if column.name == own_key and not (base == own or (same_name and base_of(key) == own)):
        return None  # a table's own key is another's only by that table's name
    if base and base == own and has_ending(column.name) and _fits(column.name, key, own):
        return Strength.CERTAIN if _split(column.name) == words(column.name) else Strength.LIKELY
    if same_name:
        return Strength.CERTAIN if has_ending(key) else Strength.HINT
    if _compound(column.name, other, key):
        return Strength.LIKELY
    return Strength.HINT if _is_bare(column, other, key) or _is_person(column.name, own, key) else None


def has_ending(name: str) -> bool:
    """Whether the name ends as names of keys do: customer_id, CountryCode, stuid."""
    return bool(_ending(name))


def base_of(name: str) -> str:
    """The name without its ending, as a stem: 'customer_id' → 'customer', 'id' → '', 'stuid' → 'stu'."""
    split = _split(name)
    if split and split[-1] in _ENDINGS:
        return stem("_".join(split[:-1]))
    return singular(split[0][:-2]) if _ending(name) else stem(name)


def is_named_after(column: str, table: Table) -> bool:
    return base_of(column) == _stem_of(table)


def _stem_of(table: Table) -> str:
    return stem(table.local_name or table.name)


def _split(name: str) -> tuple[str, ...]:
    """The words without a number at the end: club_id_1 is named like club_id."""
    split = words(name)
    return split[:-1] if len(split) > 2 and split[-1].isdigit() else split


def _ending(name: str) -> str:
    split = _split(name)
    if not split:
        return ""
    if split[-1] in _ENDINGS:
        return split[-1]
    return "id" if len(split) == 1 and len(split[0]) > 2 and split[0].endswith("id") else ""


def _is_generic(key: str) -> bool:
    split = words(key)
    return len(split) < 2 and (not split or split[0] in _GENERIC or len(split[0]) < 3)


def _within(column: Column, table: Table, key: str) -> Strength | None:
    """Of a table that refers to itself: parent_id, manager_id, ReportsTo, original_film_id."""
    if column.name == key:
        return None
    split = words(column.name)
    role = bool(split) and split[0] in _PARENTS | _BOSSES and (has_ending(column.name) or split[-1] in ("to", "by"))
    return Strength.HINT if role or _compound(column.name, table, key) else None


def _fits(column: str, key: str, own: str) -> bool:
    """customer_id may mean customers.id or customers.customer_id, but customer_code only a code."""
    one, two = _ending(column), _ending(key)
    return base_of(key) in ("", own) and (one == two or not two or {one, two} <= _IDS)


def _compound(column: str, other: Table, key: str) -> bool:
    """billing_address_id for addresses, src_apid for a key apid, company_id for operating_companies.id."""
    split = _split(column)
    if not has_ending(column) or _ending(column) != _ending(key):
        return False
    own, base = _stem_of(other), base_of(column)
    tails = {stem("_".join(split[start:])) for start in range(1, len(split))}
    if not _is_generic(key) and stem(key) in tails:
        return True
    ends_in_table = any(stem("_".join(split[start:-1])) == own for start in range(1, len(split) - 1))
    table_words = words(other.local_name or other.name)
    table_ends_in = any(stem("_".join(table_words[start:])) == base for start in range(1, len(table_words)))
    return base_of(key) in ("", own, base) and (ends_in_table or table_ends_in)


def _is_bare(column: Column, other: Table, key: str) -> bool:
    """A column without an ending, named like the table, that holds its key: Room → rooms, winning_pilot → pilots."""
    split = words(column.name)
    if has_ending(column.name) or other.primary_key != (key,) or not split or not set(_AMOUNTS.split()).isdisjoint(split):
        return False
    own = _stem_of(other)
    if stem(column.name) == own:
        return has_ending(key) or other.by_name[key].kind is Kind.INTEGER
    ends_in_table = any("".join(split[start:]) == own for start in range(1, len(split)))  # "home_games" are counted
    return ends_in_table and has_ending(key) and column.kind is Kind.INTEGER


def _is_person(name: str, own: str, key: str) -> bool:
    """manager_id, support_rep_id: somebody of the table of people."""
    split = words(name)
    return own in _PEOPLE and has_ending(name) and len(split) > 1 and split[-2] in _BOSSES and base_of(key) in ("", own)
