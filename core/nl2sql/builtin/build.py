"""Build: a query as a sqlglot tree. Filters that would multiply rows become nested queries; sums run at their own grain."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from sqlglot import Dialect, exp

from core.models import Kind
from core.nl2sql.builtin import dialect as dialects
from core.nl2sql.builtin.headings import headings
from core.nl2sql.builtin.index import Index
from core.nl2sql.builtin.plan import NoPath, Place, Plan, Step, aggregates, measure_table, place, places_of, start
from core.nl2sql.builtin.predicates import negate, predicate
from core.nl2sql.builtin.query import AnyOf, Arith, Compare, Condition, Expr, Field, Order, Query, Ref, Related, refs

Inline = tuple[Condition, dict[Place, Place]]
"""A condition written in the WHERE itself, with the places its tables are found at."""


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

    moved: dict[Place, Place] = field(default_factory=dict)
    """Where the condition at hand finds a table that is joined another way for the outputs."""

    def column(self, ref: Ref) -> exp.Expr:
        at = self.moved.get(place(ref), place(ref))
        node = exp.Column(this=dialects.identifier(ref.column, self.dialect))
        if len(self.plan.steps) or self.outer:
            node.set("table", dialects.identifier(self.alias(at), self.dialect))
        return node


def build(query: Query, index: Index, dialect: str, outer: frozenset[str] = frozenset()) -> exp.Query:
    """The tree of a query. Raises NoPath where two of its tables have no key between them."""
    if query.combine and query.other:
        return _combined(query, index, dialect)
    if split := _split(query, index):
        return _side_by_side(query, split, index, dialect)
    scope = Scope(index, dialect, start(query, index.graph), outer)
    inline, nested = _sort_conditions(query, scope)
    if _needs_own_grain(query, scope):
        return _at_own_grain(query, inline, nested, scope)
    return _select(query, scope, _conditions(inline, nested, scope))


def _conditions(inline: list[Inline], nested: list[tuple[list[Step], Condition]], scope: Scope) -> list[exp.Expr]:
    """All joins are made before the first column is written, so that columns are qualified alike."""
    for steps, _ in nested:
        _join_up_to_gate(steps, scope)
    for at in scope.plan.places:
        scope.alias(at)
    return [*(_moved(c, moved, scope) for c, moved in inline), *_nested(nested, scope)]


def _moved(condition: Condition, moved: dict[Place, Place], scope: Scope) -> exp.Expr:
    scope.moved = moved
    node = _condition(condition, scope)
    scope.moved = {}
    return node


def _join_up_to_gate(steps: Sequence[Step], scope: Scope) -> int:
    """Joins the steps before the first that fans out, and says which that is."""
    first = next((at for at, step in enumerate(steps) if step.edge.many), 0)
    for step in steps[:first]:
        if not scope.plan.has(step.right):
            scope.plan.steps.append(step)
    return first


def _alias(at: Place, scope: Scope) -> str:
    said = scope.index.names.tables.get(at[0], (at[0],))
    short = "".join(word[0] for word in said if word[:1].isalpha()).lower() or "t"
    short = short if short not in ("as", "by", "in", "is", "on", "or", "to", "do", "if", "of", "no", "at", "go") else short + "1"
    taken = set(scope.aliases.values()) | scope.outer
    return next(name for name in (short, *(f"{short}{n}" for n in range(2, 99))) if name not in taken)


def _from(node: exp.Select, scope: Scope) -> exp.Select:
    """FROM and JOINs; aliases only where there is something to tell apart."""
    joined = bool(scope.plan.steps) or bool(scope.outer)
    node = node.from_(_table(scope.plan.base, scope, joined))
    for step in scope.plan.steps:
        node = node.join(_table(step.right, scope, True), on=_on(step, scope), join_type="")
    return node


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
        return _count_rows(field_, scope)
    node = expression(field_.expr, scope) if field_.expr is not None else exp.Star()
    if field_.grain:
        node = dialects.cut(node, field_.grain, scope.dialect)
    if not field_.aggregate:
        return node
    if field_.aggregate in ("sum", "avg") and isinstance(field_.expr, Ref) and _is_text(field_.expr, scope):
        node = exp.Cast(this=node, to=exp.DataType.build("DOUBLE"))
    inner: exp.Expr = exp.Distinct(expressions=[node]) if field_.distinct else node
    total = {"count": exp.Count, "sum": exp.Sum, "avg": exp.Avg, "min": exp.Min, "max": exp.Max}[field_.aggregate](this=inner)
    scale = _scale(field_, scope)
    return exp.Round(this=total, decimals=exp.Literal.number(scale)) if scale else total


def _scale(field_: Field, scope: Scope) -> int:
    """Digits after the point of a declared decimal that SQLite adds up in binary: a sum of cents has no more of them."""
    if scope.dialect != "sqlite" or field_.aggregate != "sum" or not isinstance(field_.expr, Ref):
        return 0
    declared = re.search(r"\(\s*\d+\s*,\s*(\d+)\s*\)", scope.index.column(field_.expr.table, field_.expr.column).type)
    return int(declared[1]) if declared else 0


def _is_text(ref: Ref, scope: Scope) -> bool:
    return scope.index.column(ref.table, ref.column).kind is Kind.TEXT


def _count_rows(field_: Field, scope: Scope) -> exp.Expr:
    grouped = scope.grouped_tables
    if not scope.plan.multiplies(field_.table, grouped):
        return exp.Count(this=exp.Star())
    key = scope.index.table(field_.table).primary_key
    if len(key) != 1:
        return exp.Count(this=exp.Star())
    return exp.Count(this=exp.Distinct(expressions=[scope.column(Ref(field_.table, key[0]))]))


def _grouped_tables(query: Query) -> set[str]:
    return {ref.table for f in (*query.dimensions, *query.keys) for ref in refs(f.expr)}


def _sort_conditions(query: Query, scope: Scope) -> tuple[list[Inline], list[tuple[list[Step], Condition]]]:
    """Conditions on joined tables or reached without fanning out, and those that need a nested query with their way there."""
    inline: list[Inline] = []
    nested: list[tuple[list[Step], Condition]] = []
    for condition in query.where:
        ways = [scope.plan.way(at, query.via) for at in _condition_places(condition)]
        steps = max(ways, key=len, default=[])
        if isinstance(condition, Related):
            nested.append((steps or _related_steps(condition, scope), condition))
        elif any(step.edge.many for step in steps):
            nested.append((steps, condition))
        else:
            moved: dict[Place, Place] = {}
            for at in _condition_places(condition):
                way = scope.plan.way(at, query.via)
                scope.plan.reach(at, query.via)
                moved |= {at: way[-1].right} if way else {}
            inline.append((condition, moved))
    return inline, nested


def _related_steps(condition: Related, scope: Scope) -> list[Step]:
    """The way to a table that is joined for the outputs already: asked for anew, as another row of it may be meant."""
    chain = scope.index.graph.path((scope.plan.base[0],), condition.table)
    if not chain:
        raise NoPath(scope.plan.base[0], condition.table)
    return Plan(scope.plan.base, scope.index.graph).steps_along(chain)


def _condition_places(condition: Condition) -> list[Place]:
    if isinstance(condition, Related):
        return [(condition.table, "")]
    parts = condition.parts if isinstance(condition, AnyOf) else (condition,)
    return list(dict.fromkeys(at for part in parts for at in places_of(part.field)))


def _condition(condition: Condition, scope: Scope) -> exp.Expr:
    if isinstance(condition, AnyOf):
        return exp.paren(exp.or_(*(_compare(part, scope) for part in condition.parts)))
    assert isinstance(condition, Compare)
    return _compare(condition, scope)


def _compare(compare: Compare, scope: Scope) -> exp.Expr:
    node = field_node(compare.field, scope)
    inner = build(compare.query, scope.index, scope.dialect).subquery() if compare.query else None
    ref = next(iter(refs(compare.field.expr)), None)
    kind = scope.index.column(ref.table, ref.column).kind if ref and not compare.field.aggregate else None
    return predicate(node, compare, kind, inner, scope.dialect)


def _nested(nested: Sequence[tuple[list[Step], Condition]], scope: Scope) -> list[exp.Expr]:
    """IN (SELECT …) per way out; plain conditions on the same way speak of the same row and share one."""
    found: list[exp.Expr] = []
    plain = [(steps, c) for steps, c in nested if not isinstance(c, Related)]
    for _, group in groupby(sorted(plain, key=lambda pair: _exit(pair[0])), key=lambda pair: _exit(pair[0])):
        pairs = list(group)
        found.append(_membership(pairs[0][0], [c for _, c in pairs], False, scope))
    for steps, condition in nested:
        if isinstance(condition, Related):
            found.append(_membership(steps, list(condition.where), condition.negated, scope))
    return found


def _exit(steps: Sequence[Step]) -> tuple[str, str]:
    first = next((step for step in steps if step.edge.many), steps[0])
    return (str(first.left), str(first.right))


def _membership(steps: Sequence[Step], conditions: list[Condition], negated: bool, scope: Scope) -> exp.Expr:
    """left.key [NOT] IN (SELECT key FROM the tables beyond the first step that fans out WHERE …)."""
    first = _join_up_to_gate(steps, scope)
    gate = steps[first]
    inner = Plan((gate.edge.other, ""), scope.index.graph)
    inner.steps.extend(inner.steps_along([step.edge for step in steps[first + 1 :]]))
    beyond = Scope(scope.index, scope.dialect, inner, frozenset())
    keys = [Ref(gate.edge.other, column) for column in gate.edge.other_columns]
    for condition in conditions:
        for at in _condition_places(condition):
            inner.reach(at)
    wheres = [_condition(condition, beyond) for condition in conditions]
    if negated and scope.index.column(keys[0].table, keys[0].column).nullable:
        wheres.append(exp.Not(this=exp.Is(this=beyond.column(keys[0]), expression=exp.Null())))
    select = _from(exp.select(*(beyond.column(key) for key in keys)), beyond)
    select = select.where(*wheres) if wheres else select
    left = [scope.column(Ref(gate.left[0], column, gate.left[1])) for column in gate.edge.columns]
    target = left[0] if len(left) == 1 else exp.Tuple(expressions=left)
    member = exp.In(this=target, query=select.subquery())
    return negate(member) if negated else member


def _select(query: Query, scope: Scope, conditions: Sequence[exp.Expr]) -> exp.Select:
    scope.grouped_tables = _grouped_tables(query)
    names = headings(query, scope.index)
    shown = [_named(field_node(f, scope), f, name, scope) for f, name in zip(query.select, names, strict=True)]
    node = _from(exp.select(*shown), scope)
    if conditions:
        node = node.where(*conditions)
    if query.grouped:
        groups = [field_node(f, scope) for f in (*query.keys, *query.dimensions)]
        node = node.group_by(*_unique(groups)) if groups else node
    if query.having:
        node = node.having(*(_compare(compare, scope) for compare in query.having))
    if query.distinct:
        node = node.distinct()
    return _ordered(node, query, names, scope)


def _unique(nodes: Sequence[exp.Expr]) -> list[exp.Expr]:
    return list(dict.fromkeys(nodes))


def _named(node: exp.Expr, field_: Field, name: str, scope: Scope) -> exp.Expr:
    if isinstance(field_.expr, Ref) and not field_.aggregate and not field_.grain and field_.expr.column == name:
        return node
    return exp.alias_(node, dialects.identifier(name, scope.dialect))


def _ordered(node: exp.Select, query: Query, names: Sequence[str], scope: Scope) -> exp.Select:
    for order in (*query.order, *_tie_breakers(query)):
        node = node.order_by(_order(order, query, names, scope))
    return node.limit(query.limit) if query.limit is not None else node


def _tie_breakers(query: Query) -> list[Order]:
    """What else a cut-off list is ordered by, so that the same rows win on every database."""
    if query.limit is None or not query.order or not query.stable:
        return []
    ordered = [order.field for order in query.order]
    return [Order(f) for f in query.dimensions if not any(_same(f, known) for known in ordered)]


def _order(order: Order, query: Query, names: Sequence[str], scope: Scope) -> exp.Ordered:
    """By the heading where the field is shown. Missing values come last where there may be any."""
    at = next((i for i, f in enumerate(query.select) if _same(f, order.field)), None)
    shown = at is not None and bool(query.select[at].aggregate or query.select[at].grain)
    node = (
        exp.column(dialects.identifier(names[at], scope.dialect)) if shown and at is not None else field_node(order.field, scope)
    )
    return exp.Ordered(this=node, desc=order.descending or None, nulls_first=_nulls_first(order, scope))


def _nulls_first(order: Order, scope: Scope) -> bool:
    """Where NULL cannot occur, whatever the dialect does anyway, so that nothing is written about it."""
    ref = next(iter(refs(order.field.expr)), None)
    column = scope.index.column(ref.table, ref.column) if ref else None
    if column is None or order.field.aggregate == "count" or column.null_count == 0 or not column.nullable:
        small_first = scope.dialect in ("sqlite", "mysql")
        return (not order.descending) if small_first else (order.descending and scope.dialect != "duckdb")
    return False


def _same(a: Field, b: Field) -> bool:
    return (a.expr, a.aggregate, a.grain, a.distinct, a.table) == (b.expr, b.aggregate, b.grain, b.distinct, b.table)


def _needs_own_grain(query: Query, scope: Scope) -> bool:
    grouped = _grouped_tables(query)
    return any(f.aggregate in ("sum", "avg") and scope.plan.multiplies(measure_table(f), grouped) for f in aggregates(query))


def _at_own_grain(query: Query, inline: list[Inline], nested: list[tuple[list[Step], Condition]], scope: Scope) -> exp.Query:
    """Aggregates over the distinct rows of the measured table per group, so that a join cannot count one row twice."""
    table = next(measure_table(f) for f in aggregates(query) if f.aggregate in ("sum", "avg"))
    key = scope.index.table(table).primary_key or tuple(column.name for column in scope.index.table(table).columns)
    names = headings(query, scope.index)
    conditions = _conditions(inline, nested, scope)
    ordered = [order.field for order in query.order if not order.field.aggregate]
    plain = list(dict.fromkeys([*query.keys, *query.dimensions, *ordered]))
    carried = {f: f"d{at + 1}" for at, f in enumerate(plain)}
    measured = {f: f"m{at + 1}" for at, f in enumerate(aggregates(query))}
    columns = [exp.alias_(field_node(f, scope), name) for f, name in carried.items()]
    columns += [exp.alias_(scope.column(Ref(table, column)), f"k{at + 1}") for at, column in enumerate(key)]
    columns += [exp.alias_(expression(f.expr, scope), name) for f, name in measured.items() if f.expr is not None]
    inner = _from(exp.select(*columns), scope).distinct()
    inner = inner.where(*conditions) if conditions else inner

    def outside(f: Field) -> exp.Expr:
        if not f.aggregate:
            return exp.column(carried[f])
        twin = next(m for m in measured if _same(m, f))
        node = exp.Star() if f.expr is None else exp.column(measured[twin])
        return {"count": exp.Count, "sum": exp.Sum, "avg": exp.Avg, "min": exp.Min, "max": exp.Max}[f.aggregate](this=node)

    shown = [
        exp.alias_(outside(f), dialects.identifier(name, scope.dialect)) for f, name in zip(query.select, names, strict=True)
    ]
    node = exp.select(*shown).from_(inner.subquery("own_grain"))
    if carried:
        node = node.group_by(*(exp.column(name) for name in carried.values()))
    for compare in query.having:
        node = node.having(predicate(outside(compare.field), compare, None, None, scope.dialect))
    for order in query.order:
        node = node.order_by(
            exp.Ordered(this=outside(order.field), desc=order.descending or None, nulls_first=_nulls_first(order, scope))
        )
    return node.limit(query.limit) if query.limit is not None else node


def _split(query: Query, index: Index) -> list[str]:
    """The tables measured, where a query measures several that multiply each other's rows; else nothing."""
    tables = list(dict.fromkeys(measure_table(f) for f in aggregates(query)))
    if len(tables) < 2 or query.tables:
        return []
    plan = start(query, index.graph)
    grouped = _grouped_tables(query)
    return tables if any(plan.multiplies(table, grouped) for table in tables) else []


def _side_by_side(query: Query, tables: list[str], index: Index, dialect: str) -> exp.Query:
    """One query per measured table, joined by what they are grouped by; the first leads."""
    names = headings(query, index)
    heading = dict(zip(query.select, names, strict=True))
    plain = [*query.dimensions, *(key for key in query.keys if key not in query.dimensions)]
    labels = {f: heading.get(f, f"key_{at + 1}") for at, f in enumerate(plain)}
    parts = []
    for table in tables:
        own = tuple(f for f in aggregates(query) if measure_table(f) == table)
        labelled = tuple(replace(f, label=labels[f]) for f in plain) + tuple(
            replace(f, label=_measure_name(f, heading)) for f in own
        )
        part = replace(query, subject=table, select=labelled, keys=(), having=(), order=(), limit=None)
        parts.append(build(part, index, dialect))
    aliases = [f"by_{'_'.join(index.names.tables[table])}" for table in tables]

    def column(f: Field) -> exp.Expr:
        at = tables.index(measure_table(f)) if f.aggregate else 0
        name = _measure_name(f, heading) if f.aggregate else labels[f]
        return exp.column(dialects.identifier(name, dialect), table=aliases[at])

    node = exp.select(*(exp.alias_(column(f), dialects.identifier(n, dialect)) for f, n in zip(query.select, names, strict=True)))
    node = node.from_(aliases[0])
    for alias in aliases[1:]:
        on = [
            exp.EQ(
                this=exp.column(dialects.identifier(labels[f], dialect), table=aliases[0]),
                expression=exp.column(dialects.identifier(labels[f], dialect), table=alias),
            )
            for f in plain
        ]
        node = node.join(alias, on=exp.and_(*on), join_type="left") if on else node.join(alias, join_type="cross")
    for compare in query.having:
        node = node.where(predicate(column(compare.field), compare, None, None, dialect))
    for order in query.order:
        node = node.order_by(exp.Ordered(this=column(order.field), desc=order.descending, nulls_first=False))
    for alias, tree in zip(aliases, parts, strict=True):
        node = node.with_(alias, as_=tree)
    return node.limit(query.limit) if query.limit is not None else node


def _measure_name(f: Field, heading: dict[Field, str]) -> str:
    return next((name for known, name in heading.items() if _same(known, f)), f"{f.aggregate}_{measure_table(f)}".lower())


def _combined(query: Query, index: Index, dialect: str) -> exp.Query:
    assert query.other is not None
    cls = {"union": exp.Union, "intersect": exp.Intersect, "except": exp.Except}[query.combine]
    left = build(replace(query, combine="", other=None), index, dialect)
    return cls(this=left, expression=build(query.other, index, dialect), distinct=True)
