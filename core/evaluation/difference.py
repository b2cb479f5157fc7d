"""Difference: what is wrong with a statement that gives other rows than the gold, by comparing the two trees."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection

from sqlglot import exp

from core.evaluation.anatomy import Anatomy, Columns, Condition, anatomy, joined

NO_SQL = "no SQL"
CLARIFIED = "clarified"
FAILS = "does not run"
UNREADABLE = "gold unreadable"
NONE = "same structure, other rows"


def differences(gold: exp.Expr | None, given: exp.Expr | None, columns: Columns) -> tuple[str, ...]:
    """What differs, the primary cause first: what stands above in a query explains what differs below it."""
    first, second = _query(gold), _query(given)
    if first is None:
        return (UNREADABLE,)
    if second is None:
        return (FAILS,)
    same = joined((first, second), columns)
    wanted, found = anatomy(first, columns, same), anatomy(second, columns, same)
    return tuple(label for compare in _COMPARED for label in compare(wanted, found)) or (NONE,)


def _query(tree: exp.Expr | None) -> exp.Query | None:
    query = tree.unnest() if tree is not None else None
    return query if isinstance(query, exp.Query) else None


def _nesting(gold: Anatomy, given: Anatomy) -> list[str]:
    missing, extra = gold.nesting - given.nesting, given.nesting - gold.nesting
    return _missing_or_extra("nesting", missing, extra)


def _tables(gold: Anatomy, given: Anatomy) -> list[str]:
    return _missing_or_extra("tables", gold.tables - given.tables, given.tables - gold.tables)


def _columns(gold: Anatomy, given: Anatomy) -> list[str]:
    return _missing_or_extra("select", gold.columns - given.columns, given.columns - gold.columns)


def _aggregate(gold: Anatomy, given: Anatomy) -> list[str]:
    return ["aggregate"] if gold.aggregates != given.aggregates else []


def _filters(gold: Anatomy, given: Anatomy) -> list[str]:
    """Conditions that have a part in common are taken as meant to be the same one."""
    missing, extra = list((gold.filters - given.filters).elements()), list((given.filters - gold.filters).elements())
    labels = []
    for label, alike in _ALIKE:
        for wanted in list(missing):
            if match := next((condition for condition in extra if alike(wanted, condition)), None):
                labels.append(label)
                missing.remove(wanted)
                extra.remove(match)
    labels += ["filter missing"] if missing else []
    labels += ["filter extra"] if extra else []
    return list(dict.fromkeys(labels))


def _group(gold: Anatomy, given: Anatomy) -> list[str]:
    return _missing_or_extra("group", gold.groups - given.groups, given.groups - gold.groups)


def _having(gold: Anatomy, given: Anatomy) -> list[str]:
    return ["having"] if gold.having != given.having else []


def _order(gold: Anatomy, given: Anatomy) -> list[str]:
    if gold.order != given.order:
        return ["order"]
    return ["direction"] if gold.descending != given.descending else []


def _limit(gold: Anatomy, given: Anatomy) -> list[str]:
    return ["limit"] if gold.limit != given.limit else []


def _distinct(gold: Anatomy, given: Anatomy) -> list[str]:
    return ["distinct"] if gold.distinct != given.distinct else []


def _missing_or_extra(part: str, missing: Collection[str] | Counter[str], extra: Collection[str] | Counter[str]) -> list[str]:
    if missing and extra:
        return [f"{part} other"]
    return [f"{part} missing"] if missing else [f"{part} extra"] if extra else []


_ALIKE: tuple[tuple[str, Callable[[Condition, Condition], bool]], ...] = (
    ("filter operator", lambda wanted, given: (wanted.term, wanted.value) == (given.term, given.value)),
    ("filter value", lambda wanted, given: (wanted.term, wanted.operator) == (given.term, given.operator)),
    ("filter column", lambda wanted, given: wanted.value == given.value),
    ("filter value", lambda wanted, given: wanted.term == given.term),
)
_COMPARED = (_nesting, _tables, _columns, _aggregate, _filters, _group, _having, _order, _limit, _distinct)
