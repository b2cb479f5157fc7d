"""Beyond: rows compared with the figure of the question before ("which cinemas are above that?", "which are below average?")."""

from __future__ import annotations

from dataclasses import replace

from core.nl2sql.builtin.followups.change import Change, is_number, is_scalar
from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.query.explain import condition_words
from core.nl2sql.builtin.query.query import Compare, Field, Query, Ref
from core.nl2sql.builtin.reading.counting import count_of

_IT = {"that", "this", "it"}
_OPERATORS = (">", ">=", "<", "<=")


def beyond(query: Query, change: Change) -> Query:
    """The rows on one side of a figure that was just given: of all that it was taken of, or of all where it was one row's."""
    cue = next((item for item in change.parse.items if item.is_cue("compare", *_OPERATORS)), None)
    figure = _figure(query, change)
    if cue is None or cue.cue is None or figure is None or not _says_it(change, cue, query):
        return query
    single = not is_scalar(query)
    inner = replace(query, select=(figure,), order=query.order if query.limit is not None else ())
    compare = Compare(Field(figure.expr), cue.cue.value, query=inner)
    counts = any(item.is_cue("count") for item in change.parse.items)
    for item in change.parse.items:
        item.role = item.role or ("condition" if item.cue is not None else "subject" if item.kind == "name" else "")
    cue.role, change.parse.outputs, change.parse.where, change.parse.having = "condition", [], [], []
    change.said.append(f"only where {condition_words(compare, change.index)}")
    change.settled = True
    shown = (*change.parse.label(query.subject), *((compare.field,) if change.conventions.show_measure else ()))
    shown = (count_of(change.parse, query.subject),) if counts else shown
    where = (compare,) if single else (*query.where, compare)
    return Query(query.subject, shown, where=where, via=query.via, stable=query.stable)


def _figure(query: Query, change: Change) -> Field | None:
    """The one number the query gives: a figure over rows, or that of a row that was picked out."""
    only = query.select[0] if len(query.select) == 1 and not (query.keys or query.having or query.combine) else None
    if only is None or not isinstance(only.expr, Ref) or only.share or only.grain:
        return None
    if is_scalar(query):
        return only if only.aggregate in ("avg", "max", "min", "median") else None
    picked = query.limit == 1 or any(isinstance(c, Compare) and c.op == "=" for c in query.where)
    return only if picked and is_number(only.expr, change.parse) else None


def _says_it(change: Change, cue: Item, query: Query) -> bool:
    """Whether nothing but the figure stands behind the word of comparison: "that", or "average" where it is one."""
    behind = [item for item in change.parse.items[change.parse.position(cue) + 1 :] if item.kind != "mark"]
    average = bool(query.measures) and query.measures[0].aggregate == "avg"
    said = [item for item in behind if item.lower in _IT or (average and item.is_cue("aggregate", "avg"))]
    return bool(said) and all(item in said or item.kind == "stop" for item in behind)
