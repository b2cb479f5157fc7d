"""Everything: "all the information about the courses" shows every column of what it is about."""

from __future__ import annotations

from core.nl2sql.builtin.linking.index import Index
from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.query.query import Field, Ref
from core.nl2sql.builtin.reading.parse import Output, Parse

_INFORMATION = {"information", "info", "details", "data", "detail", "everything"}
_IN_FULL = {"in detail", "in full", "with all details", "with details"}
_ABOUT = {"about", "of", "on", "regarding", "for", "from", "concerning"}
_PASSED = {"the", "all", "any", "every", "each", "our", "we", "have", "do", "you", "there", "is", "those", "these"}


def everything(parse: Parse) -> None:
    if any(output.field.aggregate for output in parse.outputs) or not parse.subject:
        return
    for item in parse.items:
        if item.lower in _INFORMATION and not item.role and item.kind in ("stop", "word") and (table := _about(parse, item)):
            item.role = "target"
            parse.outputs.extend(Output(item.start, field) for field in every_column(table, parse.index))
            return
    words = [item for item in parse.items if item.kind != "mark"]
    last = next((words[-n:] for n in (2, 3) if " ".join(item.lower for item in words[-n:]) in _IN_FULL), [])
    if last and not any(item.role for item in last):
        parse.outputs = [Output(last[0].start, field) for field in every_column(parse.subject, parse.index)]
        for item in last:
            item.role = "target"


def every_column(table: str, index: Index) -> tuple[Field, ...]:
    return tuple(Field(Ref(table, column.name)) for column in index.table(table).columns)


def _about(parse: Parse, item: Item) -> str:
    """The table of "information about the courses", "details for each course" or "all the course information"."""
    before = next(iter(parse.before(item, 1)), None)
    if before is not None and before.kind == "name" and before.table and _all(parse, before):
        return before.table.table
    about = False
    for other in parse.after(item, 6):
        if other.kind == "name":
            return other.table.table if about and other.table and other.table.score > 0.8 else ""
        about = about or other.lower in _ABOUT or (other.is_cue("group", "group") and other.lower.split()[0] in _ABOUT)
        if not about and other.lower not in _PASSED:
            return ""
    return ""


def _all(parse: Parse, item: Item) -> bool:
    return any(other.lower == "all" for other in parse.before(item, 2))
