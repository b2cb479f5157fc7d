"""Entities: whose rows a grouped result has one line for each, and the keys that keep two of one name apart."""

from __future__ import annotations

from core.nl2sql.builtin.query.plan import measure_table
from core.nl2sql.builtin.query.query import Field, Ref
from core.nl2sql.builtin.reading.parse import Output, Parse


def represented(parse: Parse) -> None:
    """ "For each customer, its id and the number of orders": columns asked of an entity stand for it; its name is not added.

    They do where they identify it, or where it only says whose they are ("the type of each customer").
    """
    for table in dict.fromkeys(group.entity for group in parse.groups if group.entity):
        own = [group for group in parse.groups if group.entity == table]
        asked = [output for output in parse.outputs if _of_entity(parse, output, table)]
        if asked and (any(_identifies(parse, output, table) for output in asked) or _possesses(parse, own[0].at)):
            parse.groups = [group for group in parse.groups if group not in own]
            for output in asked:
                output.entity = table if isinstance(output.field.expr, Ref) and output.field.expr.table == table else ""


def _of_entity(parse: Parse, output: Output, table: str) -> bool:
    ref = output.field.expr
    if not isinstance(ref, Ref) or output.field.aggregate or output.field.grain:
        return False
    return ref.table == table or _refers(parse, ref, table)


def _refers(parse: Parse, ref: Ref, table: str) -> bool:
    """Whether a column is another table's key to the entity."""
    return any(key.ref_table == table and key.columns == (ref.column,) for key in parse.index.table(ref.table).foreign_keys)


def _identifies(parse: Parse, output: Output, table: str) -> bool:
    ref = output.field.expr
    assert isinstance(ref, Ref)
    return ref.table != table or output.field in (*parse.key(table), *parse.label(table))


def _possesses(parse: Parse, at: int) -> bool:
    """ "The type of each customer": the entity was said behind "of each", a column before it."""
    item = next((item for item in parse.items if item.start == at), None)
    before = parse.before(item, 6) if item else []
    if any(other.lower in ("name", "names") and other.kind == "stop" for other in before):
        return False  # a name is asked for, though no column is called so
    return len(before) > 1 and before[0].is_cue("group") and before[0].lower.startswith("of") and before[1].role == "target"


def without_each(parse: Parse, groups: list[Output]) -> list[Output]:
    """ "The email of each customer" lists emails: in a plain list what is gone through one by one is not asked for itself."""
    measured = any(output.field.aggregate for output in parse.outputs) or parse.having or parse.ranked or not parse.outputs
    return groups if measured else [group for group in groups if not group.each]


def telling(outputs: list[Output], aggregates: list[Field]) -> list[Output]:
    """Without what makes no group: counting films per film tells nothing where something else is shown to count them by."""
    counted = {measure_table(field) for field in aggregates if field.aggregate == "count"}
    plain = [output for output in outputs if not output.field.aggregate]
    pointless = [output for output in plain if output.entity in counted]
    return [output for output in outputs if output not in pointless] if len(pointless) < len(plain) else outputs


def entity_keys(parse: Parse, outputs: list[Output], aggregates: list[Field]) -> list[Field]:
    """Keys of the entities shown, so that two customers of one name stay two; none for unique names unless they are ranked.

    A key that is shown itself is among them too: it then leads what is grouped by, and rows that tie come in its order.
    """
    ranked = parse.limit is not None
    found: list[Field] = []
    plain = [output for output in outputs if not output.field.aggregate]
    entities = [_entity(parse, output) or (_described(parse, output, aggregates) if len(plain) > 1 else "") for output in plain]
    for table in dict.fromkeys(entity for entity in entities if entity and not _alone(parse, entity, aggregates)):
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


def _alone(parse: Parse, table: str, aggregates: list[Field]) -> bool:
    """Whether a row of a table meets at most one row of all that is counted: then it is no group, though what is shown may be."""
    counted = [measure_table(field) for field in aggregates if field.aggregate == "count"]
    chains = [parse.index.graph.path((table,), other) for other in counted]
    return len(chains) == len(aggregates) > 0 and all(
        chain is not None and all(_refers(parse, Ref(edge.table, edge.columns[0]), edge.other) for edge in chain)
        for chain in chains
    )


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
