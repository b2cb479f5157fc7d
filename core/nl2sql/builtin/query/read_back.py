"""Read back: a statement of another engine as a `Query`, so that a follow-up can edit it; None where no `Query` says it."""

from __future__ import annotations

from dataclasses import replace

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from core.models import ForeignKey
from core.nl2sql.builtin.linking.index import Index
from core.nl2sql.builtin.query.plan import Unwritable, stands_whole
from core.nl2sql.builtin.query.query import Compare, Condition, Field, Order, Query, Ref, comparisons, refs, tables_of
from core.nl2sql.builtin.query.render import render
from core.nl2sql.builtin.query.sql_conditions import conditions_of
from core.nl2sql.builtin.query.sql_derived import without_derived
from core.nl2sql.builtin.query.sql_fields import Source, Unread, field_of, unwrapped
from core.nl2sql.builtin.query.sql_joins import joined_columns, source_of, without_matches

_COMBINED: tuple[tuple[type[exp.SetOperation], str], ...] = (
    (exp.Union, "union"), (exp.Intersect, "intersect"), (exp.Except, "except"),
)  # fmt: skip
_BEYOND = ("with_", "with", "windows", "qualify", "laterals", "pivots")


class OtherJoins(Unread):
    """The query would join in another way than the statement does."""


def read_back(sql: str, dialect: str, index: Index) -> Query | None:
    """A query that gives the same rows."""
    try:
        return _query(without_derived(sqlglot.parse_one(sql, dialect=dialect), index), index, dialect)
    except (SqlglotError, Unread, Unwritable):
        return None


def _query(node: exp.Expr, index: Index, dialect: str) -> Query:
    node = node.unnest()
    for kind, combine in _COMBINED:
        if isinstance(node, kind):
            if not node.args.get("distinct", True) or node.args.get("order") or node.args.get("limit"):
                raise Unread(node.sql())
            other = _query(node.expression, index, dialect)
            return replace(_query(node.this, index, dialect), combine=combine, other=other)  # type: ignore[arg-type]
    if not isinstance(node, exp.Select) or any(node.args.get(part) for part in _BEYOND) or node.find(exp.Window):
        raise Unread(node.sql())
    try:
        return _select(node, index, dialect)
    except OtherJoins:
        return _select(node, index, dialect, by_role=True)


def _select(node: exp.Select, index: Index, dialect: str, by_role: bool = False) -> Query:
    source, gone = source_of(node, index, dialect, by_role)

    def nested(inner: exp.Expr) -> Query:
        return _query(inner, index, dialect)

    def single(test: exp.Expr) -> Condition:
        found = conditions_of(test, source, nested)
        if len(found) != 1:
            raise Unread(test.sql())
        return found[0]

    source.condition = single
    select = tuple(_shown(node, source))
    source.headings = {e.alias.lower(): f for e, f in zip(node.expressions, select, strict=False) if isinstance(e, exp.Alias)}
    groups = _groups(node, select, source)
    dimensions = [f for f in select if not f.aggregate]
    measured = any(f.aggregate for f in select)
    if (groups or measured) and any(f not in groups and not _follows(f, groups, index) for f in dimensions):
        raise Unread("a column is shown that is not grouped by")
    where, having = node.args.get("where"), node.args.get("having")
    conditions = conditions_of(where.this if where else None, source, nested)
    elsewhere = any(ref.table != source.every for c in comparisons(tuple(conditions)) for ref in refs(c.field.expr))
    query = Query(
        subject=_subject(select, source),
        select=select,
        keys=tuple(f for f in groups if f not in dimensions),
        where=tuple(without_matches(conditions, gone)),
        having=_having(conditions_of(having.this if having else None, source, nested)),
        order=_order(node, select, source),
        limit=_number(node, "limit"),
        offset=_number(node, "offset") or 0,
        distinct=node.args.get("distinct") is not None,
        stable=False,
        every="" if elsewhere else source.every,  # what a row must be like somewhere else, it must have
    )
    if query.every and not stands_whole(query):
        raise Unread("groups of an outer join")
    if groups and not query.grouped:
        query = replace(query, distinct=True)
    query = _with_tables(query, [t for name, t in source.tables.items() if t not in gone and name not in source.roles])
    written = sqlglot.parse_one(render(query, index, dialect), dialect=dialect)
    if joined_columns(written, source) != joined_columns(node, source, without=gone):
        raise OtherJoins("other joins")
    return query


def _with_tables(query: Query, tables: list[str]) -> Query:
    """Joined tables that no output uses stay joined, by the way that was taken."""
    shown = [ref for f in (*query.select, *query.keys) for ref in refs(f.expr)]
    used = {ref.table for ref in shown if not ref.role} | {f.table for f in query.select if f.table}
    others = tuple(table for table in tables if table not in used)
    lone = len(tables) == 1 and tables_of(query) == {tables[0]}
    return query if lone else replace(query, tables=others, via=tuple(tables))


def _shown(node: exp.Select, source: Source) -> list[Field]:
    found: list[Field] = []
    for one in node.expressions:
        if isinstance(one, exp.Star) or (isinstance(one, exp.Column) and isinstance(one.this, exp.Star)):
            named = [source.tables[one.table.lower()]] if isinstance(one, exp.Column) and one.table else source.tables.values()
            found += [Field(Ref(table, c.name)) for table in named for c in source.index.table(table).columns]
        else:
            found.append(field_of(one, source))
    return found


def _groups(node: exp.Select, select: tuple[Field, ...], source: Source) -> list[Field]:
    group = node.args.get("group")
    return [_referred(one, select, source) for one in group.expressions] if group else []


def _follows(field: Field, groups: list[Field], index: Index) -> bool:
    """Whether a column is settled by the key of its table that is grouped by, or by a column that is different in every row."""
    if not isinstance(ref := field.expr, Ref):
        return False
    table = index.table(ref.table)
    apart = [(column.name,) for column in table.columns if column.distinct_count and column.distinct_count == table.row_count]
    keys = [table.primary_key] if table.primary_key else apart
    led = {key.ref_table for f in groups if isinstance(f.expr, Ref) for key in _keys_of(f.expr, index)}
    if ref.table in led and not ref.role:
        return True
    return any(all(Field(Ref(ref.table, column, ref.role)) in groups for column in key) for key in keys)


def _keys_of(ref: Ref, index: Index) -> list[ForeignKey]:
    """The keys a column is by itself, which lead to one row."""
    own = [key for key in index.table(ref.table).foreign_keys if key.columns == (ref.column,)]
    return [key for key in own if len(index.graph.between(ref.table, key.ref_table)) == 1]


def _referred(node: exp.Expr, select: tuple[Field, ...], source: Source) -> Field:
    """An expression, a heading, or a position of the select list."""
    if isinstance(node, exp.Literal) and not node.is_string and 1 <= int(node.name) <= len(select):
        return select[int(node.name) - 1]
    return field_of(node, source)


def _having(conditions: list[Condition]) -> tuple[Compare, ...]:
    plain = tuple(c for c in conditions if isinstance(c, Compare))
    if len(plain) != len(conditions):
        raise Unread("HAVING with an alternative")
    return plain


def _order(node: exp.Select, select: tuple[Field, ...], source: Source) -> tuple[Order, ...]:
    order = node.args.get("order")
    return (
        tuple(Order(_referred(one.this, select, source), bool(one.args.get("desc"))) for one in order.expressions)
        if order
        else ()
    )


def _number(node: exp.Select, part: str) -> int | None:
    found = node.args.get(part)
    if found is None:
        return None
    value = unwrapped(found.expression)
    if not isinstance(value, exp.Literal) or value.is_string:
        raise Unread(found.sql())
    return int(value.name)


def _subject(select: tuple[Field, ...], source: Source) -> str:
    """What is counted, else what the first column shown belongs to."""
    counted = next((f.table for f in select if f.aggregate == "count" and f.table), "")
    first = next((ref for f in select for ref in refs(f.expr)), None)
    return counted or (source.counted if first is None or first.role else first.table)
