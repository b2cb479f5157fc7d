"""Lacking: rows that have none of what was asked about ("and those with none?", "which customers have no policy at all?").

What was told of the rows they lack goes: nobody without a policy has the date of one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from core.nl2sql.builtin.followups.change import Change
from core.nl2sql.builtin.followups.dropping import refs_of
from core.nl2sql.builtin.query.explain import plural
from core.nl2sql.builtin.query.plan import measure_table
from core.nl2sql.builtin.query.query import AnyOf, Compare, Condition, Field, Query, Ref, Related, refs

_NONE = re.compile(
    r"\b(without( any| one| them)?"
    r"|(with|ha(ve|s|d|ving)( had| got)?|got|gets?|show(ed|s)?|made|gave|took|do|did|(is|are|was|were) (at|in|on))"
    r" (none|no ones?|nobody|nothing|zero)( of (them|those|these))?"
    r"|((do|does|did) ?n[o']t|don'?t|doesn'?t|didn'?t) (have|get|show|make|take) any( of (them|those|these))?"
    r"|ha(ve|s|d) ?n[o']t (had |got |made )?any)( at all| whatsoever| yet| ever)?\W*$"
    r"|^(and |but |so )*(which|what) [\w ]+ (is|are|was|were|stands?|remains?) (still )?(empty|unused|vacant)\W*$"
)
_LEAVES_OUT = re.compile(
    r"^(and |but |now )?(without|leav\w+ out|exclud\w+|except|not|no|drop|remove|minus|skip|ignore|omit|less)\b"
)
_OF_THESE = re.compile(r"\bof (them|those|these)\b")


def none_of_them(query: Query, change: Change) -> Query:
    """ "List the tracks without any", after the races of each; "which architects have none of these?", of bridges listed."""
    if not _NONE.search(change.text) or any(item.kind in ("value", "number", "period") for item in change.parse.items):
        return query
    lacked, owner = _counted(query), _owner(query)
    if not query.measures:
        named = [item.table.table for item in change.parse.items if item.kind == "name" and item.table]
        plain = query.limit is None and not query.combine and all(isinstance(c, Compare | AnyOf) for c in query.where)
        lacked, owner = (query.subject, named[0]) if plain and len(named) == 1 else ("", "")
    if not owner or lacked in ("", owner) or not _leads(lacked, owner, change):
        return query
    of_rows = tuple(c for c in query.where if isinstance(c, Compare | AnyOf) and _tables_of(c) != {owner})
    meant = bool(query.measures) or bool(_OF_THESE.search(change.text))
    own = tuple(c for c in query.where if _tables_of(c) == {owner})
    for item in change.parse.items:
        item.role = item.role or "condition"
    change.parse.where, change.parse.outputs, change.settled = [], [], True
    change.parse.having.clear()
    change.said.append(f"the {plural(owner, change.index)} without any")
    denied = Related(lacked, of_rows if meant else (), negated=True)
    return Query(owner, tuple(change.parse.label(owner)), where=(*own, denied), stable=query.stable)


def lacking(query: Query, change: Change) -> Query:
    """Of a query with a new condition that rows of a table are not there, which it shows, filters or measures itself."""
    denied = next((c for c in query.where if c in change.parse.where and _lacked(c)), None)
    lacked = _lacked(denied) if denied else ""
    owner = _said_owner(query, lacked, change) if lacked else ""
    if denied is None or not owner or not _used(replace(query, where=())) & _gone(owner, lacked, query, change):
        return query
    return _without(replace(query, where=tuple(c for c in query.where if c != denied)), denied, owner, change)


def left_out(query: Query, change: Change) -> Query:
    """ "Without the cancelled orders", of what was ordered of each product: rows are left out, not the products that have one."""
    if not _LEAVES_OUT.match(change.text):
        return query
    base = _rows(query, change)
    named = {item.table.table for item in change.parse.items if item.kind == "name" and item.table}
    for at, condition in enumerate(change.parse.where):
        plain = condition.where[0] if isinstance(condition, Related) and len(condition.where) == 1 else None
        if not isinstance(condition, Related) or not condition.negated or not isinstance(plain, Compare) or not base:
            continue
        reached = all(_leads(base, ref.table, change) for ref in (Ref(condition.table, ""), *refs_of(plain)))
        others = named - {ref.table for ref in refs_of(plain)} - {condition.table}
        if reached and not others & _tables((*query.dimensions, *query.keys)):
            change.parse.where[at] = replace(plain, negated=not plain.negated)
    return query


def _rows(query: Query, change: Change) -> str:
    """The table whose rows those of the result are, or are added up of."""
    measured = [measure_table(f) for f in query.measures]
    used = [measured[0]] if measured else sorted(_used(query))
    return next((table for table in used if all(_leads(table, other, change) for other in used)), "")


def _leads(table: str, other: str, change: Change) -> bool:
    """Whether each row of a table has at most one of another."""
    chain = change.index.graph.path((table,), other)
    return chain is not None and not any(edge.many for edge in chain)


def _lacked(condition: Condition) -> str:
    """The table of which there is no row at all; empty where the condition says something else."""
    if isinstance(condition, Related):
        return condition.table if condition.negated and not condition.where else ""
    inner = condition.query if isinstance(condition, Compare) and condition.op == "in" and condition.negated else None
    return inner.subject if inner and not (inner.where or inner.having or inner.limit) else ""


def _without(query: Query, denied: Condition, owner: str, change: Change) -> Query:
    """The rows of the owner, shown by what is theirs."""
    gone = _gone(owner, _lacked(denied), query, change)
    shown = tuple(f for f in query.dimensions if not _tables((f,)) & gone)
    label = tuple(change.parse.label(owner))
    own = tuple(f for f in change.shown(aggregated=False) if not _tables((f,)) & gone)
    where = tuple(c for c in query.where if not _tables_of(c) & gone)
    order = tuple(o for o in query.order if not o.field.aggregate and not _tables((o.field,)) & gone)
    named = shown if any(_tables((f,)) == {owner} for f in shown) else (*label, *shown)
    change.said.append(f"the {plural(owner, change.index)} themselves")
    return Query(
        owner,
        tuple(dict.fromkeys((*named, *own))),
        where=(*where, denied),
        order=order,
        limit=query.limit if order else None,
        stable=query.stable,
    )


def _counted(query: Query) -> str:
    """What is counted for each of something."""
    counts = [f for f in query.measures if f.aggregate == "count"]
    return (counts[0].table or next(iter(_tables(counts)), "")) if counts else ""


def _owner(query: Query) -> str:
    """The table whose rows are the groups."""
    tables = _tables((*query.dimensions, *query.keys))
    return next(iter(tables)) if len(tables) == 1 and query.measures else ""


def _said_owner(query: Query, lacked: str, change: Change) -> str:
    """What has none: the table that is named, else that of the groups or of the first that is shown."""
    named = [item.table.table for item in change.parse.items if item.kind == "name" and item.table]
    shown = [ref.table for f in (*query.dimensions, *query.keys) for ref in refs(f.expr)]
    chosen = [table for table in (*named, *shown, query.subject) if table != lacked]
    return next((table for table in chosen if change.index.graph.path((table,), lacked)), "")


def _gone(owner: str, lacked: str, query: Query, change: Change) -> set[str]:
    """The tables that rows of the owner lead to only by way of what they lack."""
    graph = change.index.graph
    between = [edge.other for edge in graph.path((owner,), lacked) or ()]
    beyond = [t for t in _used(query) if any(edge.other in between for edge in graph.path((owner,), t) or ())]
    return {*between, *beyond}


def _used(query: Query) -> set[str]:
    fields = (*query.select, *query.keys, *(compare.field for compare in query.having), *(order.field for order in query.order))
    return _tables(fields) | {table for condition in query.where for table in _tables_of(condition)}


def _tables(fields: Iterable[Field]) -> set[str]:
    return {ref.table for f in fields for ref in refs(f.expr)} | {f.table for f in fields if f.table}


def _tables_of(condition: Condition) -> set[str]:
    return {ref.table for ref in refs_of(condition)}
