"""Transferring: the same question asked of the rows of another table that has the same columns ("the same for mills")."""

from __future__ import annotations

import re
from dataclasses import replace

from core.nl2sql.builtin.followups.change import Change
from core.nl2sql.builtin.query.explain import plural
from core.nl2sql.builtin.query.query import Compare, Condition, Field, Order, Query, Ref

_SAME = re.compile(
    r"^(and |now |then |but )*"
    r"((do )?(the )?same( thing| question| list)?( again)?( for| with| but| of)?|what about|how about|now for)"
    r" (the |our )?[\w -]+?( instead( of [\w ]+)?)?\W*$"
)
_SURE = 0.85


def of_another(query: Query, change: Change) -> Query:
    """The query of a table that is named alone, where it has every column that is used; else as it is."""
    if query.combine or query.tables or not _SAME.match(change.text):
        return query
    named = [item for item in change.parse.items if item.kind == "name" and item.table and item.table.score >= _SURE]
    others = [item for item in change.parse.items if item.kind in ("value", "number", "period", "word")]
    table = named[0].table.table if named and named[0].table else ""
    if not table or others or table == query.subject or len(named) > 2:
        return query
    moved = _moved(query, table, change)
    if moved is None:
        return query
    for item in change.parse.items:
        item.role = item.role or "subject"
    change.parse.where, change.parse.outputs, change.parse.groups, change.settled = [], [], [], True
    change.said.append(f"the same of {plural(table, change.index)}")
    return moved


def _moved(query: Query, table: str, change: Change) -> Query | None:
    """None where the other table lacks a column of these."""
    own = {column.name.lower(): column.name for column in change.index.table(table).columns}
    labels = dict(zip(change.parse.label(query.subject), change.parse.label(table), strict=False))
    keys = dict(zip(change.parse.key(query.subject), change.parse.key(table), strict=False))

    def field(old: Field) -> Field | None:
        if old.expr is None:
            return replace(old, table=table) if old.table == query.subject else None
        plain = replace(old, aggregate="", distinct=False, grain="", label="")
        if plain in labels or plain in keys:
            return replace(old, expr=(labels.get(plain) or keys[plain]).expr)
        ref = old.expr
        if not isinstance(ref, Ref) or ref.table != query.subject or ref.role or ref.column.lower() not in own:
            return None
        return replace(old, expr=Ref(table, own[ref.column.lower()]))

    def condition(old: Condition) -> Condition | None:
        new = field(old.field) if isinstance(old, Compare) and old.query is None else None
        return replace(old, field=new) if isinstance(old, Compare) and new else None

    select, keyed = [field(f) for f in query.select], [field(f) for f in query.keys]
    order = [(field(o.field), o.descending) for o in query.order]
    where, having = [condition(c) for c in query.where], [condition(c) for c in query.having]
    if None in (*select, *keyed, *where, *having) or any(f is None for f, _ in order):
        return None
    return replace(
        query,
        subject=table,
        select=tuple(f for f in select if f),
        keys=tuple(f for f in keyed if f),
        where=tuple(c for c in where if c),
        having=tuple(c for c in having if isinstance(c, Compare)),
        order=tuple(Order(f, descending) for f, descending in order if f),
        via=(),
    )
