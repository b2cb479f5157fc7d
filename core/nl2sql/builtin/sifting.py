"""Sifting: numbers a follow-up compares what was said before with ("only states with more than one", "and 112?")."""

from __future__ import annotations

import re
from dataclasses import replace

from core.nl2sql.builtin.counting import count_of
from core.nl2sql.builtin.item import Item
from core.nl2sql.builtin.numerals import tidy
from core.nl2sql.builtin.parse import Parse
from core.nl2sql.builtin.query import Compare, Field, Query, Ref
from core.nl2sql.builtin.text import lemma

_OPENS = {"with", "having", "have", "has", "that", "which", "who", "of", "where", "there", "are"}
_RANGE = (">", ">=", "<", "<=")
_MOVES = re.compile(
    r"(and |but |now )?(raise|lower|increase|decrease|reduce|set|change|bump|move|drop|make) (it|that|this"
    r"|the (limit|threshold|minimum|maximum|cutoff|bar))( up| down)?( to)? \S+$"
)
_COUNTED = {"them", "those", "these"}


def sifted_groups(query: Query, parse: Parse) -> None:
    """Takes a number compared with nothing but the groups' own name as one that their measure is compared with."""
    if not (query.measures and query.dimensions):
        return
    for item in parse.items:
        if item.kind != "name" or item.role or not _names_group(item, query, parse):
            continue
        rest = parse.items[parse.position(item) + 1 :]
        cue = next((other for other in rest if other.is_cue("compare", ">", ">=", "<", "<=", "=")), None)
        number = next((other for other in rest if other.number is not None), None)
        beyond = [other for other in rest if other not in (cue, number) and other.lower not in _OPENS | _COUNTED]
        if cue is None or cue.cue is None or number is None or number.number is None:
            continue
        if any(other.kind != "mark" for other in beyond) or not any(other.lower in _OPENS for other in rest[:3]):
            continue
        measure = _measure(query, parse, rest)
        item.role = cue.role = number.role = "condition"
        parse.having.append((query.subject, Compare(measure, cue.cue.value, (tidy(number.number),))))


def equal_number(query: Query, parse: Parse) -> None:
    """ "And 112?": another number of the column that one was asked of."""
    number = next((item for item in parse.items if item.kind == "number" and not item.role), None)
    opens = bool(parse.items) and (parse.items[0].lower == "and" or [item.lower for item in parse.items[1:2]] == ["about"])
    alone = all(item is number or item.kind in ("stop", "mark") for item in parse.items)
    earlier = [c for c in query.where if isinstance(c, Compare) and c.op == "=" and not c.negated and not c.field.aggregate]
    asked = [c.field for c in earlier if c.values and isinstance(c.values[0], int | float) and not isinstance(c.values[0], bool)]
    if number is None or number.number is None or not (opens and alone) or not asked or query.limit is not None:
        return
    number.role = "condition"
    parse.where.append(Compare(asked[-1], "=", (tidy(number.number),)))


def moved_bound(query: Query, parse: Parse) -> None:
    """ "Raise it to 700", "make that 5": another number in the place of the one that was compared with last."""
    text = " ".join(item.lower for item in parse.items if item.kind != "mark")
    number = next((item for item in parse.items if item.number is not None and not item.role), None)
    bounds = [c for c in query.where if isinstance(c, Compare) and c.op in _RANGE and not c.field.aggregate and c.query is None]
    if (
        number is None
        or number.number is None
        or not _MOVES.match(text)
        or not (bounds or query.having)
        or query.limit is not None
    ):
        return
    last = (bounds or list(query.having))[-1]
    moved = replace(last, values=(tidy(number.number),), label="")
    for item in parse.items:
        item.role = item.role or "condition"
    if bounds:
        parse.where.append(moved)
    else:
        parse.having.append((query.subject, moved))


def _names_group(item: Item, query: Query, parse: Parse) -> bool:
    """Whether a name is that of what the query is grouped by: its column, a word of it, or the table it names."""
    for field in query.dimensions:
        if not isinstance(field.expr, Ref):
            continue
        ref = field.expr
        links = {(link.table, link.column) for link in item.links}
        words = parse.index.names.columns[ref.table, ref.column]
        if (ref.table, ref.column) in links or lemma(item.lower) in words or (ref.table, "") in links:
            return True
    return False


def _measure(query: Query, parse: Parse, rest: list[Item]) -> Field:
    """The first measure; how many rows there are where "of them" says so."""
    counts = [field for field in query.measures if field.aggregate == "count"]
    of_them = any(item.lower in _COUNTED for item in rest)
    return (counts or [count_of(parse, query.subject)])[0] if of_them else query.measures[0]
