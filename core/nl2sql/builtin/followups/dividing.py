"""Dividing: follow-ups about what a result is per ("by region instead", "and by month", "of each", "by quarter")."""

from __future__ import annotations

import re
from dataclasses import replace

from core.nl2sql.builtin.followups.change import Change, is_number
from core.nl2sql.builtin.followups.listing import only_sorts, rows_of, unjoined, within_groups
from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.query.explain import condition_words, dimension_words
from core.nl2sql.builtin.query.plan import measure_table
from core.nl2sql.builtin.query.query import Compare, Field, Order, Query, Ref, refs
from core.nl2sql.builtin.reading.entities import entity_keys
from core.nl2sql.builtin.reading.grouping import grain_field
from core.nl2sql.builtin.reading.labelling import shown_names
from core.nl2sql.builtin.reading.parse import Output, Parse

_EACH = (
    r"\b(each|every one)\b( one| of (them|those|these))?(\W*$| (have|has|had|do|does|did|is|are|get|got)\b)|\bper each\b"
    r"|\b(have|has|had|do|does|did|is|are|was|were) (each|every one)\b(?! \w+s\b)"
)

_MOST_OF_THEM = re.compile(
    r"^(and |so )*(which|what) ([\w-]+) (?:has|have|had|got) (?:the )?(most|fewest|least)( of (them|those|these))\W*$"
)
_WHICH_LEADS = re.compile(
    r"^(?:and |so |but |then )*(?:which|what) [\w-]+(?: [\w-]+)? (?:has|have|had|got|is|was|made|brought in)"
    r" (?:the )?(?:most|fewest|least|\w+est|best|worst)(?: overall| of all| in total)?\W*$"
)
_AGGREGATES = ("avg", "sum", "max", "min", "median")
_ITS = re.compile(r"\b(its|his|her)\b")
_DIVIDES = {
    "break", "broken", "down", "split", "drill", "divide", "separately", "individually", "respectively", "apart",
    "compare", "compared", "side", "forget",
}  # fmt: skip
_CONTRAST = re.compile(
    r"\b(vs|versus|against|compared (to|with)|as opposed to|separately|individually|respectively|side by side)\b"
    r"|^(and )?compare\b"
)
_FORGETS = re.compile(r"\b(forget|drop|leave out|never mind|not|no longer|without)( about)?( the| by)? [\w ]+")


def most_of_them(query: Query, change: Change) -> Query:
    """ "Which department has the most of them?", of people that are listed: counted by department, the first one."""
    found = _MOST_OF_THEM.match(change.text)
    named = next((item for item in change.parse.items if item.kind == "name"), None)
    if not found or named is None or query.grouped or query.limit is not None or query.combine:
        return query
    table = named.table.table if named.table else ""
    chain = change.index.graph.path((query.subject,), table) if table and table != query.subject else None
    if not chain or any(edge.many for edge in chain):
        return query
    counted = Field(None, "count", table=query.subject)
    names, keys = tuple(change.parse.label(table)), tuple(change.parse.key(table))
    for item in change.parse.items:
        item.role = item.role or "group"
    change.parse.where, change.parse.order, change.parse.ranked, change.parse.limit = [], [], [], None
    change.parse.outputs, change.settled = [], True
    change.said.append(f"by {' and '.join(dimension_words(names, change.index))}, the first one only")
    shown = (*names, counted) if change.conventions.show_measure else names
    order = (Order(counted, found[4] == "most"),)
    return replace(query, select=shown, keys=tuple(k for k in keys if k not in names), order=order, limit=1, distinct=False)


def leader(query: Query, change: Change) -> Query:
    """ "Which region had the most?", of revenue per quarter: told by region; that the first one is wanted is read after."""
    parse = change.parse
    asked = _WHICH_LEADS.match(change.text) and query.measures and query.dimensions and query.limit in (None, 1)
    if not asked or parse.groups or any(output.field.grain for output in parse.outputs):
        return query
    item = next((item for item in parse.items if item.kind in ("name", "grain")), None)
    groups = _led_by(item, query, parse) if item is not None else []
    if item is None or not groups:
        return query
    parse.groups = groups
    parse.outputs = [output for output in parse.outputs if output.field not in [group.field for group in groups]]
    item.role = item.role or "group"
    return query


def _led_by(item: Item, query: Query, parse: Parse) -> list[Output]:
    """The table or the stretch of time that is named, where the result is not told by it yet."""
    measured = measure_table(query.measures[0])
    if item.kind == "grain":
        time = None if any(field.grain for field in query.dimensions) else grain_field(parse, item.grain)
        return [Output(99, time)] if time else []
    table = item.table.table if item.table else ""
    shown = {ref.table for field in query.dimensions for ref in refs(field.expr)}
    apart = table and table not in (*shown, measured) and parse.index.graph.path((measured,), table) is not None
    return [Output(99, name, table) for name in parse.label(table)] if apart else []


def grains(query: Query, change: Change) -> Query:
    """ "By quarter", "weekly": another grain of the time that is shown already."""
    old = next((f for f in query.dimensions if f.grain), None)
    new = next((output.field for output in change.parse.groups if output.field.grain), None)
    if old is None or new is None or old.grain == new.grain:
        return query
    changed = replace(old, grain=new.grain)
    change.parse.groups = [output for output in change.parse.groups if not output.field.grain]
    change.said.append(f"by {new.grain} instead of {old.grain}")
    swap = {old: changed}
    return replace(
        query,
        select=tuple(swap.get(f, f) for f in query.select),
        order=tuple(Order(swap.get(o.field, o.field), o.descending) for o in query.order),
    )


def contrasts(query: Query, change: Change) -> Query:
    """ "Fall vs spring?", "men and women separately": cells of one column named against each other are measured each."""
    parse = change.parse
    if not query.measures or parse.groups or not _CONTRAST.search(change.text):
        return query
    for compare in parse.where:
        if isinstance(compare, Compare) and compare.op == "in" and not compare.negated and len(compare.values) > 1:
            parse.groups.append(Output(99, compare.field))
            break
    return query


def dimensions(query: Query, change: Change) -> Query:
    """ "By staff instead" takes the place of what it was by; "and by month" comes on top."""
    parse = change.parse
    if _of_each(change) and query.dimensions and not query.measures and change.shown(aggregated=True):
        named = [f for f in shown_names(query, parse) if _entity(f, parse)]
        parse.groups = [*parse.groups, *(Output(99, f, _entity(f, parse)) for f in named or query.dimensions)]
        query = rows_of(query, change) if query.limit is not None else query
        query = replace(query, select=(), distinct=False)
    if _beside_each(query, change):
        parse.outputs = [*parse.outputs, *(o for o in parse.groups if o.field not in query.dimensions)]
        parse.groups = []
    if only_sorts(query, change):
        parse.order = parse.order or [Order(output.field) for output in parse.groups]
        parse.groups = []
    new = [output.field for output in parse.groups if not query.measures or output.field not in query.dimensions]
    if not new or not (query.measures or query.limit or query.select or change.shown(aggregated=True)):
        return query
    for item in parse.items:
        item.role = item.role or ("group" if item.lower in _DIVIDES else "")
    query = _of_all(query, new, change)
    keys = entity_keys(parse, parse.groups, list(query.measures))
    if query.measures and query.limit is not None and _ITS.search(change.text):
        query = replace(query, where=(*query.where, *within_groups(query, change)), having=(), order=(), limit=None)
        kept: tuple[Field, ...] = ()
    else:
        on_top = _on_top(change) or _splits(change) or bool(_CONTRAST.search(change.text))
        kept = tuple(f for f in query.dimensions if not _forgotten(f, change)) if on_top and query.measures else ()
    shown = _measured_anew(query, change)
    measures = query.measures if query.measures and not shown else shown or (Field(None, "count", table=query.subject),)
    parse.outputs = [output for output in parse.outputs if not output.field.aggregate]
    old = " and ".join(dimension_words(query.dimensions, change.index))
    said = " and ".join(dimension_words(tuple(new), change.index))
    change.said.append(f"by {said}" + (f" instead of {old}" if old and not kept and query.measures else ""))
    order = tuple(o for o in query.order if o.field in kept or o.field in measures)
    times = [f for f in (*kept, *new) if f.grain]
    if change.conventions.order_groups:
        order = tuple(Order(f) for f in times) if times else order or (Order(measures[0], True),)
    return replace(
        query,
        select=(*kept, *new, *measures),
        keys=(*(query.keys if kept else ()), *keys),
        order=order,
        limit=query.limit if kept else None,
        offset=query.offset if kept else 0,
        distinct=False,
        where=unjoined(query, measures),
        having=query.having if kept or not query.dimensions else (),
    )


def _beside_each(query: Query, change: Change) -> bool:
    """ "Add what each costs", "also show where each show takes place": a column more of a list, nothing to count by."""
    listed = bool(query.select) and not query.measures and not change.shown(aggregated=True)
    counts = any(item.is_cue("count") or item.is_cue("aggregate") for item in change.parse.items)
    return listed and not counts and change.adds_surely and bool(re.search(r"\beach\b", change.text))


def _of_all(query: Query, new: list[Field], change: Change) -> Query:
    """The one value that was asked about is let go of when all of them are told apart."""
    told = [c for c in query.where if isinstance(c, Compare) and c.op in ("=", "like") and c not in change.parse.where]
    gone = [c for c in told if c.field in new]
    change.said.extend(f"− {condition_words(c, change.index)}" for c in gone)
    return replace(query, where=tuple(c for c in query.where if c not in gone))


def _measured_anew(query: Query, change: Change) -> tuple[Field, ...]:
    """The measures said; rows that are named without a word of counting ("by decor of the room") are none."""
    shown = tuple(change.shown(aggregated=True)) or _aggregated_anew(query, change)
    counts = any(item.is_cue("count") or item.is_cue("aggregate") for item in change.parse.items)
    return shown if counts or not query.measures else tuple(f for f in shown if f.aggregate != "count")


def _aggregated_anew(query: Query, change: Change) -> tuple[Field, ...]:
    """ "Average per department", of a list with one number."""
    cue = change.cue("aggregate")
    numbers = [f for f in query.dimensions if isinstance(f.expr, Ref) and not f.grain and is_number(f.expr, change.parse)]
    if cue is None or cue.cue is None or cue.cue.value not in _AGGREGATES or len(numbers) != 1 or query.measures:
        return ()
    cue.role = "measure"
    return (replace(numbers[0], aggregate=cue.cue.value),)


def _on_top(change: Change) -> bool:
    """ "And by month", "also by month"; "by category and year" takes the place of what it was by."""
    return change.adds_surely or (change.adds and change.text.startswith("and "))


def _splits(change: Change) -> bool:
    return bool(re.search(r"\b(split|break|broken|drill)\b", change.text)) and not change.replaces


def _forgotten(field: Field, change: Change) -> bool:
    """ "Forget cities, men vs women?": what it was by is let go of in the same breath."""
    found = _FORGETS.search(change.text)
    if not found or not isinstance(field.expr, Ref):
        return False
    said = [item for item in change.parse.items if item.kind == "name" and item.lower in found[0]]
    return any((link.table, link.column) == (field.expr.table, field.expr.column) for item in said for link in item.links)


def _of_each(change: Change) -> bool:
    """ "How many orders has each?": of every row that is listed."""
    return bool(re.search(_EACH, change.text))


def _entity(field: Field, parse: Parse) -> str:
    return field.expr.table if isinstance(field.expr, Ref) and field in parse.label(field.expr.table) else ""
