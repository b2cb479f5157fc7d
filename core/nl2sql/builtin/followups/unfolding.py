"""Unfolding: the rows a breakdown counted ("who are they?", "which photos were those?", "name the ones in Lyon")."""

from __future__ import annotations

import re
from dataclasses import replace

from core.models import Kind
from core.nl2sql.builtin.followups.asking import asked_columns
from core.nl2sql.builtin.followups.change import Change
from core.nl2sql.builtin.followups.listing import counted_table, picks_group, within_groups
from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.linking.naming import key_columns
from core.nl2sql.builtin.query.explain import plural
from core.nl2sql.builtin.query.query import Field, Query, Ref, Related
from core.nl2sql.builtin.reading.parse import Parse
from core.nl2sql.builtin.reading.people import people_meant

_WHO = re.compile(
    r"^(and |but |so )?(who|which|what)( exactly)? (are|were|is|was) (they|those|these|the\b.* ones?\b.*)( exactly)?\W*$"
)
_WHO_ARE = re.compile(r"^(and |but |so )?(who|which|what) (are|were|is|was) (the|all)\b(?!.*\bof\b)")
_NAMES = re.compile(r"^(and |now |so )?(name|list) (me )?(all )?(the )?(ones?|those|them)\b")
_NAMED = re.compile(r"^(and |but |so )?(which|what|(who|what) (are|were) (the|its|their|all)) ")
_LISTED = re.compile(r"^(and |now |so )?(list|show|name|give|display|see)( me)?( all)? (those|these|its|their) ")
_WHOM = re.compile(r"^(and |but |so )?(who|whose)\b(?! else)")
_ROWS = re.compile(
    r"^(and |now |so )?((list|show|name|give|display|see)( me)?\b(?! (only|just|it|that)\b)|(which|what) ones? (are|were)\b"
    r"|which (?!of\b|ones?\b)(\w+ )?(are|is|were|was|have|has|had)\b|(the )?names? of\b)"
)
_WITH_THEIRS = re.compile(r"^(and |now |so )?(only|just) .*\bwith (their|its)\b")
""" "Only the houses, with their addresses": of rows, as groups have none."""
_LISTS = re.compile(r"^(and |now |so )?(list|show|give|display|see)( me)?( all( of)?)? (them|those|these)\b")
""" "List them with receipt number and date": the rows, as groups have none."""
_SURELY = re.compile(r"^(and |now |so )?(list|name|which|what)\b")
_OTHERS = re.compile(r"\b(also|too|as well|add|include|including|only|just|instead)\b")
_BACK = re.compile(r"\b(those|these|them|they|their|that|there|he|she|its?|ones?)\b")

_MOST = 0.9


def unfolded(query: Query, change: Change) -> Query:
    """The rows behind a breakdown, of the table that is named or, where the breakdown is by one of their columns, the counted."""
    parse = change.parse
    kept = any(compare.field.aggregate for compare in query.having)
    if not ((query.measures or kept) and query.dimensions) or query.combine or _asks_more(parse):
        return query
    named = _asked_for(query, change)
    shown = _shown_of(named, query, change) if named else _own_names(query, change) or _members(query, change)
    if not shown:
        return query
    table = next(ref.table for f in shown if isinstance(ref := f.expr, Ref))
    for item in parse.items:
        item.role = item.role or ("target" if item is named or item.lower in ("name", "list") else "")
    parse.outputs, change.settled = [], True
    parse.where = [c for c in parse.where if not (isinstance(c, Related) and c.table == table)]
    change.said.append(f"the {plural(table, change.index)} themselves")
    rows = counted_table(query)
    single = table == rows
    where = (*query.where, *within_groups(query, change))
    tables = query.tables if single else tuple(dict.fromkeys((*query.tables, rows)))
    return Query(rows, shown, where=where, tables=tables, distinct=not single, stable=query.stable, via=query.via)


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
        label
        if named and (table == query.subject or not set(change.parse.label(query.subject)) - _keys(query.subject, change))
        else ()
    )


def _members(query: Query, change: Change) -> tuple[Field, ...]:
    """What is asked of the rows of a group that is picked: "who does the photos?", "list the visa ones with their dates"."""
    whom = bool(_WHOM.match(change.text))
    theirs = bool(_WITH_THEIRS.match(change.text))
    asked = whom or ((theirs or _ROWS.match(change.text)) and _picks(query, change))
    if not asked or (_OTHERS.search(change.text) and not theirs):
        return ()
    rows = counted_table(query)
    table = people_meant(rows, change.parse) if whom else _named_rows(rows, query, change)
    label = change.parse.label(table) if table else []
    if label and set(label) <= set(query.dimensions):
        label = _told_apart_by(table, query, change)
    if not table:
        return ()
    said = [*_said(change), *asked_columns(replace(query, subject=rows, order=()), change)]
    said = [f for f in said if f not in query.dimensions and _reached(f, rows, change)]
    nameless = set(label) <= _keys(rows, change)
    return tuple(dict.fromkeys(said if nameless and said and not whom else (*label, *said)))


def _told_apart_by(name: str, query: Query, change: Change) -> list[Field]:
    """What tells rows apart whose name is what they are counted by: their key, and the text that is different in most of them."""
    table = change.index.table(name)
    rows = table.row_count or 0
    key = [f for f in change.parse.key(name) if f not in query.dimensions]
    texts = [c for c in table.columns if c.kind is Kind.TEXT and Field(Ref(name, c.name)) not in (*key, *query.dimensions)]
    best = max(texts, key=lambda column: column.distinct_count or 0, default=None)
    telling = best is not None and rows > 1 and (best.distinct_count or 0) >= _MOST * rows
    return [*key, Field(Ref(name, best.name))] if best is not None and telling and key else key


def _named_rows(rows: str, query: Query, change: Change) -> str:
    """The rows that were counted; of rows without a name, such as the items of orders, what they are of: the products."""
    graph, by = change.index.graph, [f.expr.table for f in query.dimensions if isinstance(f.expr, Ref)]
    if not (graph.is_link(rows) or graph.is_pure_link(rows)) or not set(change.parse.label(rows)) <= _keys(rows, change):
        return rows
    chain = [edge.other for table in by for edge in graph.path((rows,), table) or ()]
    near = [table for table in (*chain, *graph.ends(rows)) if table not in by]
    return next((table for table in near if not set(change.parse.label(table)) <= _keys(table, change)), rows)


def _said(change: Change) -> list[Field]:
    """The columns said of rows; a number of theirs is shown as it is where no total was asked for."""
    totals = any(item.is_cue("aggregate") for item in change.parse.items)
    fields = [output.field for output in change.parse.outputs]
    fields = [replace(f, aggregate="", label="") if f.aggregate == "sum" and not totals and not f.distinct else f for f in fields]
    return [f for f in fields if isinstance(f.expr, Ref) and not f.aggregate]


def _reached(field: Field, rows: str, change: Change) -> bool:
    return isinstance(field.expr, Ref) and change.index.graph.path((rows,), field.expr.table) is not None


def _picks(query: Query, change: Change) -> bool:
    """Whether rows of a group are asked for: their one group is told already, or something else of them is."""
    where = change.parse.where
    if query.limit == 1 and _BACK.search(change.text):
        return True
    if not where:
        return bool(_LISTS.match(change.text)) and any(f not in query.dimensions for f in _said(change))
    told = len(query.dimensions) == 1 and picks_group(query, where)
    return bool(_SURELY.match(change.text)) or told or any(f not in query.dimensions for f in _said(change))


def _keys(name: str, change: Change) -> set[Field]:
    """The columns of a table's rows that only tell them apart or lead to others."""
    table = change.index.table(name)
    led = [column for key in table.foreign_keys for column in key.columns]
    return {Field(Ref(name, column)) for column in (*key_columns(table), *led)}
