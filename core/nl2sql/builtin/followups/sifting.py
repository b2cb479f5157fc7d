"""Sifting: numbers a follow-up compares what was said before with ("only states with more than one", "and 112?")."""

from __future__ import annotations

import re
from dataclasses import replace

from core.nl2sql.builtin.followups.change import is_number, is_scalar
from core.nl2sql.builtin.followups.listing import counted_table
from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.linking.numerals import tidy
from core.nl2sql.builtin.linking.text import lemma
from core.nl2sql.builtin.query.plan import measure_table
from core.nl2sql.builtin.query.query import Compare, Field, Query, Ref, comparisons, refs, tables_of
from core.nl2sql.builtin.reading.adjectives import ranked_as
from core.nl2sql.builtin.reading.comparing import is_unit, take_unit
from core.nl2sql.builtin.reading.counting import count_of
from core.nl2sql.builtin.reading.negation import negated
from core.nl2sql.builtin.reading.parse import Parse
from core.nl2sql.builtin.reading.people import holds_people

_OPENS = {"with", "having", "have", "has", "that", "which", "who", "of", "where", "there", "are"}
_RANGE = (">", ">=", "<", "<=")
_MOVES = re.compile(
    r"(and |but |now )?(raise|lower|increase|decrease|reduce|set|change|bump|move|drop|make) (it|that|this"
    r"|the (limit|threshold|minimum|maximum|cutoff|bar))( up| down)?( to)? \S+( (million|billion|thousand|percent|k|m|%))?$"
)
_COUNTED = {"them", "those", "these"}
_PERSONS = {"people", "persons", "men", "women"}
_OF_ROWS = ("avg", "max", "min", "median")
"""A number compared with such a figure of all is one of each of them."""
_FEW = 10
_SAID = 0.75
_ROWS_WITH = re.compile(
    r"(and |but |now |ok |show |list )*"
    r"(?:only|just|what about|how about|and|(?P<not>not|without|except|excluding|exclude|leave out))"
    r" (?:the |those |with )*"
)


def bare_comparisons(query: Query, parse: Parse) -> None:
    """ "At least 200", "more than one": a number compared with nothing that is said is what was compared or counted before."""
    for cue in parse.items:
        if cue.role or not cue.is_cue("compare", ">", ">=", "<", "<=", "=") or cue.cue is None:
            continue
        number = next((o for o in [*parse.after(cue, 2), *parse.before(cue, 2)] if o.number is not None and not o.role), None)
        spoken = ranked_as(query, parse, cue.lower) if cue.lower in parse.index.lexicon.implied else None
        field = _compared_before(query, parse, number, cue.lower in parse.index.lexicon.implied)
        field = spoken[0] if field and spoken and not spoken[1] else field
        if number is None or number.number is None or field is None:
            continue
        denied = negated(parse, cue)
        cue.role = number.role = "condition"
        take_unit(parse, number)
        _narrow(query, parse, Compare(field, cue.cue.value, (tidy(number.number),), negated=denied))


def between_numbers(query: Query, parse: Parse) -> None:
    """ "Between 70 and 90": two bounds of nothing that is said are those of what was compared or shown."""
    cue = next((item for item in parse.items if item.is_cue("compare", "between") and not item.role), None)
    numbers = [item for item in parse.items if item.number is not None and not item.role]
    names = [item for item in parse.items if item.kind in ("name", "value", "period")]
    field = _compared_before(query, parse, numbers[0], False) if cue and len(numbers) == 2 and not names else None
    if cue is None or field is None:
        return
    bounds = tuple(sorted(tidy(item.number) for item in numbers if item.number is not None))
    for item in (cue, *numbers):
        item.role = "condition"
    _narrow(query, parse, Compare(field, "between", bounds, negated=negated(parse, cue)))


def _narrow(query: Query, parse: Parse, compare: Compare) -> None:
    """Groups by their figure, else rows."""
    if compare.field.aggregate:
        parse.having.append((query.subject, compare))
    else:
        parse.where.append(compare)


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
        counted = _counted_unit(query, parse, number) if number is not None else None
        beyond = [o for o in rest if o not in (cue, number, counted) and o.lower not in _OPENS | _COUNTED]
        if cue is None or cue.cue is None or number is None or number.number is None:
            continue
        if any(other.kind != "mark" and not _sorts(other) for other in beyond) or not any(
            other.lower in _OPENS for other in rest[:3]
        ):
            continue
        measure = _count_said(query, parse, counted) if counted is not None else _measure(query, parse, rest)
        denied = negated(parse, cue) or any(other.is_cue("not") for other in parse.items if other.start < item.start)
        for other in (item, cue, number, counted, *(o for o in parse.items if denied and o.is_cue("not"))):
            if other is not None:
                other.role = "condition"
        parse.having.append((query.subject, Compare(measure, cue.cue.value, (tidy(number.number),), negated=denied)))


def _counted_unit(query: Query, parse: Parse, number: Item) -> Item | None:
    """ "Departments with at least 5 people": the name behind the number, where it is of what was counted or measured."""
    unit = next((other for other in parse.after(number, 1) if other.kind in ("name", "word")), None)
    if unit is None or unit.role:
        return None
    tables = {query.subject, *(measure_table(f) for f in query.measures), *tables_of(query)}
    said = unit.table is not None and unit.table.table in tables
    return unit if said or (unit.lower in _PERSONS and holds_people(counted_table(query), parse.index)) else None


def _count_said(query: Query, parse: Parse, unit: Item) -> Field:
    """How many rows of the unit there are; the count that is measured already, where it is one of them."""
    table = unit.table.table if unit.table else counted_table(query)
    counts = [f for f in query.measures if f.aggregate == "count" and measure_table(f) == table]
    return counts[0] if counts else count_of(parse, table)


def _sorts(item: Item) -> bool:
    """ "Biggest first", behind the number."""
    return item.is_cue("superlative") or item.is_cue("order") or item.lower in ("first", "last", "please")


def equal_number(query: Query, parse: Parse) -> None:
    """ "And 112?": another number of the column that one was asked of."""
    number = next((item for item in parse.items if item.kind == "number" and not item.role), None)
    said = [item.lower for item in parse.items if item.kind != "mark"]
    opens = bool(said) and (said[0] == "and" or said[1:2] == ["about"] or len(said) == 1)
    alone = all(item is number or item.kind in ("stop", "mark") for item in parse.items)
    earlier = [c for c in query.where if isinstance(c, Compare) and c.op == "=" and not c.negated and not c.field.aggregate]
    asked = [c.field for c in earlier if c.values and isinstance(c.values[0], int | float) and not isinstance(c.values[0], bool)]
    if number is None or number.number is None or not (opens and alone) or not asked or query.limit is not None:
        return
    number.role = "condition"
    parse.where.append(Compare(asked[-1], "=", (tidy(number.number),)))


def numbered_rows(query: Query, parse: Parse) -> None:
    """ "Just the 5 star ones", "and the 2 stars?", "without the 18 year olds": rows told by a number of theirs."""
    text = " ".join(item.lower for item in parse.items if item.kind != "mark")
    opening = _ROWS_WITH.match(text)
    busy = any(item.is_cue("compare") or item.is_cue("superlative") or item.is_cue("order") for item in parse.items)
    if opening is None or query.grouped or busy:
        return
    for item in parse.items:
        unit = next(iter(parse.after(item, 1)), None)
        ref = _number_called(query, parse, unit) if item.kind == "number" and not item.role and unit else None
        if item.number is None or unit is None or ref is None or any(o.kind == "name" for o in parse.after(unit, 3)):
            continue
        denials = (other for other in parse.items if other.is_cue("not"))
        for other in (item, unit, *parse.after(unit, 1), *denials):
            other.role = "condition"
        parse.where.append(Compare(Field(ref), "=", (tidy(item.number),), negated=bool(opening["not"])))


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


def _number_called(query: Query, parse: Parse, unit: Item) -> Ref | None:
    """The column of numbers that the word behind a number names, unless it names rows."""
    link = next((link for link in unit.columns if link.table in tables_of(query)), None)
    if link is None or unit.kind != "name" or link.score < _SAID or (unit.table and unit.table.score >= link.score):
        return None
    ref = Ref(link.table, link.column)
    return ref if is_number(ref, parse) else None


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


def _compared_before(query: Query, parse: Parse, number: Item | None, implied: bool) -> Field | None:
    """What a bare number is compared with; None where a name or unit of the follow-up may say it."""
    tables = tables_of(query)
    end = number.end if number else 0
    for item in parse.items:
        table = item.table.table if item.table else ""
        if item.kind == "name" and (item.start >= end or table not in tables or not query.grouped):
            return None
        if item.kind in ("word", "stop") and item.start == end and (item.kind == "word" or is_unit(parse, item)):
            return _measured_in(query, parse, item)
    if query.grouped and not is_scalar(query) and query.measures:
        counts = [f for f in query.measures if f.aggregate == "count"] if _says_how_many(parse) else []
        return None if implied else (*counts, *query.measures)[0]
    earlier = [c.field for c in comparisons(query.where) if c.op in _RANGE and not c.query]
    shown = [f for f in query.dimensions if isinstance(f.expr, Ref) and not f.grain and is_number(f.expr, parse)]
    shown += [Field(f.expr) for f in query.measures if is_scalar(query) and isinstance(f.expr, Ref) and f.aggregate in _OF_ROWS]
    told = [f for f in shown if isinstance(f.expr, Ref) and _tells_apart(f.expr, number, parse)]
    beyond = bool(told) and not any(isinstance(f.expr, Ref) and _tells_apart(f.expr, number, parse) for f in earlier)
    if earlier and not beyond:
        return earlier[-1] if not implied or len(earlier) == 1 else None
    return (told or shown)[-1] if shown and not implied else None


def _tells_apart(ref: Ref, number: Item | None, parse: Parse) -> bool:
    """Whether a number lies among those of a column, so that it keeps some rows and leaves others out."""
    column = parse.column(ref)
    try:
        low, high = float(column.minimum or ""), float(column.maximum or "")
    except ValueError:
        return True
    return number is not None and number.number is not None and low <= number.number <= high


def _measured_in(query: Query, parse: Parse, unit: Item) -> Field | None:
    """ "Over 100 ft": the number of the rows that a unit measures, first of what was shown or compared."""
    meant = parse.index.lexicon.units.get(unit.lower) or parse.index.lexicon.units.get(unit.lower.rstrip("s"), ())
    spoken = [ref for f in (*query.dimensions, *(c.field for c in comparisons(query.where))) for ref in refs(f.expr)]
    rows = [Ref(table, c.name) for table in (query.subject, *sorted(tables_of(query))) for c in parse.index.table(table).columns]
    for ref in (*spoken, *rows) if meant else ():
        said = (*parse.index.names.columns[ref.table, ref.column],)
        if is_number(ref, parse) and (set(meant) & set(said) or unit.lower in said):
            return Field(ref)
    return None


def _says_how_many(parse: Parse) -> bool:
    """ "More than one", "at least two of them": a number in words is one of rows before it is one of money."""
    return any(item.kind == "number" and item.lower.isalpha() and (item.number or 0) < _FEW for item in parse.items)
