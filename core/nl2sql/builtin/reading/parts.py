"""Parts: "what percentage of orders were cancelled": the rows that fulfil a condition as a share of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.query.plan import measure_table
from core.nl2sql.builtin.query.query import AnyOf, Compare, Condition, Field, refs
from core.nl2sql.builtin.reading.parse import Output, Parse

_VERBS = {
    "are",
    "were",
    "was",
    "is",
    "come",
    "comes",
    "came",
    "have",
    "has",
    "had",
    "that",
    "who",
    "which",
    "from",
    "went",
    "go",
    "get",
    "gets",
    "got",
}

Plain = Compare | AnyOf


def part_of_all(parse: Parse, cue: Item) -> bool:
    """Moves the conditions of the part into the measure. A period limits the whole unless it is all that is said; beside groups
    a condition picks a part only where a verb says so ("the percentage of orders that were cancelled by region")."""
    verb = next((item.start for item in parse.items if item.start > cue.start and item.lower in _VERBS), None)
    conditions = [condition for condition in parse.where if isinstance(condition, Compare | AnyOf)]
    if not conditions or len(conditions) < len(parse.where) or (parse.groups and verb is None):
        return False
    part = _picked(parse, conditions, verb)
    field = _whole(parse, cue)
    if not part or field is None or not all(_single(parse, condition, measure_table(field)) for condition in part):
        return False
    parse.outputs = [output for output in parse.outputs if output.field.aggregate and output.field != field]
    parse.outputs.append(Output(cue.start, replace(field, share=True, when=tuple(part))))
    parse.where = [condition for condition in parse.where if condition not in part]
    return True


def _picked(parse: Parse, conditions: Sequence[Plain], verb: int | None) -> list[Plain]:
    plain = [c for c in conditions if not (isinstance(c, Compare) and c.op == "period")]
    if not plain:
        last = max((item.start for item in parse.items if item.kind == "period"), default=-1)
        return list(conditions) if verb is None or last > verb else []
    if len(plain) < 2:
        return plain
    return [c for c in plain if verb is not None and _at(parse, c) > verb]


def _at(parse: Parse, condition: Plain) -> int:
    """Where in the question the values of a condition stand; before everything where that is not known."""
    values = {
        str(value) for part in ((condition,) if isinstance(condition, Compare) else condition.parts) for value in part.values
    }
    found = (item.start for item in parse.items if item.kind == "value" and values & {link.value for link in item.links})
    return max(found, default=-1)


def _whole(parse: Parse, cue: Item) -> Field | None:
    """What is added up or counted: a measure that is shown, else the rows named behind the words of the share."""
    measured = [output.field for output in parse.outputs if output.field.aggregate]
    if measured:
        return measured[0] if len(measured) == 1 and measured[0].aggregate in ("sum", "count") else None
    named = next((item for item in parse.after(cue, 6) if item.kind == "name" and item.table), None)
    if named is None or named.table is None or named.table.table != parse.subject:
        return None
    return Field(None, "count", table=parse.subject)


def _single(parse: Parse, condition: Condition, table: str) -> bool:
    """Whether a row of the whole has one value to fulfil the condition with."""
    parts = condition.parts if isinstance(condition, AnyOf) else (condition,) if isinstance(condition, Compare) else ()
    chains = [parse.index.graph.path((table,), ref.table) for part in parts for ref in refs(part.field.expr)]
    plain = all(part.query is None and not part.field.aggregate for part in parts)
    return plain and all(chain is not None and not any(edge.many for edge in chain) for chain in chains)
