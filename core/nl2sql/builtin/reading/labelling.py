"""Labelling: a key that leads to rows with a name shows the name, unless the key itself was asked for."""

from __future__ import annotations

from dataclasses import replace

from core.models import Kind
from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.linking.keygraph import Edge
from core.nl2sql.builtin.linking.text import lemma
from core.nl2sql.builtin.query.query import Field, Query, Ref
from core.nl2sql.builtin.reading.parse import Parse

_KEY_WORDS = frozenset({"id", "code", "number", "no", "key", "identifier"})
_NAMING = frozenset({"name", "title", "label", "description"})


def labelled(query: Query, parse: Parse) -> Query:
    """The query with the names of the rows its keys refer to; rows of one name stay apart by the key they are grouped by."""
    for field in query.select:
        if shown := _own_names(field, query, parse) or _names(field, parse):
            query = _shown_as(query, field, shown)
    return query


def shown_names(query: Query, parse: Parse) -> tuple[Field, ...]:
    """What a list tells its rows by: the names of its rows where they are shown, else of others, else the first column."""
    plain = [f for f in query.dimensions if isinstance(f.expr, Ref)]
    tables = dict.fromkeys((query.subject, *(f.expr.table for f in plain if isinstance(f.expr, Ref))))
    named = (tuple(f for f in plain if f in parse.label(table)) for table in tables)
    return next((names for names in named if names), query.select[:1])


def _own_names(field: Field, query: Query, parse: Parse) -> tuple[Field, ...]:
    """ "Which customers have no card": the rows themselves, where their key alone was linked to."""
    ref = field.expr
    if field.aggregate or not isinstance(ref, Ref) or ref.role or _asked_key(ref, parse):
        return ()
    alone = sum(isinstance(f.expr, Ref) and f.expr.table == ref.table for f in query.select) == 1
    own = parse.index.table(ref.table).primary_key == (ref.column,)
    return tuple(parse.label(ref.table)) if alone and own and is_named(ref.table, parse) else ()


def _names(field: Field, parse: Parse) -> tuple[Field, ...]:
    if field.aggregate or field.grain or not isinstance(ref := field.expr, Ref) or ref.role or _asked_key(ref, parse):
        return ()
    edge = _leads(ref, parse)
    if edge is None or not is_named(edge.other, parse) or _names_itself(edge.other, parse):
        return ()
    role = f"{ref.table}.{ref.column}" if len(parse.index.graph.between(ref.table, edge.other)) > 1 else ""
    return tuple(Field(Ref(edge.other, column, role)) for column in parse.label_names(edge.other))


def _leads(ref: Ref, parse: Parse) -> Edge | None:
    """The key a column is, where every row that is filled in leads to another table."""
    refers = {key.ref_table for key in parse.index.table(ref.table).foreign_keys if key.columns == (ref.column,)}
    edges = [e for e in parse.index.graph.edges(ref.table) if e.other in refers and e.columns == (ref.column,) and not e.many]
    found = edges[0] if len(edges) == 1 else None
    return found if found is not None and found.other != ref.table and not parse.index.graph.missing(found) else None


def names_subject(parse: Parse, item: Item, ref: Ref) -> bool:
    """ "Customers in Canada, names and emails": of customers, though only a table nobody spoke of has a column called so."""
    said = {parse.subject, *parse.tables_said()}
    return item.lower in ("name", "names") and bool(parse.subject) and ref.table not in said


def is_named(table: str, parse: Parse) -> bool:
    """Whether the rows of a table have a name, title or description, or a column called as the table is."""
    own, names = set(parse.index.names.tables[table]), parse.label_names(table)
    columns, key = parse.index.names.columns, parse.index.table(table).primary_key
    keyed = set(columns[table, key[0]]) - _KEY_WORDS if len(key) == 1 else set()
    said = [set(columns[table, name]) for name in names]
    return not set(names) & set(key) and all(words & _NAMING or words <= own or words == keyed for words in said)


def goes_by_name(table: str, parse: Parse) -> bool:
    """Whether its rows are known by words that are theirs alone: a name, or a key in words."""
    names = parse.label_names(table)
    worded = all(parse.column(Ref(table, name)).kind is Kind.TEXT for name in names)
    return is_named(table, parse) or (worded and set(names) <= set(parse.index.table(table).primary_key))


def _names_itself(table: str, parse: Parse) -> bool:
    """An allergy called "Nuts" is its own name beside the type of allergy it is."""
    names = parse.index.names.columns
    titled = any(_NAMING & set(names[table, name]) for name in parse.label_names(table))
    keys = parse.index.table(table).primary_key
    worded = [parse.column(Ref(table, key)).kind is Kind.TEXT and not _KEY_WORDS & set(names[table, key]) for key in keys]
    return bool(worded) and all(worded) and not titled


def _asked_key(ref: Ref, parse: Parse) -> bool:
    """ "The type codes": a word for key said in the name of the column."""
    return any(
        _KEY_WORDS & {lemma(word) for word in item.lower.split()}
        and any((link.table, link.column) == (ref.table, ref.column) for link in item.links)
        for item in parse.items
    )


def _shown_as(query: Query, field: Field, shown: tuple[Field, ...]) -> Query:
    select = [other for one in query.select for other in (shown if one == field else (one,))]
    order = tuple(replace(order, field=shown[0]) if order.field == field else order for order in query.order)
    keys = (*query.keys, field) if query.grouped and field not in query.keys else query.keys
    return replace(query, select=tuple(dict.fromkeys(select)), order=order, keys=keys)
