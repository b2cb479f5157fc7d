"""Scope: one SELECT being built: what its tables are called, and how columns, expressions and aggregates are written in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from sqlglot import Dialect, exp

from core.models import Kind
from core.nl2sql.builtin.linking.index import Index
from core.nl2sql.builtin.linking.numerals import numbers_as_text
from core.nl2sql.builtin.query import dialect as dialects
from core.nl2sql.builtin.query.plan import Place, Plan, Step, place
from core.nl2sql.builtin.query.predicates import predicate
from core.nl2sql.builtin.query.query import AnyOf, Arith, Compare, Expr, Field, Query, Ref, refs
from core.nl2sql.builtin.query.ratios import percent, ratio


@dataclass
class Scope:
    """One SELECT being built: its joins and what its tables are called."""

    index: Index
    dialect: str
    plan: Plan
    outer: frozenset[str] = frozenset()
    """Aliases of the queries around it, which it must not shadow."""
    aliases: dict[Place, str] = field(default_factory=dict)
    grouped_tables: set[str] = field(default_factory=set)
    """Tables of the grouping columns: a link table to one of them does not count twice."""

    def alias(self, at: Place) -> str:
        if at not in self.aliases:
            self.aliases[at] = _alias(at, self)
        return self.aliases[at]

    share_within: tuple[Field, ...] = ()
    """Periods that are shown beside groups: shares are of the total of each."""
    nest: Callable[[Query], exp.Query] | None = None
    """Builds a query nested in this one."""
    pinned: bool = False
    """Tables are joined in the order written."""
    moved: dict[Place, Place] = field(default_factory=dict)
    """Where the condition at hand finds a table that is joined another way for the outputs."""

    def column(self, ref: Ref) -> exp.Expr:
        at = self.moved.get(place(ref), place(ref))
        node = exp.Column(this=dialects.identifier(ref.column, self.dialect))
        if len(self.plan.steps) or self.outer:
            node.set("table", dialects.identifier(self.alias(at), self.dialect))
        return node


def _alias(at: Place, scope: Scope) -> str:
    said = scope.index.names.tables.get(at[0], (at[0],))
    short = "".join(word[0] for word in said if word[:1].isalpha()).lower() or "t"
    short = short if short not in ("as", "by", "in", "is", "on", "or", "to", "do", "if", "of", "no", "at", "go") else short + "1"
    taken = set(scope.aliases.values()) | scope.outer
    return next(name for name in (short, *(f"{short}{n}" for n in range(2, 99))) if name not in taken)


def from_(node: exp.Select, scope: Scope) -> exp.Select:
    """FROM and JOINs; aliases only where there is something to tell apart."""
    joined = bool(scope.plan.steps) or bool(scope.outer)
    node = node.from_(_table(scope.plan.base, scope, joined), copy=False)
    for step in scope.plan.steps:
        kind = "left" if scope.plan.outer else "cross" if scope.pinned else ""
        node = node.join(_table(step.right, scope, True), on=_on(step, scope), join_type=kind, copy=False)
    return node


def pins(fields: Iterable[Field], scope: Scope) -> bool:
    """Whether SQLite would be tempted to walk the pairs of two unique indexes to save a sort, which can take forever: it joins
    a CROSS JOIN in the order written, which starts at what is measured."""
    found = [(scope.index.table(ref.table), ref.column) for f in fields if not f.grain for ref in refs(f.expr)]
    named = {table.name for table, column in found if (column,) in table.unique_keys and (column,) != table.primary_key}
    keyed = {table.name for table, column in found if (column,) == table.primary_key}
    return scope.dialect == "sqlite" and bool(named) and len(named | keyed) > 1


def _table(at: Place, scope: Scope, joined: bool) -> exp.Expr:
    table = scope.index.table(at[0])
    return dialects.table(table.local_name or table.name, table.schema, scope.dialect, scope.alias(at) if joined else "")


def _on(step: Step, scope: Scope) -> exp.Expr:
    pairs = zip(step.edge.columns, step.edge.other_columns, strict=True)
    left, right = step.left, step.right
    return exp.and_(
        *(
            exp.EQ(this=scope.column(Ref(left[0], a, left[1])), expression=scope.column(Ref(right[0], b, right[1])))
            for a, b in pairs
        )
    )


def expression(expr: Expr, scope: Scope) -> exp.Expr:
    if isinstance(expr, Ref):
        return scope.column(expr)
    if isinstance(expr, Arith):
        left, right = expression(expr.left, scope), expression(expr.right, scope)
        if expr.op == "days":
            return dialects.days(left, right, scope.dialect)
        cls = {"+": exp.Add, "-": exp.Sub, "*": exp.Mul, "/": exp.Div}[expr.op]
        if expr.op == "/":
            return _ratio(left, expr.right, right, scope.dialect)
        return cls(this=_wrapped(left, expr.op), expression=_wrapped(right, expr.op))
    return exp.Literal.number(expr)


def _ratio(left: exp.Expr, divisor: Expr, right: exp.Expr, dialect: str) -> exp.Expr:
    """A division that is never one of whole numbers and never by zero."""
    if isinstance(divisor, (int, float)):
        right = exp.Literal.number(float(divisor))
    else:
        left = exp.Mul(this=left, expression=exp.Literal.number("1.0"))
        right = exp.Nullif(this=_wrapped(right, "*"), expression=exp.Literal.number(0))
    own = Dialect.get_or_raise(dialect)
    return exp.Div(this=_wrapped(left, "*"), expression=right, typed=own.TYPED_DIVISION, safe=own.SAFE_DIVISION)


def _wrapped(node: exp.Expr, op: str) -> exp.Expr:
    return exp.Paren(this=node) if isinstance(node, (exp.Add, exp.Sub)) and op != "+" else node


def field_node(field_: Field, scope: Scope) -> exp.Expr:
    """The expression of a field: plain, cut to its grain, or aggregated (at the grain of its own table)."""
    if field_.aggregate == "count" and field_.expr is None:
        return finished(_count_rows(field_, scope), field_, scope)
    node = expression(field_.expr, scope) if field_.expr is not None else exp.Star()
    if field_.grain:
        node = dialects.cut(node, field_.grain, scope.dialect)
    if not field_.aggregate:
        return node
    if _is_added_as_text(field_, scope) or (field_.aggregate in ("min", "max") and holds_numbers_as_text(field_, scope)):
        node = as_number(node)
    inner: exp.Expr = exp.Distinct(expressions=[node]) if field_.distinct else node
    return finished(aggregated(field_.aggregate, inner, scope.dialect), field_, scope)


def holds_numbers_as_text(field_: Field, scope: Scope) -> bool:
    """Whether a column holds nothing but numbers as text, which compares 9 with 10 as words."""
    ref = field_.expr
    return isinstance(ref, Ref) and not field_.grain and numbers_as_text(scope.index.column(ref.table, ref.column))


def as_number(node: exp.Expr) -> exp.Expr:
    return exp.Cast(this=node, to=exp.DataType.build("DOUBLE"))


def aggregated(aggregate: str, node: exp.Expr, dialect: str) -> exp.Expr:
    """SQLite and MySQL have no median that could stand beside other aggregates: `grains` writes it there."""
    if aggregate == "median":
        return dialects.median(node, dialect)
    return {"count": exp.Count, "sum": exp.Sum, "avg": exp.Avg, "min": exp.Min, "max": exp.Max}[aggregate](this=node)


def finished(total: exp.Expr, field_: Field, scope: Scope) -> exp.Expr:
    """An aggregate without noise, or divided as it is asked for."""
    if field_.per is not None:
        return divided(rounded(total, field_, scope), field_node(field_.per, scope), scope.dialect)
    if not field_.share:
        return rounded(total, field_, scope)
    if field_.when:
        return ratio(_part(field_, scope), total, scope.dialect)
    within = [field_node(field, scope) for field in scope.share_within]
    return percent(total, within, scope.dialect)


def divided(total: exp.Expr, by: exp.Expr, dialect: str) -> exp.Expr:
    """A total per different value of a node."""
    values = exp.Count(this=exp.Distinct(expressions=[by]))
    node = exp.Mul(this=total, expression=exp.Literal.number("1.0"))
    own = Dialect.get_or_raise(dialect)
    divisor = exp.Nullif(this=values, expression=exp.Literal.number(0))
    return exp.Div(this=node, expression=divisor, typed=own.TYPED_DIVISION, safe=own.SAFE_DIVISION)


def _part(field_: Field, scope: Scope) -> exp.Expr:
    """The aggregate over the rows that fulfil `when`."""
    holds = exp.and_(*(_holds(condition, scope) for condition in field_.when))
    if field_.expr is not None:
        return aggregated(
            field_.aggregate, exp.Case(ifs=[exp.If(this=holds, true=expression(field_.expr, scope))]), scope.dialect
        )
    whole = _count_rows(field_, scope)
    counted = whole.this.expressions[0] if isinstance(whole.this, exp.Distinct) else exp.Literal.number(1)
    case = exp.Case(ifs=[exp.If(this=holds, true=counted)])
    return exp.Count(this=exp.Distinct(expressions=[case]) if isinstance(whole.this, exp.Distinct) else case)


def _holds(condition: Compare | AnyOf, scope: Scope) -> exp.Expr:
    parts = condition.parts if isinstance(condition, AnyOf) else (condition,)
    nodes = []
    for part in parts:
        ref = next(refs(part.field.expr), None)
        kind = scope.index.column(ref.table, ref.column).kind if ref else None
        nodes.append(predicate(field_node(part.field, scope), part, kind, None, scope.dialect))
    return exp.or_(*nodes)


def rounded(total: exp.Expr, field_: Field, scope: Scope) -> exp.Expr:
    """A sum as exact as the decimals it adds up: SQLite adds them in binary, and the last digits would be noise."""
    scale = _scale(field_.expr, scope) if scope.dialect == "sqlite" and field_.aggregate == "sum" else None
    return exp.Round(this=total, decimals=exp.Literal.number(scale)) if scale else total


def _scale(expr: Expr | None, scope: Scope) -> int | None:
    """Digits after the point an expression can have, from the declared types; None where they do not tell."""
    if isinstance(expr, Ref):
        column = scope.index.column(expr.table, expr.column)
        declared = re.search(r"\(\s*\d+\s*,\s*(\d+)\s*\)", column.type)
        return int(declared[1]) if declared else 0 if column.kind is Kind.INTEGER else None
    if not isinstance(expr, Arith):
        return 0 if isinstance(expr, int) else None
    left, right = _scale(expr.left, scope), _scale(expr.right, scope)
    if left is None or right is None:
        return None
    if expr.op == "days":
        return None
    if expr.op == "/":
        return left + 2 if expr.right == 100 else None
    return left + right if expr.op == "*" else max(left, right)


def _is_added_as_text(field_: Field, scope: Scope) -> bool:
    ref = field_.expr
    added = field_.aggregate in ("sum", "avg", "median") and isinstance(ref, Ref)
    return added and isinstance(ref, Ref) and scope.index.column(ref.table, ref.column).kind is Kind.TEXT


def _count_rows(field_: Field, scope: Scope) -> exp.Expr:
    grouped = scope.grouped_tables
    if not scope.plan.multiplies(field_.table, grouped):
        return exp.Count(this=_there(field_.table, scope) or exp.Star())
    key = scope.index.table(field_.table).primary_key
    if len(key) != 1:
        return exp.Count(this=exp.Star())
    return exp.Count(this=exp.Distinct(expressions=[scope.column(Ref(field_.table, key[0]))]))


def _there(table: str, scope: Scope) -> exp.Expr | None:
    """A column that has a value in each row of a table, where the join also has rows without one."""
    step = next((step for step in scope.plan.steps if step.right == (table, "")), None) if scope.plan.outer else None
    return scope.column(Ref(table, step.edge.other_columns[0])) if step else None


def same(a: Field, b: Field) -> bool:
    return _identity(a) == _identity(b)


def _identity(field_: Field) -> tuple[object, ...]:
    """All of a field but what it is called."""
    parts = (field_.share, field_.when, field_.per, field_.over)
    return (field_.expr, field_.aggregate, field_.grain, field_.distinct, field_.table, *parts)
