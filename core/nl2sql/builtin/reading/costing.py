"""Costing: "products that cost more than 500", "how much does the mug cost": the verb asks for a price, not for what we paid."""

from __future__ import annotations

from core.models import Assumption
from core.nl2sql.builtin.linking.index import Link
from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.query.query import Field, Ref
from core.nl2sql.builtin.reading.implying import fitting
from core.nl2sql.builtin.reading.parse import Output, Parse

_BEFORE = {"that", "which", "who", "not", "do", "does", "did", "they", "it", "to"}


def costs(parse: Parse) -> None:
    """Gives the verb the price of the table it is said of, where it has one."""
    for item in parse.items:
        if item.role or item.lower not in ("cost", "costs", "costing") or not parse.subject or not _verb(parse, item):
            continue
        prices = [column for column in fitting(parse.subject, "price", parse.index) if "price" in _said(parse, column)]
        if prices:
            item.kind, item.links = "name", tuple(Link("column", parse.subject, column) for column in prices[:1])
            said = " ".join(_said(parse, prices[0]))
            if parse.before(item, 1)[0].kind == "value":
                item.role = "target"
                parse.outputs.append(Output(item.start, Field(Ref(parse.subject, prices[0]))))
            parse.notes.append(Assumption("column", f"“{item.text}” is read as {said}"))


def _verb(parse: Parse, item: Item) -> bool:
    before = next(iter(parse.before(item, 1)), None)
    if before is None:
        return False
    after = next(iter(parse.after(item, 1)), None)
    if after is not None and after.lower in ("us", "me"):
        return False  # "products that cost us more than 300": what we paid
    if before.kind == "value":
        return parse.items[0].lower == "how" or " ".join(item.lower for item in parse.items[:2]) in ("how much", "what does")
    compared = after is not None and (after.is_cue("compare") or after.is_cue("superlative") or after.number is not None)
    named = before.kind == "name" and before.table is not None
    return before.lower in _BEFORE or (named and (compared or item.lower == "costing")) or (named and after is None)


def _said(parse: Parse, column: str) -> tuple[str, ...]:
    return parse.index.names.columns[parse.subject, column]
