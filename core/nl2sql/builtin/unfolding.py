"""Unfolding: the rows a breakdown counted ("who are they?", "which photos were those?", "name the ones in Lyon")."""

from __future__ import annotations

import re

from core.nl2sql.builtin.change import Change
from core.nl2sql.builtin.explain import plural
from core.nl2sql.builtin.item import Item
from core.nl2sql.builtin.listing import picks_group, within_groups
from core.nl2sql.builtin.naming import key_columns
from core.nl2sql.builtin.parse import Parse
from core.nl2sql.builtin.query import Field, Query, Ref, Related

_WHO = re.compile(
    r"^(and |but |so )?(who|which|what)( exactly)? (are|were|is|was) (they|those|these|the\b.* ones?\b.*)( exactly)?\W*$"
)
_WHO_ARE = re.compile(r"^(and |but |so )?(who|which|what) (are|were|is|was) (the|all)\b(?!.*\bof\b)")
_NAMES = re.compile(r"^(and |now |so )?(name|list) (me )?(all )?(the )?(ones?|those|them)\b")
_NAMED = re.compile(r"^(and |but |so )?(which|what|(who|what) (are|were) (the|its|their|all)) ")
_LISTED = re.compile(r"^(and |now |so )?(list|show|name|give|display|see)( me)?( all)? (those|these|its|their) ")
_BACK = re.compile(r"\b(those|these|them|they|their|that|there|he|she|its?|ones?)\b")


def unfolded(query: Query, change: Change) -> Query:
    """The rows behind a breakdown, of the table that is named or, where the breakdown is by one of their columns, the counted."""
    parse = change.parse
    if not (query.measures and query.dimensions) or query.combine or _asks_more(parse):
        return query
    named = _asked_for(query, change)
    shown = _shown_of(named, query, change) if named else _own_names(query, change)
    if not shown:
        return query
    table = next(ref.table for f in shown if isinstance(ref := f.expr, Ref))
    for item in parse.items:
        item.role = item.role or ("target" if item is named or item.lower in ("name", "list") else "")
    parse.outputs, change.settled = [], True
    parse.where = [c for c in parse.where if not (isinstance(c, Related) and c.table == table)]
    change.said.append(f"the {plural(table, change.index)} themselves")
    single = table == query.subject
    where = (*query.where, *within_groups(query, change))
    tables = query.tables if single else tuple(dict.fromkeys((*query.tables, query.subject)))
    return Query(query.subject, shown, where=where, tables=tables, distinct=not single, stable=query.stable, via=query.via)


def _asks_more(parse: Parse) -> bool:
    """Whether rows are counted, ranked or grouped anew, or groups kept by their measure."""
    if parse.ranked or parse.limit or parse.order or parse.groups or parse.having:
        return True
    return any(item.role == "bare rank" or item.is_cue("count") for item in parse.items)


def _asked_for(query: Query, change: Change) -> Item | None:
    """The name right after "which" in "which photos were those" or "list its photos", unless its rows are what is shown."""
    found = _NAMED.match(change.text) or _LISTED.match(change.text)
    if not found or not _BACK.search(change.text):
        return None
    item = next((item for item in change.parse.items if item.kind != "stop"), None)
    if item is None or item.kind != "name" or not change.text[found.end() :].startswith(item.lower):
        return None
    return item


def _shown_of(item: Item, query: Query, change: Change) -> tuple[Field, ...]:
    """The columns said of the named rows, else what they are known by."""
    table = item.table.table if item.table else ""
    said = [f for f in change.shown(aggregated=False) if isinstance(f.expr, Ref)]
    beside = said if _LISTED.match(change.text) else []
    shown = tuple(dict.fromkeys((*change.parse.label(table), *beside))) if table else tuple(said)
    known = [f for f in shown if f in query.dimensions]
    reached = [change.index.graph.path((query.subject,), f.expr.table) for f in shown if isinstance(f.expr, Ref)]
    return () if known or any(chain is None for chain in reached) else shown


def _own_names(query: Query, change: Change) -> tuple[Field, ...]:
    """The names of the counted rows, where what they are grouped by does not name anything itself."""
    picks = (_NAMES.match(change.text) or _WHO_ARE.match(change.text)) and picks_group(query, change.parse.where)
    if not (_WHO.match(change.text) or picks) or query.keys:
        return ()
    tables = {f.expr.table for f in query.dimensions if isinstance(f.expr, Ref)}
    if len(tables) != 1 or any(f.grain or not isinstance(f.expr, Ref) for f in query.dimensions):
        return ()
    table = next(iter(tables))
    label = tuple(change.parse.label(table))
    known = {Field(Ref(table, column)) for column in key_columns(change.index.table(table))} | set(query.dimensions)
    named = not set(label) <= known
    return (
        label if named and (table == query.subject or not set(change.parse.label(query.subject)) - _keys(query, change)) else ()
    )


def _keys(query: Query, change: Change) -> set[Field]:
    """The columns of the counted rows that only tell them apart or lead to others."""
    table = change.index.table(query.subject)
    led = [column for key in table.foreign_keys for column in key.columns]
    return {Field(Ref(query.subject, column)) for column in (*key_columns(table), *led)}
