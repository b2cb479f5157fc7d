"""Listing: the rows behind a number, and the rows of a query as a set that the next question is about."""

from __future__ import annotations

import re
from dataclasses import replace

from core.nl2sql.builtin.followups.change import Change, is_scalar
from core.nl2sql.builtin.linking.text import lemma
from core.nl2sql.builtin.query.explain import plural
from core.nl2sql.builtin.query.plan import measure_table
from core.nl2sql.builtin.query.query import Compare, Condition, Field, Order, Query, Ref, Related, tables_of
from core.nl2sql.builtin.reading.counting import count_of
from core.nl2sql.builtin.reading.parse import Parse

_COUNTS_ONES = re.compile(r"^(and |so )?how many of the [\w -]+ ones\b")
_HOW_MANY_IS_THAT = re.compile(r"^(and |so )*how many ([\w-]+) (?:is|are|was|were) (?:that|this|those|these|it|they)\W*$")
_COUNTS_OF_THEM = re.compile(r"^(and |so )?how many of (them|those|these)\b")
_COUNTS_THEM = re.compile(
    r"\b(of (those|these|them)|those|these|them|they|are there|is that|in total)\b|^how many\W*$"
    r"|(different|distinct|unique)( ones?)?\W*$"
)
_LISTS_THEM = re.compile(
    r"^(and )?((who|what|which)( ones?)?( are| were| is)? ?(they|those|these|them|that|it)?( exactly)?"
    r"|(list|show|name|give|display)( me)?( all| all of| the)? ?(them|those|these|names|list|rows|of them)"
    r"|which ones?|which( are)?)\W*$"
)


def as_list(query: Query, change: Change) -> Query:
    """The rows behind a total; other queries as they are."""
    if not is_scalar(query) or query.combine:
        return query
    counted = query.measures[0]
    if counted.distinct and isinstance(counted.expr, Ref):
        return replace(query, select=(Field(counted.expr),), distinct=True, order=(), limit=None)
    return replace(query, select=tuple(_named(query.subject, change)), order=(), limit=None)


def _named(table: str, change: Change) -> list[Field]:
    return change.parse.label(table)


def rows_of(query: Query, change: Change) -> Query:
    """The query's rows as a set of their own, so that what is asked of them next cannot let others in."""
    narrowed = query.limit is not None or query.having or query.combine
    key = key_of(query, change.parse) if narrowed else None
    if key is None or not isinstance(key.expr, Ref):
        return query
    inner = keys_within(query, key)
    named = change.parse.label(key.expr.table)
    kept = tuple(f for f in query.dimensions if f != key or f in named)
    return Query(key.expr.table, kept or query.dimensions, where=(Compare(key, "in", query=inner),), stable=query.stable)


def within_rows(query: Query, change: Change) -> Query:
    """What "which of those are …" is asked of: the rows of a list that was cut off, shown as they were; else the query itself."""
    key = key_of(query, change.parse) if query.limit is not None and not query.combine else None
    if key is None:
        return query
    among = Compare(key, "in", query=keys_within(query, key))
    where = (*query.where, among) if query.grouped else (among,)
    return replace(query, where=where, limit=None, offset=0)


def keys_within(query: Query, key: Field) -> Query:
    """The keys of the query's rows, with what they are cut off by; rows that tie are cut off as they were shown."""
    named = tuple(f for f in query.dimensions if f != key) if query.stable and query.limit is not None and query.order else ()
    fields = [o.field for o in query.order]
    ties = query.dimensions if named else ()
    order = (*query.order, *(Order(f) for f in ties if f not in fields)) if query.limit is not None else ()
    return replace(query, select=(key,), keys=(key, *named) if query.grouped else (), order=order, distinct=False)


def within_groups(query: Query, change: Change) -> tuple[Condition, ...]:
    """That a row belongs to a group that was shown, where not all were and the follow-up picks none of them itself."""
    key = key_of(query, change.parse) if query.having or query.limit is not None else None
    if key is None or picks_group(query, change.parse.where):
        return ()
    return (Compare(key, "in", query=keys_within(query, key)),)


def picks_group(query: Query, where: list[Condition]) -> bool:
    return any(isinstance(c, Compare) and c.op in ("=", "in") and c.field in query.dimensions for c in where)


def key_of(query: Query, parse: Parse) -> Field | None:
    """What tells the rows of a query apart: the key of what it lists, else the one column it is grouped by."""
    if query.keys:
        return query.keys[0] if len(query.keys) == 1 else None
    if query.combine or (query.grouped and query.dimensions):
        only = query.dimensions[0] if len(query.dimensions) == 1 else None
        return only if only and isinstance(only.expr, Ref) and not only.grain else None
    key = parse.key(query.subject)
    return key[0] if len(key) == 1 else None


def counted(query: Query, change: Change) -> Query:
    """ "How many of those …", "how many are there?": the rows of before, counted."""
    if change.cue("count") is None and not any(item.is_cue("count") for item in change.parse.items):
        return query
    if query.measures and query.dimensions and change.parse.where and _COUNTS_ONES.match(change.text):
        change.parse.outputs = [o for o in change.parse.outputs if o.field.aggregate != "count"]
        change.said.append("counted")
        return replace(plain(query), select=(count_of(change.parse, query.subject),))
    own = change.shown(aggregated=True)
    own = [] if _counts_rows(query, change) else own
    other = any(f.table not in ("", query.subject) or f.expr is not None for f in own) and not _COUNTS_OF_THEM.match(change.text)
    if (
        other
        or change.parse.groups
        or change.parse.order
        or change.adds_surely
        or change.replaces
        or not _COUNTS_THEM.search(change.text)
        or (query.measures and query.dimensions and re.search(r"\beach\b", change.text))
    ):
        return query
    change.parse.outputs = [o for o in change.parse.outputs if o.field.aggregate != "count"]
    if is_scalar(query) and query.measures[0].aggregate == "count":
        return query
    change.said.append("counted")
    if query.measures:
        total = next((f for f in query.measures if f.aggregate == "count"), count_of(change.parse, query.subject))
        if not (query.having or query.limit):
            return replace(query, select=(total,), keys=(), order=(), limit=None, offset=0)
    apart = query.distinct or re.search(r"\b(different|distinct|unique)\b", change.text)
    if apart and len(query.select) == 1 and query.limit is None and not query.measures:
        return replace(query, select=(replace(query.select[0], aggregate="count", distinct=True),), distinct=False, order=())
    rows = rows_of(query, change)
    return replace(plain(rows), select=(count_of(change.parse, rows.subject),))


def counted_table(query: Query) -> str:
    """The table whose rows were counted or added up."""
    figures = (*query.measures, *(compare.field for compare in query.having))
    return next((table for f in figures if (table := measure_table(f))), query.subject)


def _counts_rows(query: Query, change: Change) -> bool:
    """ "How many payments is that?", of payments that were listed or added up."""
    found = _HOW_MANY_IS_THAT.match(change.text)
    if not found or (query.measures and query.dimensions):
        return False
    names = change.index.names.tables[query.subject]
    return lemma(found[2]) in map(lemma, names)


def plain(query: Query) -> Query:
    """Without what belongs to a list: its order, limit, keys and distinctness."""
    return replace(query, keys=(), having=(), order=(), limit=None, offset=0, distinct=False)


def listed(query: Query, change: Change) -> Query:
    """ "Who are they?", "which of them …": the rows behind a number; "which of those are suppliers": the rows that are."""
    related(query, change)
    asks = change.asks or change.lists
    if any(item.is_cue("count") for item in change.parse.items) or not asks:
        return query
    plainly = bool(_LISTS_THEM.match(change.text))
    if query.measures and query.dimensions and not plainly:
        return query
    if change.said or (not plainly and not only_sorts(query, change) and not (is_scalar(query) and change.points)):
        return query
    label = tuple(_named(query.subject, change))
    if is_extreme(query):
        field = query.measures[0]
        order = (Order(replace(field, aggregate=""), field.aggregate == "max"),)
        owner = _owner(query, change)
        change.said.append(f"which {' '.join(change.index.names.tables[owner])} it is")
        return replace(query, select=tuple(_named(owner, change)), order=order, limit=1)
    if not query.measures and query.select == label and not change.parse.where:
        return query
    rows = as_list(query, change)
    rows = replace(rows, select=label) if not rows.distinct and not rows.grouped else rows
    if rows != query:
        change.said.append(f"the {plural(query.subject, change.index)} themselves")
    return rows


def _owner(query: Query, change: Change) -> str:
    """The table asked for by name where its rows own these ("which student has it?"), else the one asked about before."""
    for item in change.parse.items:
        table = item.table.table if item.kind == "name" and item.table else ""
        chain = change.index.graph.path((query.subject,), table) if table else None
        if chain and not any(edge.many for edge in chain):
            return table
    return query.subject


def is_extreme(query: Query) -> bool:
    return is_scalar(query) and len(query.select) == 1 and query.measures[0].aggregate in ("max", "min")


def related(query: Query, change: Change) -> None:
    """ "Which of those are entrepreneurs?", "the ones with orders": a table said of the rows that are there already."""
    parse = change.parse
    tables = tables_of(query)
    for item in parse.items:
        table = item.table.table if item.kind == "name" and item.table else ""
        plain = item.role in ("", "subject") and table and table not in tables and item.table and item.table.score >= 0.85
        if not plain or not change.of_them or parse.outputs or parse.groups or parse.ranked:
            continue
        if parse.index.graph.path((query.subject,), table) is not None and Related(table) not in parse.where:
            item.role = "condition"
            if not any(isinstance(c, Related) and c.table == table for c in parse.where):
                parse.where.append(Related(table))


def unjoined(query: Query, measures: tuple[Field, ...]) -> tuple[Condition, ...]:
    """That a row of the measured table exists goes without saying."""
    tables = {measure_table(field) for field in measures}
    return tuple(c for c in query.where if not (isinstance(c, Related) and c.table in tables and not (c.negated or c.where)))


def only_sorts(query: Query, change: Change) -> bool:
    """ "List them by date": rows are put in order, not counted."""
    listed_ = re.match(
        r"^(and |now )?(list|show|display|give me|order|sort|rank|arrange)( (them|those|these|it|all))* by\b", change.text
    )
    return bool(listed_) and not change.cue("aggregate") and not (query.measures and query.dimensions)
