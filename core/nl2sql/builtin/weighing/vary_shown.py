"""Variations of what is shown: a column dropped, added or swapped, names for keys, rows counted otherwise, DISTINCT."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from core.nl2sql.builtin.linking.numerals import numberlike
from core.nl2sql.builtin.query.query import Field, Query, Ref
from core.nl2sql.builtin.reading.parse import Parse

Variation = tuple[str, Query]
_FEW = 3


def dropped(query: Query, parse: Parse) -> Iterator[Variation]:
    """One of several columns is not shown; what grouped the rows may still do so unseen."""
    if len(query.select) < 2:
        return
    names = _unsaid_names(query, parse)
    for at, field in enumerate(query.select):
        if field in names and len(names) > 1:
            continue
        rest = query.select[:at] + query.select[at + 1 :]
        yield ("drop_measure" if field.aggregate else "drop_shown"), replace(query, select=rest)
        if not field.aggregate and query.grouped:
            yield "hide_shown", replace(query, select=rest, keys=(*query.keys, field))
    if query.grouped and query.measures and query.dimensions and len(query.dimensions) > 1 and not query.having:
        yield "drop_dimensions", replace(query, select=query.measures, keys=())


def _unsaid_names(query: Query, parse: Parse) -> tuple[Field, ...]:
    """Columns that make up the name of a row together and stand for it: nobody asked for one of them alone."""
    said = {(link.table, link.column) for item in parse.items if item.kind == "name" for link in item.columns}
    plain = [field for field in query.select if not field.aggregate and isinstance(field.expr, Ref)]
    tables = dict.fromkeys(field.expr.table for field in plain if isinstance(field.expr, Ref))
    labels = [field for table in tables for field in parse.label(table)]
    return tuple(f for f in plain if f in labels and isinstance(f.expr, Ref) and (f.expr.table, f.expr.column) not in said)


def added(query: Query, parse: Parse) -> Iterator[Variation]:
    """A column that was named is shown, too; or the count of a group."""
    shown = {field.expr for field in query.select}
    for ref, _ in named_columns(parse):
        if ref not in shown:
            shown.add(ref)
            yield "add_shown", replace(query, select=(*query.select, Field(ref)))
    if query.grouped and query.dimensions and not query.measures:
        ranked = [order.field for order in query.order if order.field.aggregate]
        ranked += [compare.field for compare in query.having if compare.field.aggregate]
        for field in ranked[:1]:
            yield "add_measure", replace(query, select=(*query.select, field))


def swapped(query: Query, parse: Parse) -> Iterator[Variation]:
    """One column shown is another one: another meaning of its words, the name for the key, the other end of a key."""
    for at, field in enumerate(query.select):
        if not isinstance(field.expr, Ref):
            continue
        taken = {other.expr for other in query.select}
        for why, ref in alternatives(field.expr, parse):
            if ref not in taken:
                yield why, _with(query, at, replace(field, expr=ref))
        if not field.aggregate and not query.grouped:
            names = parse.label(field.expr.table)
            if len(names) > 1 and not any(name.expr in taken for name in names):
                yield "swap_names", replace(query, select=(*query.select[:at], *names, *query.select[at + 1 :]))


def entity(query: Query, parse: Parse) -> Iterator[Variation]:
    """Nothing but the names, or the keys, of one table that was said."""
    for table in parse.tables_said()[:_FEW]:
        for why, fields in (("only_names", parse.label(table)), ("only_keys", parse.key(table))):
            if fields and tuple(fields) != query.select and not query.measures:
                yield why, replace(query, select=tuple(fields), subject=query.subject or table)


def counted(query: Query, parse: Parse) -> Iterator[Variation]:
    """Rows of another table counted, different values counted, or a number that is stored summed up or shown."""
    for at, field in enumerate(query.select):
        if field.aggregate == "count" and field.expr is None:
            for table in parse.tables_said()[:_FEW]:
                if table != field.table:
                    yield "count_other", replace(_with(query, at, replace(field, table=table)), subject=table)
            for ref, _ in named_columns(parse):
                yield "count_distinct", _with(query, at, Field(ref, "count", distinct=True))
                if numberlike(parse.column(ref)):
                    yield "sum_stored", _with(query, at, Field(ref, "sum"))
                    yield "show_stored", replace(_with(query, at, Field(ref)), keys=())
        elif field.aggregate == "count" and field.distinct and field.expr is not None:
            table = next((o.table for o in (field.expr,) if isinstance(o, Ref)), query.subject)
            yield "count_rows", _with(query, at, Field(aggregate="count", table=table))
            yield "count_plain", _with(query, at, replace(field, distinct=False))
        elif field.aggregate in ("sum", "avg") and isinstance(field.expr, Ref):
            yield "show_plain", _with(query, at, Field(field.expr))
    if not query.grouped and len(query.select) == 1:
        yield "count_instead", replace(query, select=(Field(aggregate="count", table=query.subject),), order=(), limit=None)


def distinct(query: Query, parse: Parse) -> Iterator[Variation]:
    """Equal rows once, or as often as they are."""
    if not query.grouped:
        yield ("not_distinct" if query.distinct else "distinct"), replace(query, distinct=not query.distinct)


def named_columns(parse: Parse, most: int = 2) -> list[tuple[Ref, int]]:
    """The likeliest columns of every name in the question, with where it was said."""
    found: dict[Ref, int] = {}
    for item in parse.items:
        if item.kind == "name":
            for _, link in parse.settled_columns(item)[:most]:
                found.setdefault(Ref(link.table, link.column), item.start)
    return list(found.items())


def alternatives(ref: Ref, parse: Parse) -> Iterator[tuple[str, Ref]]:
    """Other columns that could be meant where this one was taken."""
    for item in parse.items:
        if item.kind == "name" and any((link.table, link.column) == (ref.table, ref.column) for link in item.links):
            for _, link in parse.settled_columns(item)[: _FEW + 1]:
                if (link.table, link.column) != (ref.table, ref.column):
                    yield "swap_link", Ref(link.table, link.column)
    table = parse.index.table(ref.table)
    for key in table.foreign_keys:
        if key.columns == (ref.column,):
            yield "swap_to_parent", Ref(key.ref_table, key.ref_columns[0])
            for field in parse.label(key.ref_table)[:1]:
                if isinstance(field.expr, Ref):
                    yield "swap_to_parent_name", field.expr
    names, keys = parse.label_names(ref.table), tuple(table.primary_key)
    if ref.column in keys:
        for edge in parse.index.graph.edges(ref.table):
            if edge.many and edge.columns == (ref.column,) and len(edge.other_columns) == 1:
                yield "swap_to_child", Ref(edge.other, edge.other_columns[0])
        for name in names[:1]:
            yield "swap_to_name", Ref(ref.table, name)
    elif ref.column in names and len(keys) == 1:
        yield "swap_to_key", Ref(ref.table, keys[0])


def _with(query: Query, at: int, field: Field) -> Query:
    return replace(query, select=(*query.select[:at], field, *query.select[at + 1 :]))
