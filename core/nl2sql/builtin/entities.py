"""Entities: whose rows a grouped result has one line for each, and the keys that keep two of one name apart."""

from __future__ import annotations

from core.nl2sql.builtin.parse import Output, Parse
from core.nl2sql.builtin.plan import measure_table
from core.nl2sql.builtin.query import Field, Ref


def entity_keys(parse: Parse, outputs: list[Output], aggregates: list[Field]) -> list[Field]:
    """Keys of the entities shown, so that two customers of one name stay two; none for unique names unless they are ranked.

    A key that is shown itself is among them too: it then leads what is grouped by, and rows that tie come in its order.
    """
    ranked = parse.limit is not None
    found: list[Field] = []
    plain = [output for output in outputs if not output.field.aggregate]
    entities = [_entity(parse, output) or (_described(parse, output, aggregates) if len(plain) > 1 else "") for output in plain]
    for table in dict.fromkeys(entity for entity in entities if entity):
        shown = [output.field for output, entity in zip(plain, entities, strict=True) if entity == table]
        if ranked or not _unique_label(parse, table, shown):
            found.extend(parse.key(table))
    return found


def _entity(parse: Parse, output: Output) -> str:
    """The table an output stands for a row of: its name or its key is shown."""
    ref = output.field.expr
    if output.entity or not isinstance(ref, Ref) or output.field.grain:
        return output.entity
    return ref.table if parse.key(ref.table) == [Field(ref)] else ""


def _described(parse: Parse, output: Output, aggregates: list[Field]) -> str:
    """What is asked for and measured by others, where several of its columns are shown; one alone is a group of its own."""
    ref = output.field.expr
    if not isinstance(ref, Ref) or ref.table != parse.subject or parse.groups or not _said(parse, ref.table):
        return ""
    return ref.table if all(measure_table(field) != ref.table for field in aggregates) else ""


def _said(parse: Parse, table: str) -> bool:
    """Whether a word of the question is that table rather than a column."""
    return any(
        (link := item.table) is not None
        and link.table == table
        and item.role != "target"
        and (not item.columns or link.score >= item.columns[0].score)
        for item in parse.items
        if item.kind == "name"
    )


def _unique_label(parse: Parse, table: str, shown: list[Field]) -> bool:
    """A single name with as many different values as the table has rows."""
    if len(shown) != 1 or not isinstance(shown[0].expr, Ref):
        return False
    column = parse.column(shown[0].expr)
    rows = parse.index.table(table).row_count
    return (rows is not None and column.distinct_count == rows) or ((rows or 0) <= 30 and len(set(column.samples)) == rows)
