"""Selves: "employees and their managers": a key that leads back into the same table is shown by the name it leads to."""

from __future__ import annotations

from dataclasses import replace
from itertools import takewhile

from core.models import Assumption
from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.linking.text import lemma
from core.nl2sql.builtin.query.explain import plural
from core.nl2sql.builtin.query.query import Compare, Condition, Field, Ref
from core.nl2sql.builtin.reading.parse import Output, Parse

_BACK, _UP = "leads back", "leads up"
_KEYS = {"id", "key", "code", "number", "no"}


def selves(parse: Parse) -> None:
    for item in parse.items:
        if item.role == _UP and (ref := parse.column_of(item, prefer=parse.subject)):
            parse.outputs += _names_behind(parse, item, ref)
    for item in parse.items:
        if item.role or item.kind != "name" or item.table or not parse.subject:
            continue
        ref = parse.column_of(item, prefer=parse.subject)
        if ref is None or ref.table != parse.subject or not _leads_back(parse, ref) or set(item.lower.split()) & _KEYS:
            continue
        if not _beside(parse, item):
            continue
        item.role = "target"
        shown = [output for output in parse.outputs if output.entity == parse.subject]
        own = [] if shown else [Output(0, field, parse.subject) for field in parse.label(parse.subject)]
        parse.outputs += own
        parse.outputs += _names_behind(parse, item, ref)
        what = plural(ref.table, parse.index)
        parse.notes.append(Assumption("null", f"{what[:1].upper()}{what[1:]} with no {lemma(item.lower)} are left out"))


def _names_behind(parse: Parse, item: Item, ref: Ref) -> list[Output]:
    """The names of the row the key leads to."""
    role = f"{ref.table}.{ref.column}"
    return [Output(item.start, Field(Ref(ref.table, name, role))) for name in parse.label_names(ref.table)]


def claim(parse: Parse) -> None:
    """ "Who reports to Ida Berg": keeps the key that leads back from being counted or shown.

    "Who does Ida Berg report to" and "the manager of Ida Berg" ask for the other end of it.
    """
    for item in parse.items:
        ref = parse.column_of(item, prefer=parse.subject) if item.kind == "name" and not item.role and not item.table else None
        if ref is None or not _leads_back(parse, ref):
            continue
        behind = _cells_behind(parse, item)
        if (behind and parse.after(item, 1)[0].lower == "of") or (not behind and _is_asked_of_before(parse, item)):
            item.role = _UP
        elif behind:
            item.role = _BACK


def _is_asked_of_before(parse: Parse, item: Item) -> bool:
    """ "Who does Ida report to", "who is Ida's manager"."""
    before = list(takewhile(lambda other: other.kind in ("value", "word", "stop", "mark"), parse.before(item, 6)))
    return any(other.kind == "value" for other in before) and any(other.lower in ("who", "whom") for other in before)


def told_by_other(parse: Parse) -> None:
    """The cells behind such a key tell the row it leads to, not the one asked for."""
    for item in parse.items:
        if item.role != _BACK or (ref := parse.column_of(item, prefer=parse.subject)) is None:
            continue
        held = {(link.table, link.column) for cell in _cells_behind(parse, item) for link in cell.links}
        parse.where = [_told(condition, ref.table, held, f"{ref.table}.{ref.column}") for condition in parse.where]


def _cells_behind(parse: Parse, item: Item) -> list[Item]:
    behind = takewhile(lambda other: other.kind in ("value", "stop"), parse.after(item, 4))
    return [other for other in behind if other.kind == "value"]


def _told(condition: Condition, table: str, held: set[tuple[str, str]], role: str) -> Condition:
    ref = condition.field.expr if isinstance(condition, Compare) else None
    if not isinstance(condition, Compare) or not isinstance(ref, Ref) or (table, ref.column) not in held or ref.table != table:
        return condition
    return replace(condition, field=replace(condition.field, expr=replace(ref, role=role)))


def _leads_back(parse: Parse, ref: Ref) -> bool:
    keys = parse.index.table(ref.table).foreign_keys
    return any(key.columns == (ref.column,) and key.ref_table == ref.table for key in keys)


def _beside(parse: Parse, item: Item) -> bool:
    """Said as something of the rows: "their managers", "with the manager", "names of managers"."""
    before = next((other for other in parse.before(item, 3) if other.lower not in ("the", "a", "its")), None)
    after = next(iter(parse.after(item, 1)), None)
    if after is not None and (after.kind in ("value", "number") or after.is_cue("compare")):
        return False
    return before is not None and before.lower in ("their", "and", "with", "of", "his", "her", "'s", "’s", ",")
