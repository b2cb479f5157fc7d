"""Query: what a question asks for, apart from any SQL dialect and any join. Frozen; it is edited by making another one.

Joins are not in it: they follow from the columns used (see `plan`); `via` names tables a join prefers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Scalar = str | int | float | bool | None
Over = Literal["", "running", "change", "growth"]


@dataclass(frozen=True)
class Ref:
    """A column of a table; `role` tells apart two ways to the same table (the foreign key's column), empty where there is one."""

    table: str
    column: str
    role: str = ""


@dataclass(frozen=True)
class Arith:
    """Arithmetic between columns and numbers: a derived measure such as price × quantity × (1 − discount)."""

    op: Literal["+", "-", "*", "/", "days"]
    """days: from the right date to the left one, with a fraction where times are known."""
    left: Expr
    right: Expr


Expr = Ref | Arith | int | float


@dataclass(frozen=True)
class Field:
    """Something shown, grouped, ordered or compared: an expression, possibly aggregated or cut to a time grain."""

    expr: Expr | None = None
    """None: the rows of `table` (count of rows)."""
    aggregate: str = ""
    """count, sum, avg, median, min or max; empty for a plain one."""
    distinct: bool = False
    grain: str = ""
    """day, week, month, quarter, year or weekday for a time column."""
    table: str = ""
    """The table whose rows are counted when `expr` is None."""
    label: str = ""
    """What the question calls it; the heading of the column when set."""
    share: bool = False
    """The aggregate as percent of its total: over everything shown, or, with `when`, of the rows that fulfil it over all rows."""
    when: tuple[Compare | AnyOf, ...] = ()
    """With `share`: what the rows of the part fulfil."""
    per: Field | None = None
    """The aggregate is divided by how many different values this has: the orders per customer."""
    over: Over = ""
    """Along the time shown: added up so far, or against the period before, as a difference or in percent of it."""


@dataclass(frozen=True)
class Compare:
    """field op values. Ops: = != > >= < <= in between like period null. `period` holds ISO days [start, end), either None."""

    field: Field
    op: str
    values: tuple[Scalar, ...] = ()
    negated: bool = False
    label: str = ""
    """How a period was said ("last quarter")."""
    query: Query | None = None
    """A nested query whose single value stands in for `values` (more than the average), or whose rows are the set for `in`."""


@dataclass(frozen=True)
class AnyOf:
    """At least one of the conditions holds."""

    parts: tuple[Compare, ...]


@dataclass(frozen=True)
class Related:
    """There is a row of `table` (fulfilling `where`) related to the row of the query; negated: there is none."""

    table: str
    where: tuple[Compare | AnyOf, ...] = ()
    negated: bool = False


Condition = Compare | AnyOf | Related


@dataclass(frozen=True)
class Order:
    field: Field
    descending: bool = False


@dataclass(frozen=True)
class Query:
    subject: str
    """The table whose rows are listed, counted or summed."""
    select: tuple[Field, ...] = ()
    """In order of display. With an aggregate among them, the others are grouped by."""
    keys: tuple[Field, ...] = ()
    """Grouped by but not shown: the key of the entity whose name is shown."""
    where: tuple[Condition, ...] = ()
    having: tuple[Compare, ...] = ()
    order: tuple[Order, ...] = ()
    limit: int | None = None
    within: tuple[Field, ...] = ()
    """The limit counts anew for each of these; rows that tie with the last are kept."""
    offset: int = 0
    """Rows left out before the first that is shown: "the second one"."""
    distinct: bool = False
    tables: tuple[str, ...] = ()
    """Related tables that must have a row though no column of them is used."""
    via: tuple[str, ...] = ()
    every: str = ""
    """A table all of whose rows stand, also those with no related row: the customers without orders count 0."""
    flat: bool = False
    """Filters beyond a key to many are joined, so that a row stands once for every row that fulfils them."""
    stable: bool = True
    """Rows that tie are ordered by what is shown, so that a limit keeps the same ones on every database."""
    combine: Literal["", "union", "intersect", "except"] = ""
    other: Query | None = None
    """The second operand of `combine`."""

    @property
    def measures(self) -> tuple[Field, ...]:
        return tuple(field for field in self.select if field.aggregate)

    @property
    def dimensions(self) -> tuple[Field, ...]:
        return tuple(field for field in self.select if not field.aggregate)

    @property
    def grouped(self) -> bool:
        """Rows are collapsed: there is an aggregate somewhere, or grouping keys."""
        aggregates = any(
            field.aggregate for field in (*self.select, *(o.field for o in self.order), *(c.field for c in self.having))
        )
        return aggregates or bool(self.keys)


def refs(expr: Expr | None) -> Iterator[Ref]:
    """The columns an expression rests on."""
    if isinstance(expr, Ref):
        yield expr
    elif isinstance(expr, Arith):
        yield from refs(expr.left)
        yield from refs(expr.right)


def comparisons(conditions: tuple[Condition, ...]) -> Iterator[Compare]:
    """The plain comparisons of a filter, those inside an `AnyOf` too, those inside a `Related` not."""
    for condition in conditions:
        if isinstance(condition, Compare):
            yield condition
        elif isinstance(condition, AnyOf):
            yield from condition.parts


def fields(query: Query) -> Iterator[Field]:
    """Every field of the query itself (not of nested ones), in the order select, keys, where, having, order."""
    yield from query.select
    yield from query.keys
    yield from (compare.field for compare in comparisons(query.where))
    yield from (compare.field for compare in query.having)
    yield from (order.field for order in query.order)
    yield from query.within


def tables_of(query: Query) -> frozenset[str]:
    """The tables a query speaks of: its subject, and those of its fields."""
    used = {ref.table for field in fields(query) for ref in refs(field.expr)}
    return frozenset({query.subject} | used | {field.table for field in query.select if field.table})
