"""SQL joins: the FROM of a statement as tables joined along keys, each in the role it plays; other joins are not read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from sqlglot import exp

from core.nl2sql.builtin.linking.index import Index
from core.nl2sql.builtin.linking.keygraph import Edge
from core.nl2sql.builtin.query.plan import NoPath, start
from core.nl2sql.builtin.query.query import Compare, Condition, Field, Query, Ref, Related, refs
from core.nl2sql.builtin.query.sql_fields import Source, Unread


def source_of(node: exp.Select, index: Index, dialect: str, by_role: bool = False) -> tuple[Source, dict[str, Edge]]:
    """The tables joined along keys, and those joined only to find rows that have none there.

    A table that is joined twice stands in the role of the key that leads to it; `by_role`: every table that a key leads to.
    Raises Unread for joins no `Query` says.
    """
    first = _first(node)
    source, gone = Source(index, dialect), {}
    source.tables[first.alias_or_name.lower()] = _table(first, index)
    edges: list[tuple[str, str, Edge]] = []
    kept = True
    for join in node.args.get("joins") or []:
        name = join.this.alias_or_name.lower()
        if name in source.tables:
            raise Unread(f"{name} is joined twice")
        source.tables[name] = _table(join.this, index)
        *before, (left, _, edge) = _steps(join, name, source)
        edges += [*before, (left, name, edge)]
        outer = (join.side or "").upper() == "LEFT"
        kept = kept and (outer or (left == first.alias_or_name.lower() and not edge.many))
        if outer and (edge.many or index.graph.missing(edge) > 0):
            gone[source.tables[name]] = edge
        elif (join.side or "").upper() not in ("", "LEFT") or (join.kind or "").upper() not in ("", "INNER", "OUTER", "CROSS"):
            raise Unread(join.sql())
    source.roles = _roles(edges, source, by_role)
    plain = [table for name, table in source.tables.items() if name not in source.roles]
    if len(plain) != len(set(plain)):
        raise Unread("a table is joined twice")
    if gone and not _anti(node, gone, source):
        if not kept or first.alias_or_name.lower() in source.roles:
            raise Unread("an outer join")
        source.every, gone = source.tables[first.alias_or_name.lower()], {}
    source.counted = _counted([table for table in plain if table not in gone], index)
    return source, gone


def joined_columns(node: exp.Expr, source: Source, without: Iterable[str] = ()) -> set[frozenset[Ref]]:
    """The pairs of columns a statement's own joins compare."""
    first = _first(node)
    found: set[frozenset[Ref]] = set()
    own = Source(source.index, source.dialect, {first.alias_or_name.lower(): _table(first, source.index)})
    for join in node.args.get("joins") or []:
        name = join.this.alias_or_name.lower()
        own.tables[name] = _table(join.this, source.index)
        for _, _, edge in _steps(join, name, own):
            if edge.other not in without:
                pairs = zip(edge.columns, edge.other_columns, strict=True)
                found |= {frozenset((Ref(edge.table, a), Ref(edge.other, b))) for a, b in pairs}
    return found


def without_matches(conditions: list[Condition], gone: dict[str, Edge]) -> list[Condition]:
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


def _first(node: exp.Expr) -> exp.Expr:
    first = node.args.get("from_") or node.args.get("from")
    if first is None:
        raise Unread("no table")
    found: exp.Expr = first.this
    return found


def _table(node: exp.Expr, index: Index) -> str:
    if not isinstance(node, exp.Table):
        raise Unread(node.sql())
    for table in index.catalog.tables:
        schema = (table.schema or "").lower()
        names = (table.name.lower(), (table.local_name or table.name).lower())
        if node.name.lower() in names and node.db.lower() in ("", schema):
            return table.name
    raise Unread(f"no table {node.name}")


def _edge(join: exp.Join, name: str, source: Source) -> tuple[str, Edge]:
    """What a table is joined to, and the key the join runs along. Raises Unread for any other condition."""
    known = {alias: table for alias, table in source.tables.items() if alias != name}
    table = source.tables[name]
    if using := join.args.get("using"):
        columns = [one.name.lower() for one in using]
        both = [(alias, e) for alias, left in known.items() for e in source.index.graph.between(left, table)]
        found = [(a, e) for a, e in both if [*map(str.lower, e.columns)] == columns == [*map(str.lower, e.other_columns)]]
        if len(found) != 1:
            raise Unread(join.sql())
        return found[0]
    pairs: set[tuple[str, str]] = set()
    lefts: set[str] = set()
    on = join.args.get("on")
    for part in (on.flatten() if isinstance(on, exp.And) else [on]) if on is not None else []:
        sides = _sides(part.unnest(), source)
        if len(sides) != 2 or name not in sides:
            raise Unread(join.sql())
        left = next(alias for alias in sides if alias != name)
        lefts.add(left)
        pairs.add((sides[left], sides[name]))
    left = lefts.pop() if len(lefts) == 1 else ""
    for edge in _ways(known[left], table, source.index) if left else ():
        if set(zip(edge.columns, edge.other_columns, strict=True)) == pairs:
            return left, edge
    raise Unread(join.sql())


def _steps(join: exp.Join, name: str, source: Source) -> list[tuple[str, str, Edge]]:
    """From what to what a join leads, and along which key; in two steps where both sides lead to the row of a table between."""
    try:
        left, edge = _edge(join, name, source)
    except Unread:
        if found := _between(join, name, source):
            return found
        raise
    return [(left, name, edge)]


def _between(join: exp.Join, name: str, source: Source) -> list[tuple[str, str, Edge]]:
    """ON a.film_id = b.film_id, where both are keys of films: by way of the film, which is no other for either."""
    on = join.args.get("on")
    sides = _sides(on.unnest(), source) if on is not None and not isinstance(on, exp.And) else {}
    left = next((alias for alias in sides if alias != name), "")
    if len(sides) != 2 or name not in sides:
        return []
    graph, table = source.index.graph, source.tables[name]
    for near in graph.edges(source.tables[left]):
        for far in graph.between(near.other, table):
            joins = near.columns == (sides[left],) and far.other_columns == (sides[name],) and near.other_columns == far.columns
            if joins and not near.many and near.other not in source.tables.values():
                source.tables[f" {near.other}"] = near.other
                return [(left, f" {near.other}", near), (f" {near.other}", name, far)]
    return []


def _ways(table: str, other: str, index: Index) -> list[Edge]:
    """The keys between two tables, of a table to itself in both directions."""
    found = [*index.graph.between(table, other)]
    back = [Edge(e.other, e.other_columns, e.table, e.columns, many=True, inferred=e.inferred) for e in found]
    return [*found, *back] if table == other else found


def _sides(node: exp.Expr, source: Source) -> dict[str, str]:
    """What each side of an equality is called in the statement → its column."""
    columns = (node.this, node.expression) if isinstance(node, exp.EQ) else ()
    found: dict[str, str] = {}
    for column in columns:
        if not isinstance(column, exp.Column):
            raise Unread(node.sql())
        ref = source.ref(column)
        found[column.table.lower() or next(alias for alias, table in source.tables.items() if table == ref.table)] = ref.column
    return found


def _roles(edges: list[tuple[str, str, Edge]], source: Source, by_role: bool) -> dict[str, str]:
    """What a table is called → the key that leads to it, for those that must be told apart from the table itself."""
    often = Counter(source.tables.values())
    found: dict[str, str] = {}
    for left, right, edge in edges:
        owner, led = (source.tables[right], left) if edge.many else (edge.table, right)
        if (by_role or often[source.tables[led]] > 1) and led not in found:
            found[led] = f"{owner}.{edge.role}"
    return found


def _anti(node: exp.Select, gone: dict[str, Edge], source: Source) -> bool:
    """Whether every outer join only serves to keep the rows that have none there (… WHERE other.key IS NULL)."""
    used: dict[str, int] = {}
    where = node.args.get("where")
    for column in [c for part in (*node.expressions, where, node.args.get("group")) if part for c in part.find_all(exp.Column)]:
        table = source.ref(column).table if column.name.lower() not in {e.alias.lower() for e in node.expressions} else ""
        used[table] = used.get(table, 0) + 1
    tests = [is_ for is_ in (where.find_all(exp.Is) if where else []) if isinstance(is_.this, exp.Column)]
    return all(used.get(table) == 1 and any(source.ref(is_.this).table == table for is_ in tests) for table in gone)


def _counted(tables: list[str], index: Index) -> str:
    """The joined table of which each row stands in one row of the join."""
    for table in tables:
        counting = Query(table, (Field(None, "count", table=table),))
        try:
            plan = start(replace(counting, tables=tuple(other for other in tables if other != table)), index.graph)
        except NoPath:
            continue
        if not plan.multiplies(table):
            return table
    raise Unread("the rows of the join are those of no table")
