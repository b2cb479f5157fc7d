"""Explain: a query in plain words, and what it takes for granted as separate items."""

from __future__ import annotations

import re
from dataclasses import replace

from core.models import Assumption
from core.nl2sql.builtin.linking.index import Index
from core.nl2sql.builtin.linking.naming import label_columns
from core.nl2sql.builtin.linking.numerals import ORDINALS, numberlike
from core.nl2sql.builtin.query.headings import owner, role_words
from core.nl2sql.builtin.query.plan import NoPath, aggregates, place, start
from core.nl2sql.builtin.query.query import (
    AnyOf,
    Arith,
    Compare,
    Condition,
    Expr,
    Field,
    Order,
    Query,
    Ref,
    Related,
    comparisons,
    refs,
)

_OPS = {
    "=": "is",
    "!=": "is not",
    ">": "is more than",
    ">=": "is at least",
    "<": "is less than",
    "<=": "is at most",
    "like": "matches",
}
_AGGREGATES = {"sum": "total", "avg": "average", "min": "lowest", "max": "highest", "median": "median"}

_GENERIC = {"name", "title", "id", "date", "description", "code", "type", "status", "number", "first", "last"}
"""Words of columns that say nothing without their table."""
_YEAR = re.compile(r"\d{4}")
_OVER = {"running": "running total of the {}", "growth": "growth of the {} in percent", "change": "change of the {}"}


def explain(query: Query, index: Index) -> str:
    """One or two sentences: what is shown, of what, per what, in which order."""
    said = f"Shows {_shown(query, index)}"
    if conditions := _all([condition_words(c, index) for c in query.where]):
        said += f" where {conditions}"
    if having := _all([condition_words(c, index) for c in query.having]):
        said += f", only where {having}"
    said += _tail(query, index)
    if query.combine and query.other is not None:
        joiner = {"union": "together with", "intersect": "that are also among", "except": "leaving out"}[query.combine]
        said += f", {joiner} those of: {explain(query.other, index)[6:].rstrip('.')}"
    return said + "."


def _shown(query: Query, index: Index) -> str:
    measures = [field_words(f, index) for f in query.measures]
    dimensions = dimension_words(query.dimensions, index)
    if measures and dimensions:
        return f"{_all(measures)} for each {_all(dimensions)}"
    if measures:
        return _all(measures)
    if dimensions == [" ".join(index.names.tables.get(query.subject, ()))]:
        return plural(query.subject, index)
    of = f" of {plural(query.subject, index)}" if query.subject else ""
    return f"{'the different ' if query.distinct else ''}{_all(dimensions)}{of if any(dimensions) else ''}"


def shown_groups(query: Query) -> tuple[Field, ...]:
    """What a limit counts within, as it is shown: without the keys that only tell namesakes apart."""
    return tuple(field for field in query.within if field in query.select)


def dimension_words(fields: tuple[Field, ...], index: Index) -> list[str]:
    """Fields as a person says them: the names of a table's rows are the rows themselves ("customer")."""
    said: list[str] = []
    for field in fields:
        ref = field.expr if isinstance(field.expr, Ref) else None
        label = label_columns(index.table(ref.table), index.names) if ref and not field.grain else ()
        if ref and ref.column in label and all(Field(Ref(ref.table, column, ref.role)) in fields for column in label):
            said.append(role_words(ref.role, index).replace("_", " ") if ref.role else " ".join(index.names.tables[ref.table]))
        else:
            said.append(field_words(field, index))
    return list(dict.fromkeys(said))


def _tail(query: Query, index: Index) -> str:
    said = ""
    if query.order:
        said += ", sorted by " + _all([order_words(order, index) for order in query.order])
    if query.limit is not None:
        first = _first(query) if query.limit > 1 or query.offset else "the first one"
        within = _all(dimension_words(shown_groups(query), index))
        said += f", {first} of each {within}" if query.within else f", {first} only"
    return said


def _first(query: Query) -> str:
    """ "The first 5", "the second", "number 11 to 15"."""
    if not query.offset or query.limit is None:
        return f"the first {query.limit}"
    place = query.offset + 1
    named = next((word for word, at in ORDINALS.items() if at == place), f"number {place}")
    one = f"the {named}" if place in ORDINALS.values() else named
    return one if query.limit == 1 else f"number {place} to {query.offset + query.limit}"


def order_words(order: Order, index: Index) -> str:
    number = bool(order.field.aggregate) or _is_number(order.field, index)
    if order.field.grain == "weekday_number":
        return "weekday (Sunday first)" if order.descending else "weekday (Monday first)"
    direction = (
        ("highest first" if order.descending else "lowest first") if number else ("last first" if order.descending else "")
    )
    if order.field.grain or _is_time(order.field, index):
        direction = "latest first" if order.descending else "earliest first"
    return f"{field_words(order.field, index)}{' (' + direction + ')' if direction else ''}"


def _is_number(field: Field, index: Index) -> bool:
    if isinstance(field.expr, Arith):
        return True
    ref = next(refs(field.expr), None)
    return ref is not None and not field.grain and numberlike(index.column(ref.table, ref.column))


def _is_time(field: Field, index: Index) -> bool:
    ref = next(refs(field.expr), None)
    return ref is not None and not field.aggregate and index.column(ref.table, ref.column).kind.temporal


def field_words(field: Field, index: Index) -> str:
    if field.over:
        whole = field_words(replace(field, over=""), index).removeprefix("the ")
        return f"the {_OVER[field.over].format(whole.removeprefix('total '))}"
    if field.per is not None:
        whole = field_words(replace(field, per=None, label="" if field.label.startswith("average") else field.label), index)
        unit = field.per.grain or " ".join(index.names.tables[owner(field.per, index)])
        return f"{whole} per {unit} on average"
    if field.share:
        whole = field_words(replace(field, share=False, when=()), index)
        if field.when:
            part = _all([condition_words(c, index) for c in field.when])
            return f"the share of {whole.removeprefix('the number of ').removeprefix('the ')} where {part}, in percent"
        return f"the share of {whole.removeprefix('the number of ').removeprefix('the ')} in percent"
    if field.aggregate == "count":
        if field.expr is None:
            return f"the number of {plural(field.table, index)}"
        return (
            f"the number of different {expr_words(field.expr, index)} values"
            if field.distinct
            else f"the number of {expr_words(field.expr, index)}"
        )
    if field.aggregate and field.label:
        return f"the {' '.join(field.label.split('_'))}"
    said = expr_words(field.expr, index)
    if field.aggregate:
        word = _AGGREGATES[field.aggregate]
        return f"the {said}" if said.startswith(word) else f"the {word} {said}"
    return f"{field.grain} of {said}" if field.grain else said


def expr_words(expr: Expr | None, index: Index) -> str:
    if isinstance(expr, Ref):
        said, own = index.names.columns[expr.table, expr.column], index.names.tables[expr.table]
        words = index.names.spoken(expr.table, expr.column)
        generic = set(said) <= _GENERIC or said in index.shared
        return f"{' '.join(own)} {words}" if generic and not set(own) <= set(said) else words
    if isinstance(expr, Arith):
        left, right = expr_words(expr.left, index), expr_words(expr.right, index)
        if expr.op == "days":
            return f"days from {right} to {left}"
        sign = {"*": "×", "-": "−", "+": "+", "/": "÷"}[expr.op]
        return f"({left} {sign} {right})" if expr.op in "+-" else f"{left} {sign} {right}"
    return str(expr) if expr is not None else "rows"


def plural(table: str, index: Index) -> str:
    said = " ".join(index.names.tables.get(table, (table,)))
    if said.endswith(("s", "x", "ch", "sh")):
        return said + "es" if not said.endswith("s") or said.endswith("ss") else said
    if said.endswith("y") and said[-2:-1] not in "aeiou":
        return said[:-1] + "ies"
    return "people" if said == "person" else said if said in ("staff", "data", "inventory") else said + "s"


def condition_words(condition: Condition, index: Index) -> str:
    if isinstance(condition, AnyOf):
        return " or ".join(condition_words(part, index) for part in condition.parts)
    if isinstance(condition, Related):
        extra = _all([condition_words(c, index) for c in condition.where])
        said = " ".join(index.names.tables[condition.table])
        article = "no" if condition.negated else "an" if said[:1] in "aeiou" else "a"
        return f"there is {article} {said}{' with ' + extra if extra else ''}"
    return _compare_words(condition, index)


def _those(query: Query, index: Index) -> str:
    """The rows of an inner query: "the first 5 by the revenue (highest first)", "those with …"."""
    inner = _all([condition_words(c, index) for c in (*query.having, *query.where)])
    if query.limit is not None and query.order:
        return f"the first {query.limit} by {order_words(query.order[0], index)}" + (f" with {inner}" if inner else "")
    return f"those with {inner}" if inner else "those that are there"


def _compare_words(compare: Compare, index: Index) -> str:
    if isinstance(compare.field.expr, Arith) and compare.field.expr.op == "-" and compare.values == (0,):
        return _sides_words(compare, compare.field.expr, index)
    said = field_words(compare.field, index)
    negation = "not " if compare.negated else ""
    if compare.query is not None:
        if compare.op == "in":
            return f"{said} is {negation}among {_those(compare.query, index)}"
        return f"{said} {_OPS[compare.op]} {_other_value(compare.query, index)}"
    match compare.op:
        case "null":
            return f"{said} is {negation}missing"
        case "in":
            return f"{said} is {negation}{' or '.join(_value(v) for v in compare.values)}"
        case "between":
            return f"{said} is {negation}between {_value(compare.values[0])} and {_value(compare.values[1])}"
        case "period":
            return f"{said} is {negation}{_period_words(compare.label)}"
        case "like":
            return f"{said} {_like(str(compare.values[0]), compare.negated)}"
    if compare.negated:
        return (
            f"{said} is not {_value(compare.values[0])}"
            if compare.op == "="
            else f"not ({said} {_OPS[compare.op]} {_value(compare.values[0])})"
        )
    return f"{said} {_OPS[compare.op]} {_value(compare.values[0])}"


def _sides_words(compare: Compare, sides: Arith, index: Index) -> str:
    left, right = expr_words(sides.left, index), expr_words(sides.right, index)
    timed = isinstance(sides.left, Ref) and index.column(sides.left.table, sides.left.column).kind.temporal
    said = _OPS[compare.op].replace("more", "later").replace("less", "earlier") if timed else _OPS[compare.op]
    return f"{left} {said.replace('is ', 'is not ', 1) if compare.negated else said} {right}"


def _other_value(query: Query, index: Index) -> str:
    said = field_words(query.select[0], index)
    rows = _all([condition_words(c, index) for c in query.where])
    if query.order and query.limit == 1:
        own, by = " ".join(index.names.tables[query.subject]), field_words(query.order[0].field, index)
        return f"that of the {own} with the {'highest' if query.order[0].descending else 'lowest'} {by.removeprefix('the ')}"
    return f"{said} of those where {rows}" if rows else said


def _period_words(label: str) -> str:
    if label.startswith(
        (
            "since",
            "before",
            "after",
            "until",
            "today",
            "yesterday",
            "this",
            "next",
            "year to",
            "month to",
            "quarter to",
            "week to",
        )
    ):
        return label
    return f"in the {label}" if label.startswith("last") else f"in {label}"


def _like(pattern: str, negated: bool) -> str:
    text = f"“{pattern.strip('%')}”"
    if pattern.startswith("%") and pattern.endswith("%"):
        return f"does not contain {text}" if negated else f"contains {text}"
    verb = "end" if pattern.startswith("%") else "start"
    return f"does not {verb} with {text}" if negated else f"{verb}s with {text}"


def _value(value: object) -> str:
    return str(value)


def _all(parts: list[str]) -> str:
    parts = [part for part in dict.fromkeys(parts) if part]
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1] if parts else ""


def assumptions(query: Query, index: Index, notes: list[Assumption]) -> tuple[Assumption, ...]:
    """What was taken for granted: what was noted while reading, then filters, measures, joins, missing values, limits."""
    found = list(notes)
    found += [Assumption("period", _dated(c, index)) for c in comparisons(query.where) if c.op == "period"]
    found += [
        Assumption("filter", _capital(condition_words(c, index)))
        for c in query.where
        if not (isinstance(c, Compare) and c.op == "period")
    ]
    found += [Assumption("filter", _capital(condition_words(c, index))) for c in query.having]
    found += [Assumption("measure", _capital(field_words(f, index).removeprefix("the "))) for f in query.measures if not f.label]
    if joins := _joins(query, index):
        found.append(Assumption("join", joins))
    found += _nulls(query, index)
    found += _unmatched(query, index)
    if query.limit is not None and query.order:
        by = order_words(query.order[0], index)
        within = f" of each {_all(dimension_words(shown_groups(query), index))}" if query.within else ""
        ties = "are all shown" if query.within else "are left out"
        found.append(Assumption("limit", f"Only {_first(query)}{within} by {by}; rows that tie with the last {ties}"))
    return tuple(dict.fromkeys(found))


def _dated(compare: Compare, index: Index) -> str:
    """A period with its days, where they follow from today or from the data."""
    said = condition_words(compare, index)
    start, end = (value or "…" for value in compare.values)
    return _capital(said if _YEAR.search(compare.label) else f"{said} ({start} to before {end})")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _joins(query: Query, index: Index) -> str:
    try:
        plan = start(query, index.graph)
        for condition in query.where:
            if isinstance(condition, (Compare, AnyOf)):
                for part in condition.parts if isinstance(condition, AnyOf) else (condition,):
                    for ref in refs(part.field.expr):
                        plan.reach(place(ref), query.via)
    except NoPath:
        return ""
    if not plan.steps:
        return ""
    return "Joined through " + " → ".join(dict.fromkeys([plan.base[0], *(step.right[0] for step in plan.steps)]))


def _unmatched(query: Query, index: Index) -> list[Assumption]:
    """Rows a join leaves out because their key is not filled in: said wherever something is added up."""
    try:
        plan = start(query, index.graph)
    except NoPath:
        return []
    if plan.outer:
        return [Assumption("null", f"{_capital(plural(query.every, index))} with none are shown too")]
    found = []
    for step in plan.steps if query.measures else ():
        share = index.graph.missing(step.edge)
        owner, other = (step.right, step.left) if step.edge.many else (step.left, step.right)
        if share > 0 and not step.edge.many:
            said = f"{_capital(plural(owner[0], index))} with no {' '.join(index.names.tables[other[0]])} are left out"
            found.append(Assumption("null", f"{said} ({max(1, round(100 * share))} % of them)"))
    return found


def _nulls(query: Query, index: Index) -> list[Assumption]:
    """Missing values neither count into an average nor fulfil "is not": nobody knows what they would be."""
    found = []
    for compare in comparisons(query.where):
        ref = next(refs(compare.field.expr), None)
        denied = compare.negated or compare.op == "!="
        if ref and denied and compare.op != "null" and (index.column(ref.table, ref.column).null_count or 0) > 0:
            own = plural(ref.table, index).capitalize()
            said = index.names.spoken(ref.table, ref.column)
            found.append(Assumption("null", f"{own} with no {said} are left out, as theirs is not known"))
    for field in aggregates(query):
        ref = next(refs(field.expr), None)
        if ref and field.aggregate == "avg" and (index.column(ref.table, ref.column).null_count or 0) > 0:
            found.append(
                Assumption("null", f"Rows with no {index.names.spoken(ref.table, ref.column)} are left out of the average")
            )
    return found
