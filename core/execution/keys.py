"""Keys: foreign keys nobody declared, proposed by names and kept where the values agree. Rather none than a false one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import sqlalchemy as sa

from core.errors import SqlFailed, SqlTimeout
from core.execution.asker import Asker, relation
from core.execution.key_names import Strength, base_of, has_ending, is_named_after, strength
from core.models.catalog import Column, ForeignKey, Kind, Table

SAMPLE_VALUES = 1_000
"""Distinct values of a column that are looked for in the other table."""
SAMPLE_ROWS = 200_000
STRAY_SHARE = 0.1
"""Of those, how many may be missing there when the name is certain: undeclared keys are not always kept clean."""
_LONG, _SEVERAL = 6, 3
"""Digits or characters of a key that nothing else agrees with by chance, and the least of its values that must be there."""
_JOINABLE = (Kind.INTEGER, Kind.DECIMAL, Kind.FLOAT, Kind.TEXT, Kind.OTHER)


@dataclass(frozen=True)
class Proposal:
    table: Table
    column: Column
    ref_table: Table
    ref_column: Column
    strength: Strength


def with_inferred_keys(asker: Asker, tables: Iterable[Table]) -> tuple[Table, ...]:
    """The tables with inferred foreign keys of one column after the declared ones; no key refers to a view."""
    listed = tuple(tables)
    targets = {table.name: row_keys(table) for table in listed if not table.is_view}
    long = [(table, key) for table in listed for name in targets.get(table.name, ()) if _is_long(key := table.by_name[name])]
    return tuple(
        replace(table, foreign_keys=(*table.foreign_keys, *_inferred(asker, table, listed, targets, long))) for table in listed
    )


def row_keys(table: Table) -> tuple[str, ...]:
    """Columns that alone identify a row: the declared keys, or, where there are none, ids whose values are all different."""
    unique = [key for key in table.unique_keys if has_ending(key[0])]  # an e-mail address is unique, but no key
    declared = [key[0] for key in (table.primary_key, *unique) if len(key) == 1]
    if declared or table.primary_key:
        return tuple(dict.fromkeys(declared))
    return tuple(
        column.name
        for position, column in enumerate(table.columns)
        if _all_different(column, table)
        and has_ending(column.name)
        and (position == 0 or not base_of(column.name) or is_named_after(column.name, table))
    )


def proposals(
    table: Table, column: Column, tables: Iterable[Table], targets: Mapping[str, tuple[str, ...]], dialect: str
) -> list[Proposal]:
    """What the column's name may refer to, the surest first, then the table it is named after, then the largest."""
    found = []
    for other in tables:
        for key in targets.get(other.name, ()):
            sure = strength(table, column, other, key, _own_key(table, other, targets))
            if sure is not None and _comparable(column, other.by_name[key], dialect):
                order = (sure, is_named_after(column.name, other), other.row_count or 0)
                found.append((order, Proposal(table, column, other, other.by_name[key], sure)))
    found.sort(key=lambda entry: entry[0], reverse=True)
    return [proposal for _, proposal in found]


def _by_values(table: Table, column: Column, long: Iterable[tuple[Table, Column]]) -> list[Proposal]:
    """Those of the long keys that the column's values may be; it holds nothing but such values only by referring to them."""
    if (column.name,) == table.primary_key or (column.distinct_count or 0) < _SEVERAL:
        return []
    return [Proposal(table, column, other, key, Strength.HINT) for other, key in long if key != column and _within(column, key)]


def _is_long(key: Column) -> bool:
    """Numbers of six digits or more, or texts as long that hold one: a number of insurance, an order's code."""
    if key.kind is Kind.INTEGER:
        return (key.minimum or "").isdigit() and len(key.minimum or "") >= _LONG
    coded = [sample for sample in key.samples if len(sample) >= _LONG and " " not in sample and any(map(str.isdigit, sample))]
    return key.kind is Kind.TEXT and len(coded) == len(key.samples) > 1


def _within(column: Column, key: Column) -> bool:
    """Whether the values may all be among those of the key, by what is known of both."""
    if column.kind is not key.kind or (column.distinct_count or 0) > (key.distinct_count or 0):
        return False
    if column.kind is not Kind.INTEGER:
        return True
    try:
        return int(key.minimum or "") <= int(column.minimum or "") <= int(column.maximum or "") <= int(key.maximum or "")
    except ValueError:
        return False


def _own_key(table: Table, other: Table, targets: Mapping[str, tuple[str, ...]]) -> str:
    """What identifies the table's rows; a guess at it does not count against a declared key of the other table."""
    if table.primary_key:
        return table.primary_key[0] if len(table.primary_key) == 1 else ""
    return "" if other.primary_key else next(iter(targets.get(table.name, ())), "")


def _inferred(
    asker: Asker,
    table: Table,
    tables: tuple[Table, ...],
    targets: Mapping[str, tuple[str, ...]],
    long: Iterable[tuple[Table, Column]],
) -> list[ForeignKey]:
    declared = {name for key in table.foreign_keys for name in key.columns}
    keys = []
    for column in table.columns:
        if column.name in declared or column.kind not in _JOINABLE:
            continue
        proposed = proposals(table, column, tables, targets, asker.dialect) or _by_values(table, column, long)
        held = next((proposal for proposal in proposed if _holds(asker, proposal)), None)
        if held is not None:
            keys.append(ForeignKey((column.name,), held.ref_table.name, (held.ref_column.name,), inferred=True))
    return keys


def _all_different(column: Column, table: Table) -> bool:
    return bool(table.row_count) and column.distinct_count == table.row_count and column.kind in _JOINABLE


def _comparable(one: Column, two: Column, dialect: str) -> bool:
    """SQLite compares numbers in texts as numbers; elsewhere joining them is an error."""
    whole = (Kind.INTEGER, Kind.DECIMAL)
    return one.kind is two.kind or (one.kind in whole and two.kind in whole) or dialect == "sqlite"


def _holds(asker: Asker, proposal: Proposal) -> bool:
    """Whether the column's values are found in the other table."""
    try:
        total, found = asker.rows(_agreement(proposal))[0]
    except (SqlFailed, SqlTimeout):
        return False
    if not total:
        return proposal.strength > Strength.HINT and proposal.column.kind is proposal.ref_column.kind
    if not proposal.ref_table.row_count:
        return proposal.strength is Strength.CERTAIN and proposal.column.kind is proposal.ref_column.kind
    strays = STRAY_SHARE * total if proposal.strength is Strength.CERTAIN else 0
    return int(total) - int(found) <= strays


def _agreement(proposal: Proposal) -> sa.Select[int, int]:
    """How many different values of a sample there are, and how many of them the other table has."""
    value = relation(proposal.table).c[proposal.column.name]
    key = relation(proposal.ref_table).c[proposal.ref_column.name]
    filled: list[sa.ColumnElement[bool]] = [value.is_not(None)]
    if proposal.column.kind is Kind.INTEGER and proposal.ref_column.minimum != "0":
        filled.append(value != 0)  # where no row has the id 0, it stands for none
    head = sa.select(value.label("value")).where(*filled).limit(SAMPLE_ROWS).subquery("head")
    sample = sa.select(head.c.value).distinct().limit(SAMPLE_VALUES).subquery("sample")
    indexed = (proposal.ref_column.name,) in (proposal.ref_table.primary_key, *proposal.ref_table.unique_keys)
    # without an index a look-up is a scan, and one scan for all values is better than one for each
    present = sa.exists().where(key == sample.c.value) if indexed else sample.c.value.in_(sa.select(key))
    return sa.select(sa.func.count(), sa.func.count(sa.case((present, 1)))).select_from(sample)
