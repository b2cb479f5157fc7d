"""Anatomy: the parts of a statement that can be compared with those of another, whatever its aliases and spelling."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from sqlglot import exp

Columns = Mapping[str, Collection[str]]
"""Table → its columns, all in lower case; tells which table a column without a qualifier belongs to."""
Same = Mapping[str, str]
"""A column as `table.column` → the one that stands for all it is joined to."""

_OPERATORS: dict[type[exp.Expr], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.GT: ">",
    exp.GTE: ">=",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.Like: "like",
    exp.ILike: "like",
    exp.In: "in",
    exp.Between: "between",
    exp.Is: "is",
}
_MIRRORED = {">": "<", "<": ">", ">=": "<=", "<=": ">="}
_NESTING: tuple[tuple[type[exp.Expr], str], ...] = (
    (exp.Intersect, "intersect"),
    (exp.Except, "except"),
    (exp.Union, "union"),
    (exp.Subquery, "subquery"),
)


@dataclass(frozen=True)
class Condition:
    term: str
    operator: str
    value: str


@dataclass(frozen=True)
class Anatomy:
    """Tables and filters are those of the whole statement; the rest is of its outermost, leftmost SELECT."""

    tables: frozenset[str]
    columns: Counter[str]
    """Shown, and not aggregates."""
    aggregates: Counter[str]
    filters: Counter[Condition]
    groups: frozenset[str]
    having: Counter[Condition]
    order: tuple[str, ...]
    descending: tuple[bool, ...]
    limit: str
    distinct: tuple[bool, bool]
    """Of the SELECT, and of any of its aggregates."""
    nesting: Counter[str]


def anatomy(query: exp.Query, columns: Columns, same: Same) -> Anatomy:
    name = _namer(columns, same)
    head = query
    while isinstance(head, exp.SetOperation):
        head = head.this.unnest()
    shown = [projection.unalias() for projection in head.selects]
    aggregated = [projection for projection in shown if projection.find(exp.AggFunc)]
    group = head.args.get("group")
    ordered = _ordered(query)
    limit = query.args.get("limit")
    return Anatomy(
        tables=frozenset(table.name.lower() for table in query.find_all(exp.Table)),
        columns=Counter(_term(projection, name) for projection in shown if not projection.find(exp.AggFunc)),
        aggregates=Counter(_term(projection, name) for projection in aggregated),
        filters=Counter(condition for where in query.find_all(exp.Where) for condition in _conditions(where, name)),
        groups=frozenset(_term(_meant(key, head), name) for key in group.expressions) if group else frozenset(),
        having=Counter(condition for having in query.find_all(exp.Having) for condition in _conditions(having, name)),
        order=tuple(_term(_meant(key.this, head), name) for key in ordered),
        descending=tuple(bool(key.args.get("desc")) for key in ordered),
        limit=limit.expression.sql() if isinstance(limit, exp.Limit) else "",
        distinct=(bool(head.args.get("distinct")), any(part.find(exp.Distinct) for part in aggregated)),
        nesting=_nesting(query),
    )


def joined(queries: Collection[exp.Query], columns: Columns) -> Same:
    """Columns that a join makes equal, in any of the statements: they are the same thing to whoever reads the rows."""
    name = _namer(columns, {})
    stands: dict[str, str] = {}

    def root(column: str) -> str:
        while stands.get(column, column) != column:
            column = stands[column]
        return column

    for query in queries:
        for equal in query.find_all(exp.EQ):
            left, right = equal.left, equal.right
            if isinstance(left, exp.Column) and isinstance(right, exp.Column):
                first, second = sorted((root(name(left)), root(name(right))))
                stands[second] = first
    return {column: root(column) for column in stands}


def _joins(condition: exp.Expr) -> bool:
    return isinstance(condition, exp.EQ) and isinstance(condition.left, exp.Column) and isinstance(condition.right, exp.Column)


def _namer(columns: Columns, same: Same) -> Callable[[exp.Column], str]:
    def name(column: exp.Column) -> str:
        plain = _qualified(column, columns)
        return same.get(plain, plain)

    return name


def _qualified(column: exp.Column, columns: Columns) -> str:
    """`table.column` in lower case; the bare column where no table of the query is known to have it."""
    wanted, qualifier = column.name.lower(), column.table.lower()
    select = column.find_ancestor(exp.Select)
    while select is not None:
        for table in _sources(select):
            real = table.name.lower()
            if qualifier in (table.alias_or_name.lower(), real) if qualifier else wanted in columns.get(real, ()):
                return f"{real}.{wanted}"
        select = select.find_ancestor(exp.Select)
    return wanted


def _sources(select: exp.Select) -> Iterator[exp.Table]:
    """The tables of its own FROM and joins."""
    parts = [select.args.get("from_") or select.args.get("from"), *(select.args.get("joins") or ())]
    return (part.this for part in parts if part is not None and isinstance(part.this, exp.Table))


def _term(expression: exp.Expr, name: Callable[[exp.Column], str]) -> str:
    """An expression without aliases; a count is of rows unless it is of distinct values."""
    expression = expression.unnest()
    if isinstance(expression, exp.Column) and not isinstance(expression.this, exp.Star):
        return name(expression)
    if isinstance(expression, exp.Count):
        counted = expression.this
        return f"count({_term(counted.expressions[0], name)})" if isinstance(counted, exp.Distinct) else "count(*)"
    if isinstance(expression, exp.Star | exp.Column):
        return "*"
    if isinstance(expression, exp.AggFunc):
        return f"{expression.key}({_term(expression.this, name)})"
    parts = [column for column in expression.find_all(exp.Column) if not isinstance(column.this, exp.Star)]
    return f"{expression.key}({', '.join(name(part) for part in parts)})" if parts else _value(expression)


def _meant(key: exp.Expr, head: exp.Query) -> exp.Expr:
    """What an alias in GROUP BY or ORDER BY stands for."""
    if isinstance(key, exp.Column) and not key.table:
        for projection in head.selects:
            if isinstance(projection, exp.Alias) and projection.alias.lower() == key.name.lower():
                return projection.unalias()
    return key


def _ordered(query: exp.Query) -> list[exp.Ordered]:
    order = query.args.get("order")
    return list(order.expressions) if order else []


def _conditions(clause: exp.Expr, name: Callable[[exp.Column], str]) -> Iterator[Condition]:
    """The leaves under AND, OR and NOT; conditions that join two tables are none."""
    for node in clause.walk(prune=lambda node: type(node) in _OPERATORS or isinstance(node, exp.Query)):
        operator = _OPERATORS.get(type(node))
        if operator is None or _joins(node):
            continue
        if isinstance(node.find_ancestor(exp.Not, exp.And, exp.Or, exp.Where, exp.Having), exp.Not):
            operator = f"not {operator}"
        left, right = node.this, node.args.get("expression")
        if right is not None and isinstance(left, exp.Literal):
            left, right, operator = right, left, _MIRRORED.get(operator, operator)
        yield Condition(_term(left, name), operator, _compared(node, right))


def _compared(node: exp.Expr, right: exp.Expr | None) -> str:
    if node.args.get("query") is not None or isinstance(right, exp.Query):
        return "(query)"
    if isinstance(node, exp.Between):
        return f"{_value(node.args['low'])} and {_value(node.args['high'])}"
    if isinstance(node, exp.In):
        return ", ".join(sorted(_value(value) for value in node.expressions))
    return _value(right) if right is not None else ""


def _value(expression: exp.Expr) -> str:
    """Text in lower case without the signs of LIKE; numbers by their value."""
    text = expression.name if isinstance(expression, exp.Literal | exp.Column) else expression.sql()
    try:
        return f"{float(text):g}"
    except ValueError:
        return text.strip("%").strip().lower()


def _nesting(query: exp.Query) -> Counter[str]:
    found: Counter[str] = Counter()
    for node in query.walk():
        found.update(name for kind, name in _NESTING if isinstance(node, kind))
        if isinstance(node, exp.In | exp.Exists) and isinstance(node.parent, exp.Not):
            found["not in"] += 1
        if isinstance(node, exp.Exists):
            found["subquery"] += 1
    return found
