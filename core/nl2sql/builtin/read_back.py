"""Read back: a statement of another engine as a `Query`, so that a follow-up can edit it; None where no `Query` says it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from core.nl2sql.builtin.index import Index
from core.nl2sql.builtin.keygraph import Edge
from core.nl2sql.builtin.plan import NoPath, start
from core.nl2sql.builtin.query import Compare, Condition, Field, Order, Query, Ref, Related, refs, tables_of
from core.nl2sql.builtin.render import render
from core.nl2sql.builtin.sql_conditions import conditions_of
from core.nl2sql.builtin.sql_fields import Source, Unread, field_of, unwrapped

_COMBINED: tuple[tuple[type[exp.SetOperation], str], ...] = (
    (exp.Union, "union"), (exp.Intersect, "intersect"), (exp.Except, "except"),
)  # fmt: skip
_BEYOND = ("with_", "with", "windows", "qualify", "laterals", "pivots")


def read_back(sql: str, dialect: str, index: Index) -> Query | None:
    """A query that gives the same rows."""
    try:
        return _query(sqlglot.parse_one(sql, dialect=dialect), index, dialect)
    except (SqlglotError, Unread, NoPath):
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
    return _select(node, index, dialect)


def _select(node: exp.Select, index: Index, dialect: str) -> Query:
    source, gone = _source(node, index, dialect)

    def nested(inner: exp.Expr) -> Query:
        return _query(inner, index, dialect)

    select = tuple(_shown(node, source))
    source.headings = {e.alias.lower(): f for e, f in zip(node.expressions, select, strict=False) if isinstance(e, exp.Alias)}
    groups = _groups(node, select, source)
    dimensions = [f for f in select if not f.aggregate]
    measured = any(f.aggregate for f in select)
    if (groups or measured) and any(f not in groups and not _follows(f, groups, index) for f in dimensions):
        raise Unread("a column is shown that is not grouped by")
    where, having = node.args.get("where"), node.args.get("having")
    conditions = conditions_of(where.this if where else None, source, nested)
    query = Query(
        subject=_subject(select, source),
        select=select,
        keys=tuple(f for f in groups if f not in dimensions),
        where=tuple(_without_matches(conditions, gone)),
        having=_having(conditions_of(having.this if having else None, source, nested)),
        order=_order(node, select, source),
        limit=_number(node, "limit"),
        offset=_number(node, "offset") or 0,
        distinct=node.args.get("distinct") is not None,
        stable=False,
    )
    if groups and not query.grouped:
        query = replace(query, distinct=True)
    query = _with_tables(query, [table for table in source.tables.values() if table not in gone])
    if _joins(sqlglot.parse_one(render(query, index, dialect), dialect=dialect), source) != _joins(node, source, without=gone):
        raise Unread("other joins")
    return query


def _joins(node: exp.Expr, source: Source, without: Iterable[str] = ()) -> set[frozenset[Ref]]:
    """The pairs of columns a statement's own joins compare."""
    first = node.args.get("from_") or node.args.get("from")
    found: set[frozenset[Ref]] = set()
    if first is None:
        raise Unread("no table")
    own = Source(source.index, source.dialect, {first.this.alias_or_name.lower(): _table(first.this, source.index)})
    for join in node.args.get("joins") or []:
        name, known = join.this.alias_or_name.lower(), dict(own.tables)
        own.tables[name] = _table(join.this, source.index)
        edge = _edge(join, known, name, own)
        if edge.other not in without:
            pairs = zip(edge.columns, edge.other_columns, strict=True)
            found |= {frozenset((Ref(edge.table, a), Ref(edge.other, b))) for a, b in pairs}
    return found


# ---- tables
def _source(node: exp.Select, index: Index, dialect: str) -> tuple[Source, dict[str, Edge]]:
    """The tables joined along keys, and those joined only to find rows that have none there."""
    first = node.args.get("from_") or node.args.get("from")
    if first is None:
        raise Unread("no table")
    source, gone = Source(index, dialect), {}
    source.tables[first.this.alias_or_name.lower()] = _table(first.this, index)
    joins = node.args.get("joins") or []
    for join in joins:
        name = join.this.alias_or_name.lower()
        table = _table(join.this, index)
        if name in source.tables or table in source.tables.values():
            raise Unread(f"{table} is joined twice")
        known = dict(source.tables)
        source.tables[name] = table
        edge = _edge(join, known, name, source)
        if (join.side or "").upper() == "LEFT" and (edge.many or index.graph.missing(edge) > 0):
            gone[table] = edge
        elif (join.side or "").upper() not in ("", "LEFT") or (join.kind or "").upper() not in ("", "INNER", "OUTER", "CROSS"):
            raise Unread(join.sql())
    if gone and not _anti(node, gone, source):
        raise Unread("an outer join")
    source.counted = _counted([table for table in source.tables.values() if table not in gone], index)
    return source, gone


def _table(node: exp.Expr, index: Index) -> str:
    if not isinstance(node, exp.Table):
        raise Unread(node.sql())
    for table in index.catalog.tables:
        schema = (table.schema or "").lower()
        if node.name.lower() in (table.name.lower(), (table.local_name or table.name).lower()) and node.db.lower() in (
            "",
            schema,
        ):
            return table.name
    raise Unread(f"no table {node.name}")


def _edge(join: exp.Join, known: dict[str, str], name: str, source: Source) -> Edge:
    """The key a join runs along. Raises Unread for any other condition."""
    pairs: set[tuple[str, str]] = set()
    left = ""
    using = join.args.get("using")
    on = join.args.get("on")
    if using:
        columns = [one.name.lower() for one in using]
        edges = [e for table in known.values() for e in source.index.graph.between(table, source.tables[name])]
        found = [e for e in edges if [c.lower() for c in e.columns] == columns == [c.lower() for c in e.other_columns]]
        if len(found) != 1:
            raise Unread(join.sql())
        return found[0]
    for part in (on.flatten() if isinstance(on, exp.And) else [on]) if on is not None else []:
        part = part.unnest()
        if not isinstance(part, exp.EQ) or not isinstance(part.this, exp.Column) or not isinstance(part.expression, exp.Column):
            raise Unread(join.sql())
        a, b = source.ref(part.this), source.ref(part.expression)
        own, other = (a, b) if a.table == source.tables[name] else (b, a)
        if own.table != source.tables[name] or left not in ("", other.table):
            raise Unread(join.sql())
        left = other.table
        pairs.add((other.column, own.column))
    for edge in source.index.graph.between(left, source.tables[name]) if left else ():
        if set(zip(edge.columns, edge.other_columns, strict=True)) == pairs:
            return edge
    raise Unread(join.sql())


def _anti(node: exp.Select, gone: dict[str, Edge], source: Source) -> bool:
    """Whether every outer join only serves to keep the rows that have none there (… WHERE other.key IS NULL)."""
    used: dict[str, int] = {}
    where = node.args.get("where")
    for column in [c for part in (*node.expressions, where, node.args.get("group")) if part for c in part.find_all(exp.Column)]:
        table = source.ref(column).table if column.name.lower() not in {e.alias.lower() for e in node.expressions} else ""
        used[table] = used.get(table, 0) + 1
    tests = [is_ for is_ in (where.find_all(exp.Is) if where else []) if isinstance(is_.this, exp.Column)]
    return all(used.get(table) == 1 and any(source.ref(is_.this).table == table for is_ in tests) for table in gone)


def _without_matches(conditions: list[Condition], gone: dict[str, Edge]) -> list[Condition]:
    """ "other.key IS NULL" after an outer join says that there is no related row."""
    found: list[Condition] = []
    for condition in conditions:
        ref = next(refs(condition.field.expr), None) if isinstance(condition, Compare) else None
        if ref is not None and ref.table in gone:
            if not isinstance(condition, Compare) or condition.op != "null" or condition.negated:
                raise Unread("an outer join")
            found.append(Related(ref.table, negated=True))
        else:
            found.append(condition)
    return found


def _counted(tables: list[str], index: Index) -> str:
    """The joined table of which each row stands in one row of the join."""
    for table in tables:
        try:
            plan = start(
                Query(table, (Field(None, "count", table=table),), tables=tuple(t for t in tables if t != table)), index.graph
            )
        except NoPath:
            continue
        if not plan.multiplies(table):
            return table
    raise Unread("the rows of the join are those of no table")


def _with_tables(query: Query, tables: list[str]) -> Query:
    """Joined tables that no output uses stay joined, by the way that was taken."""
    used = {ref.table for f in (*query.select, *query.keys) for ref in refs(f.expr)} | {f.table for f in query.select if f.table}
    others = tuple(table for table in tables if table not in used)
    lone = len(tables) == 1 and tables_of(query) == {tables[0]}
    return query if lone else replace(query, tables=others, via=tuple(tables))


# ---- clauses
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
    """Whether a column is settled by the key of its table that is grouped by."""
    if not isinstance(field.expr, Ref):
        return False
    key = index.table(field.expr.table).primary_key
    return bool(key) and all(Field(Ref(field.expr.table, column)) in groups for column in key)


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
    return counted or next((ref.table for f in select for ref in refs(f.expr)), source.counted)
