"""Asides: cells in brackets behind what they are examples of, or behind another word for them, narrow nothing themselves."""

from __future__ import annotations

from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.reading.parse import Parse


def asides(parse: Parse) -> None:
    """ "Of each type (book, film …)" names examples; "from Baltimore (BAL)" says the same again, as it is stored."""
    opened = next((item for item in parse.items if item.text == "("), None)
    if opened is None:
        return
    rest = parse.after(opened, 99)
    closed = next((at for at, item in enumerate(rest) if item.text == ")"), len(rest))
    inside = [item for item in rest[:closed] if item.kind not in ("stop", "mark")]
    before = next(iter(parse.before(opened, 1)), None)
    if before is None or not inside or any(item.kind not in ("value", "word") and not item.is_cue("logic") for item in inside):
        return
    if _grouped(parse, before):
        _use(inside)
    elif before.kind == "value" and [item.kind for item in inside] == ["value"]:
        _use([before])


def _grouped(parse: Parse, item: Item) -> bool:
    return item.kind in ("name", "word") and any(other.is_cue("group") for other in parse.before(item, 4))


def _use(items: list[Item]) -> None:
    for item in items:
        item.role = "aside"
