"""Selves: "employees and their managers": a key that leads back into the same table is shown by the name it leads to."""

from __future__ import annotations

from core.models import Assumption
from core.nl2sql.builtin.explain import plural
from core.nl2sql.builtin.item import Item
from core.nl2sql.builtin.parse import Output, Parse
from core.nl2sql.builtin.query import Field, Ref

_KEYS = {"id", "key", "code", "number", "no"}


def selves(parse: Parse) -> None:
    for item in parse.items:
        if item.role or item.kind != "name" or item.table or not parse.subject:
            continue
        ref = parse.column_of(item, prefer=parse.subject)
        if ref is None or ref.table != parse.subject or not _leads_back(parse, ref) or set(item.lower.split()) & _KEYS:
            continue
        if not _beside(parse, item):
            continue
        item.role = "target"
        role = f"{ref.table}.{ref.column}"
        shown = [output for output in parse.outputs if output.entity == parse.subject]
        own = [] if shown else [Output(0, field, parse.subject) for field in parse.label(parse.subject)]
        parse.outputs += own
        parse.outputs += [Output(item.start, Field(Ref(ref.table, name, role))) for name in parse.label_names(ref.table)]
        what = plural(ref.table, parse.index)
        parse.notes.append(Assumption("null", f"{what[:1].upper()}{what[1:]} with no {item.lower.rstrip('s')} are left out"))


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
