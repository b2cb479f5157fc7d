"""Affirming: "the ones that do", after those that do not: the denial is turned round, what narrowed its rows goes."""

from __future__ import annotations

from dataclasses import replace
from itertools import takewhile

from core.nl2sql.builtin.followups.change import Change
from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.query.explain import condition_words
from core.nl2sql.builtin.query.query import Compare, Condition, Query, Related
from core.nl2sql.builtin.reading.parse import Parse

_RELATIVE = {"that", "who", "which"}
_AFFIRMS = {"do", "does", "did", "are", "is", "were", "was", "have", "has", "had"}
_DENIES = {"not", "n't", "no", "never", "without"}
_ROLE = "affirmed"


def affirmations(query: Query, parse: Parse) -> None:
    """Takes the words out of the way of the other passes."""
    if _denied_at(query) is None:
        return
    for item, verb in zip(parse.items, parse.items[1:], strict=False):
        if item.lower in _RELATIVE and verb.lower in _AFFIRMS and _stands_for_rows(query, parse, item):
            rest = list(takewhile(lambda other: other.kind != "mark", parse.after(verb, 99)))
            if all(_adds_nothing(other) for other in rest):
                for said in (item, verb, *rest):
                    said.role, said.kind, said.links = _ROLE, "stop", ()


def affirmed(query: Query, change: Change) -> Query:
    """The query with its denial turned round; the other edits go on from there."""
    at = _denied_at(query)
    if at is None or not any(item.role == _ROLE for item in change.parse.items):
        return query
    other = _turned(query.where[at])
    now, before = (condition_words(condition, change.index).strip() for condition in (other, query.where[at]))
    change.said.append(f"{now} instead of {before}" if not now.endswith("with") else "the other ones")
    return replace(query, where=(*query.where[:at], other), order=(), limit=None, offset=0)


def _denied_at(query: Query) -> int | None:
    """The place of the condition of the query that says there is no such row."""
    places = [at for at, condition in enumerate(query.where) if _is_denial(condition)]
    return places[-1] if places else None


def _is_denial(condition: Condition) -> bool:
    if isinstance(condition, Related):
        return condition.negated
    return isinstance(condition, Compare) and condition.op == "in" and condition.query is not None and condition.negated


def _turned(condition: Condition) -> Condition:
    return replace(condition, negated=False) if isinstance(condition, Related | Compare) else condition


def _stands_for_rows(query: Query, parse: Parse, item: Item) -> bool:
    """ "The ones that", "those who", "the cinemas that"."""
    before = next(iter(parse.before(item, 1)), None)
    if before is None:
        return False
    named = before.kind == "name" and before.table is not None and before.table.table == query.subject
    return before.lower in ("ones", "those", "one", "people") or named


def _adds_nothing(item: Item) -> bool:
    """Whether a word can only say over what was denied."""
    if item.lower in _DENIES or item.cue is not None or item.kind in ("value", "number", "period"):
        return False
    return item.kind != "name" or item.table is not None
