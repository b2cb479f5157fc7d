"""Dropping: follow-ups that let go of what a query is filtered by ("drop the 5% limit", "forget the year", "all countries")."""

from __future__ import annotations

import re
from dataclasses import replace

from core.nl2sql.builtin.followups.change import Change
from core.nl2sql.builtin.followups.ellipsis import ALL_ROWS
from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.query.explain import condition_words
from core.nl2sql.builtin.query.query import AnyOf, Compare, Condition, Query, Ref, Related, refs

_VERB = (
    r"(remove|drop|clear|without|no|undo|reset|forget( about)?|ignore|lift|skip|lose|take off|regardless of|never mind|disregard)"
)
_NOUN = r"(filters?|conditions?|restrictions?|limits?|limitations?|cut-?offs?|thresholds?|constraints?|criteri(on|a))"
_DROPS = re.compile(rf"\b{_VERB}\b[^,;.]*?\b{_NOUN}\b")
_FORGETS = re.compile(
    r"\b(forget( about)?|ignore|regardless of|irrespective of|never mind|disregard|whatever|no matter)"
    r" (the |their |its |which )?[^,;.?]+"
)
_ANY = re.compile(
    r"(^|[,;] ?|\b(in|of|from|for|with) )(for |in |of |from |with |and |ok |now )*(any|whatever|whichever) (?!of\b)[^,;.?]+"
)
_NOT_JUST = re.compile(r"\bnot (just|only|merely) (the |in |from |for |those |of |that |this )*(?!those|who)[^,;.?]+")
_ALL_OF = re.compile(
    r"\b(for|in|across|from|of|include|over) all (the |our |other )?(?!of\b)[^,;.?]+?"
    r"(?= (?:in|from|with|at|on|by|who|that|which|where)\b|[,;.?]|$)"
)
_ALL = re.compile(
    r"\b(for|in|across|show|include|of|from) all\b|^all\b[^,;.?]+\b(again|now)\b|\beverywhere\b|\ball time\b"
    r"|, all [\w-]+(?=\W*$)|^(and |now |so )*all (the )?[\w-]+(?=,)"
)
_WHOLE = re.compile(
    r"\b(of|from|in|out of) (all|the (whole|entire|full|complete) (list|lot|table|set|range|database))( instead| now)?\W*$"
)
""" "The cheapest of all", "of the whole list"."""
_TIMES = {"year", "years", "date", "dates", "month", "period", "time", "day"}
_LIMIT = re.compile(r"\b(no|without (a |the )?|remove (the )?)limit\b")


def drop_filters(query: Query, change: Change) -> Query:
    """ "Remove the filter", "forget the year", "any price", "for all countries"."""
    if (found := _DROPS.search(change.text)) and (query.where or query.having):
        return _drop_named(query, change, found, wholly=not (_LIMIT.search(found[0]) and query.limit))
    for pattern in (_FORGETS, _ANY, _NOT_JUST, _ALL_OF):
        if (found := pattern.search(change.text)) and (dropped := _drop_named(query, change, found, wholly=False)) != query:
            return dropped
    if (_WHOLE.search(change.text)) and (gone := [*query.where, *query.having]):
        return _without(query, gone, change)
    if ALL_ROWS.match(change.text) and (gone := _of_theirs(query, change)):
        _take(gone, change)
        change.parse.outputs = []
        return _without(query, gone, change)
    if found := _ALL.search(change.text):
        gone = _of_all(query, change, change.text[found.start() :])
        if found[0].endswith(("again", "now")):
            _take(gone, change)
        return _without(query, gone, change)
    return query


def _take(gone: list[Condition], change: Change) -> None:
    """ "All years again": the words for what is let go of ask for nothing else."""
    parse, columns = change.parse, {ref for c in gone for ref in refs_of(c)}
    said = [item for item in parse.items if item.kind == "name" and columns & {Ref(x.table, x.column) for x in item.columns}]
    starts = {item.start for item in said}
    for item in said:
        item.role = "dropped"
    parse.outputs = [output for output in parse.outputs if output.at not in starts]
    parse.groups = [output for output in parse.groups if output.at not in starts]


def _of_all(query: Query, change: Change, text: str) -> list[Condition]:
    """What "for all zips" lets go of: what is said of that column, else of the rows that are named."""
    said = [item for item in change.parse.items if item.kind == "name" and item.lower in text]
    if named := _of_columns(query, said):
        return named
    timed = [item for item in change.parse.items if item.kind == "grain" and item.lower in text]
    if timed and (told := [c for c in query.where if _is_named(c, timed, text)]):
        return told
    rows = [item for item in said if item.table]
    tables = {link.table for item in rows or said for link in item.links[:2]} if rows or not change.parse.groups else set()
    return [c for c in query.where if {ref.table for ref in refs_of(c)} & tables]


def _of_theirs(query: Query, change: Change) -> list[Condition]:
    """What "all products" lets go of where products are listed, and "all channels" where something is said of the channel."""
    said = [item for item in change.parse.items if item.kind == "name"]
    rows = any(item.table and item.table.table == query.subject for item in said)
    return _of_all(query, change, change.text) if rows or not said or _of_columns(query, said) else []


def _of_columns(query: Query, said: list[Item]) -> list[Condition]:
    """What is said of the columns these may be."""
    columns = {Ref(link.table, link.column) for item in said for link in item.columns[:2]}
    return [c for c in query.where if columns & set(refs_of(c))]


def _drop_named(query: Query, change: Change, found: re.Match[str], *, wholly: bool) -> Query:
    """Without the conditions the words speak of; without all of them where they name none and `wholly` may be meant."""
    said = [item for item in change.parse.items if re.search(rf"(?<!\w){re.escape(item.lower)}(?!\w)", found[0])]
    named = [c for c in (*query.where, *query.having) if _is_named(c, said, found[0])]
    gone = named or (list(query.where) if wholly and not any(item.kind in ("name", "number") for item in said) else [])
    if not gone:
        return query
    parse = change.parse
    starts = {item.start for item in said}
    for item in said:
        item.role = "dropped"
    parse.where = [c for c in parse.where if c not in _left(parse.where, said)]
    kept = re.search(r"\bshow (it|them|that)\b", change.text)
    parse.outputs = [output for output in parse.outputs if kept or output.at not in starts]
    parse.groups = [output for output in parse.groups if output.at not in starts]
    return _without(query, gone, change)


def _left(where: list[Condition], said: list[Item]) -> list[Condition]:
    """Conditions that were read from the words of dropping themselves."""
    columns = {(link.table, link.column) for item in said for link in item.links}
    timed = any(item.kind == "period" for item in said)
    return [
        c
        for c in where
        if {(ref.table, ref.column) for ref in refs_of(c)} <= columns or (timed and isinstance(c, Compare) and c.op == "period")
    ]


def _without(query: Query, gone: list[Condition], change: Change) -> Query:
    change.said.extend(f"− {condition_words(c, change.index)}" for c in gone)
    having = tuple(c for c in query.having if c not in gone)
    return replace(query, where=tuple(c for c in query.where if c not in gone), having=having)


def _is_named(condition: Condition, said: list[Item], text: str) -> bool:
    """By its value, its column, its time, or its table where no other column of that is named."""
    parts = [condition] if isinstance(condition, Compare) else list(condition.parts) if isinstance(condition, AnyOf) else []
    values = [str(value).lower() for part in parts for value in part.values]
    if any(re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text) for value in values if value):
        return True
    fields = refs_of(condition)
    if any(item.kind == "period" and item.lower in part.label.lower() for item in said for part in parts if part.op == "period"):
        return True
    if any(item.kind == "grain" and item.lower in _TIMES for item in said):
        return any(part.op == "period" or part.field.grain for part in parts) or any(
            "year" in ref.column.lower() for ref in fields
        )
    named = {Ref(link.table, link.column) for item in said if item.kind == "name" for link in item.links[:4]}
    tables = {ref.table for ref in fields}
    others = any(ref.column and ref.table in tables for ref in named)
    return bool(named & set(fields)) or (not others and bool(named & {Ref(table, "") for table in tables}))


def refs_of(condition: Condition) -> list[Ref]:
    """The columns a condition is about; of a relation, its table."""
    if isinstance(condition, Related):
        return [Ref(condition.table, "")]
    parts = condition.parts if isinstance(condition, AnyOf) else (condition,)
    return [ref for part in parts for ref in refs(part.field.expr)]
