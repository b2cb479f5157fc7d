"""Both: conditions joined by "or", and two cells of one column that must hold together ("both A and B")."""

from __future__ import annotations

from dataclasses import replace

from core.nl2sql.builtin.query.query import AnyOf, Compare, Condition, Query, Ref, Related
from core.nl2sql.builtin.reading.parse import Parse


def alternatives(parse: Parse) -> None:
    """Two comparisons of a column joined by "or" hold one or the other."""
    ors = [item for item in parse.items if item.lower == "or" and not item.role]
    plain = [c for c in parse.where if isinstance(c, Compare) and not c.field.aggregate]
    if len(ors) == 1 and len(plain) == 2 and plain[0].op not in ("in",) and not plain[0].negated:
        merged: Condition = AnyOf((plain[0], plain[1]))
        parse.where = [merged, *(c for c in parse.where if c not in plain)]
        ors[0].role = "condition"


def both(parse: Parse) -> None:
    """Equalities that contradict each other: two related rows where there may be several, else one or the other."""
    equal = [c for c in parse.where if isinstance(c, Compare) and c.op == "=" and not c.negated and isinstance(c.field.expr, Ref)]
    for compare in equal:
        rivals = [other for other in equal if other.field == compare.field and other.values != compare.values]
        if not rivals or compare not in parse.where:
            continue
        pair = [compare, *rivals]
        parse.where = [c for c in parse.where if c not in pair]
        gate = _gate(parse, compare)
        if gate:
            parse.where.extend(Related(gate, (c,)) for c in pair)
        elif any(item.is_cue("logic", "both") or item.lower == "both" for item in parse.items):
            parse.intersect = ((pair[0],), (pair[1],))
        else:
            values = tuple(value for c in pair for value in c.values)
            parse.where.append(Compare(compare.field, "in", values))


def _gate(parse: Parse, compare: Compare) -> str:
    """The first table on the way to the column of which several rows belong to one of the subject."""
    expr = compare.field.expr
    chain = parse.index.graph.path((parse.subject,), expr.table) if parse.subject and isinstance(expr, Ref) else None
    return next((edge.other for edge in chain or () if edge.many), "")


def intersected(query: Query, parse: Parse) -> Query:
    """Rows shown for the one cell that are also shown for the other."""
    if parse.intersect is None:
        return query
    first, second = (replace(query, where=(*query.where, *conditions), order=(), limit=None) for conditions in parse.intersect)
    return replace(first, combine="intersect", other=second)
