"""Nesting: where each filter of a query goes: into its WHERE, or into a nested query where a join would multiply rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from sqlglot import exp

from core.models import Kind
from core.nl2sql.builtin.query.plan import NoPath, Place, Plan, Step, places_of
from core.nl2sql.builtin.query.predicates import negate, predicate
from core.nl2sql.builtin.query.query import AnyOf, Compare, Condition, Query, Ref, Related, refs
from core.nl2sql.builtin.query.scope import Scope, as_number, field_node, from_, holds_numbers_as_text

_ORDERED = {">", ">=", "<", "<=", "between"}
Inline = tuple[Condition, dict[Place, Place]]
"""A condition written in the WHERE itself, with the places its tables are found at."""


def conditions_of(inline: list[Inline], nested: list[tuple[list[Step], Condition]], scope: Scope) -> list[exp.Expr]:
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


def sort_conditions(query: Query, scope: Scope) -> tuple[list[Inline], list[tuple[list[Step], Condition]]]:
    """Conditions on joined tables or reached without fanning out, and those that need a nested query with their way there."""
    inline: list[Inline] = []
    nested: list[tuple[list[Step], Condition]] = []
    for condition in query.where:
        ways = [scope.plan.way(at, query.via) for at in _condition_places(condition)]
        steps = max(ways, key=len, default=[])
        if isinstance(condition, Related):
            own = _steps_of_subject(condition, query, scope) if condition.negated else []
            nested.append((own or steps or _related_steps(condition, scope), condition))
        elif any(step.edge.many for step in steps) and not (query.flat and _joins(condition)):
            nested.append((steps, condition))
        else:
            moved: dict[Place, Place] = {}
            for at in _condition_places(condition):
                way = scope.plan.way(at, query.via)
                scope.plan.reach(at, query.via)
                moved |= {at: way[-1].right} if way else {}
            inline.append((condition, moved))
    return inline, nested


def _joins(condition: Condition) -> bool:
    """Whether a condition may stand in the join itself: what must not exist cannot."""
    return not any(part.negated for part in (condition.parts if isinstance(condition, AnyOf) else (condition,)))


def _related_steps(condition: Related, scope: Scope) -> list[Step]:
    """The way to a table that is joined for the outputs already: asked for anew, as another row of it may be meant."""
    chain = scope.index.graph.path((scope.plan.base[0],), condition.table)
    if not chain:
        raise NoPath(scope.plan.base[0], condition.table)
    return Plan(scope.plan.base, scope.index.graph).steps_along(chain)


def _steps_of_subject(condition: Related, query: Query, scope: Scope) -> list[Step]:
    """The way by the subject where something else is measured: it is the subject's row that has no such row."""
    graph, base = scope.index.graph, scope.plan.base[0]
    before = graph.path((base,), query.subject) if query.subject else None
    chain = graph.path((query.subject,), condition.table) if before and not any(edge.many for edge in before) else None
    return Plan(scope.plan.base, graph).steps_along([*(before or ()), *chain]) if chain else []


def _condition_places(condition: Condition) -> list[Place]:
    if isinstance(condition, Related):
        return [(condition.table, "")]
    parts = condition.parts if isinstance(condition, AnyOf) else (condition,)
    return list(dict.fromkeys(at for part in parts for at in places_of(part.field)))


def _condition(condition: Condition, scope: Scope) -> exp.Expr:
    if isinstance(condition, AnyOf):
        return exp.paren(exp.or_(*(compare_node(part, scope) for part in condition.parts)))
    assert isinstance(condition, Compare)
    return compare_node(condition, scope)


def compare_node(compare: Compare, scope: Scope) -> exp.Expr:
    node = field_node(compare.field, scope)
    nested = _filled(compare.query, scope) if compare.query and compare.negated and compare.op == "in" else compare.query
    inner = _inner(scope.nest(nested), nested, scope) if nested and scope.nest else None
    ref = next(iter(refs(compare.field.expr)), None)
    kind = scope.index.column(ref.table, ref.column).kind if ref and not compare.field.aggregate else None
    if compare.op in _ORDERED and not compare.field.aggregate and holds_numbers_as_text(compare.field, scope):
        node, kind = as_number(node), Kind.FLOAT
    return predicate(node, compare, kind, inner, scope.dialect)


def _inner(built: exp.Query, nested: Query, scope: Scope) -> exp.Subquery:
    """A nested query; MySQL takes the first few of a set only from one nested in it once more."""
    if scope.dialect == "mysql" and nested.limit is not None:
        built = exp.select("*").from_(built.subquery("first_rows", copy=False), copy=False)
    return built.subquery(copy=False)


def _filled(query: Query, scope: Scope) -> Query:
    """NOT IN is true of nothing where one of the values is missing."""
    shown = query.select[0]
    nullable = any(scope.index.column(ref.table, ref.column).nullable for ref in refs(shown.expr))
    return replace(query, where=(*query.where, Compare(shown, "null", negated=True))) if nullable else query


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
    beyond = Scope(scope.index, scope.dialect, inner, nest=scope.nest)
    keys = [Ref(gate.edge.other, column) for column in gate.edge.other_columns]
    for condition in conditions:
        for at in _condition_places(condition):
            inner.reach(at)
    wheres = [_condition(condition, beyond) for condition in conditions]
    if negated and scope.index.column(keys[0].table, keys[0].column).nullable:
        wheres.append(exp.Not(this=exp.Is(this=beyond.column(keys[0]), expression=exp.Null())))
    select = from_(exp.select(*(beyond.column(key) for key in keys)), beyond)
    select = select.where(*wheres) if wheres else select
    left = [scope.column(Ref(gate.left[0], column, gate.left[1])) for column in gate.edge.columns]
    target = left[0] if len(left) == 1 else exp.Tuple(expressions=left)
    member = exp.In(this=target, query=select.subquery(copy=False))
    if not negated:
        return member
    owner = scope.index.table(gate.left[0]).by_name
    optional = [name for name in gate.edge.columns if owner[name].nullable and owner[name].null_count != 0]
    nodes = [scope.column(Ref(gate.left[0], name, gate.left[1])) for name in optional]
    empty = [exp.Is(this=node, expression=exp.Null()) for node in nodes]
    return exp.paren(exp.or_(*empty, negate(member))) if empty else negate(member)  # NOT IN is not true of a missing key
