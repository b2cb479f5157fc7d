"""Comparing: words of comparison with a number, an average or another bare number, on columns and on how many rows there are."""

from __future__ import annotations

from core.models import Assumption, Role
from core.nl2sql.builtin.linking.index import Link
from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.linking.numerals import numberlike, numbers_as_text, tidy
from core.nl2sql.builtin.query.query import Compare, Expr, Field, Query, Ref, refs
from core.nl2sql.builtin.reading.counting import count_of, counted_table, rows, times
from core.nl2sql.builtin.reading.measuring import main_measure, measure_of, only_number
from core.nl2sql.builtin.reading.money import money
from core.nl2sql.builtin.reading.negation import negated
from core.nl2sql.builtin.reading.parse import Parse
from core.nl2sql.builtin.reading.people import holds_people
from core.nl2sql.builtin.reading.scales import in_unit
from core.nl2sql.builtin.reading.stored import stored_count

_TURNED = {">": "<", ">=": "<=", "<": ">", "<=": ">="}


def comparisons(parse: Parse) -> None:
    """A word of comparison with a number or an average: on a column, or on how many rows there are."""
    for item in parse.items:
        if item.role or not item.is_cue("compare") or item.cue is None or "like" in item.cue.value:
            continue
        if item.is_cue("compare", "between"):
            _between(parse, item)
        elif (number := _number_near(parse, item)) is not None:
            _compare(parse, item, number)
        else:
            _to_average(parse, item)


def _number_near(parse: Parse, cue: Item) -> Item | None:
    if cue.lower.startswith("or ") or cue.lower in ("and above",):
        return next((other for other in parse.before(cue, 3) if other.number is not None and other.role in ("", "limit")), None)
    for other in parse.after(cue, 3):
        if other.number is not None and not other.role and (other.kind == "number" or not _is_date_compare(parse, cue, other)):
            return other
        if other.kind not in ("stop", "mark") and not other.is_cue("compare"):
            return None
    return None


def _is_date_compare(parse: Parse, cue: Item, year: Item) -> bool:
    """ "Later than 2004" speaks of time; "more than 2000 students" of a number."""
    if cue.lower in ("later than", "earlier than", "newer than", "more recent than"):
        return True
    follow = parse.after(year, 1)
    if (
        follow
        and follow[0].kind in ("name", "word")
        and cue.lower in ("more than", "at least", "less than", "fewer than", "over", "under", "above", "below")
    ):
        return False
    before = next((other for other in parse.before(cue, 3) if other.kind == "name"), None)
    return (
        before is None
        or not before.columns
        or not any(parse.index.column(link.table, link.column).kind.numeric for link in before.columns[:2])
    )


def _compare(parse: Parse, cue: Item, number: Item) -> None:
    assert cue.cue is not None and number.number is not None
    denied = negated(parse, cue)
    value = tidy(number.number)
    field, entity = _compared(parse, cue, number)
    if field is None:
        return
    cue.role = number.role = "condition"
    take_unit(parse, number)
    field = _possible(parse, field, value)
    value = in_unit(parse, number, field, value)
    compare = Compare(field, operator(parse, cue, field), (value,), negated=denied)
    if field.aggregate:
        parse.having.append((entity, compare))
    else:
        parse.where.append(compare)


def take_unit(parse: Parse, number: Item) -> None:
    """The "cm" of "over 196 cm" says no more than the number does."""
    unit = next(iter(parse.after(number, 1)), None)
    if unit is not None and unit.kind in ("word", "stop") and is_unit(parse, unit):
        unit.role = unit.role or "condition"


def is_unit(parse: Parse, item: Item) -> bool:
    units = parse.index.lexicon.units
    return item.lower in units or item.lower.rstrip("s") in units


def _compared(parse: Parse, cue: Item, number: Item) -> tuple[Field | None, str]:
    """What is compared: an aggregate or count beside it, a column before or after, a table after, or what a word implies."""
    follow = _name_after(parse, max(cue, number, key=lambda item: item.start))
    if (known := _continued(parse, cue)) and (follow is None or follow.kind != "name") and not _unit_column(parse, cue, None):
        return known, ""
    if happened := times(parse, number):
        return happened, parse.subject
    after = next(iter(parse.after(max(cue, number, key=lambda item: item.start), 1)), None)
    if after is not None and (said := rows(parse, after)):
        return said, parse.subject
    unit = _unit_column(parse, cue, follow)
    if follow and not follow.role and unit is None and (field := _following_field(parse, follow)):
        follow.role = "condition"
        return field, parse.subject
    for other in parse.before(cue, 7):
        if other.kind == "name" and other.role in ("", "output?"):
            aggregate = next(
                (o for o in parse.before(other, 3) if (o.is_cue("aggregate") or o.is_cue("count")) and not o.role), None
            )
            if aggregate and parse.in_condition(aggregate) and (field := measure_of(parse, aggregate)):
                return field, parse.subject
            if (earned := money(parse, other)) and not _of_rows(parse, earned):
                other.role = "condition"
                return Field(earned, "sum"), parse.subject
            ref = parse.column_of(other, "number", parse.subject)
            if ref and (other.table is None or other.columns[0].score >= other.table.score):
                other.role = "condition"
                return Field(ref), ""
            break
        if other.kind in ("value", "number", "mark") or other.is_cue("compare"):
            break
    if unit is None and follow is None and parse.subject and (main := _meant(parse, number)):
        parse.notes.append(Assumption("column", f"{number.text} is compared with {main.column}"))
        return Field(main), ""
    return unit, ""


_OLDEST = 120


def _meant(parse: Parse, number: Item) -> Ref | None:
    """ "Editors under 30", "companies that ask for more than 70,000": the age of people, or the one number rows are about."""
    if holds_people(parse.subject, parse.index) and (number.number or 0) <= _OLDEST:
        names = parse.index.names.columns
        ages = [c for c in parse.index.table(parse.subject).columns if "age" in names[parse.subject, c.name] and c.kind.numeric]
        return Ref(parse.subject, ages[0].name) if len(ages) == 1 else main_measure(parse, parse.subject)
    return main_measure(parse, parse.subject) or only_number(parse, parse.subject)


def _continued(parse: Parse, cue: Item) -> Field | None:
    """ "Above 1500 or smaller than 500": the second comparison speaks of what the first did."""
    said = parse.before(cue, 3)
    if not said or said[0].lower not in ("or", "and", "but"):
        return None
    number = next((other for other in said[1:] if other.kind != "mark"), None)
    if number is None or number.kind not in ("number", "period") or number.role != "condition":
        return None
    before = parse.where[-1] if parse.where else None
    return before.field if isinstance(before, Compare) and not before.field.aggregate else None


def _of_rows(parse: Parse, earned: Expr) -> bool:
    """Whether each row asked for has money of its own ("orders with sales above 500"); else it is added up per what is asked."""
    return next(refs(earned)).table in parse.tables_said() and next(refs(earned)).table == parse.subject


def _possible(parse: Parse, field: Field, value: int | float) -> Field:
    """ "More than 100000 in savings": more rows than there are can not be meant where they hold one number each."""
    if field.aggregate != "count" or field.expr is not None or value <= (parse.index.table(field.table).row_count or value):
        return field
    amount = only_number(parse, field.table)
    if amount is None:
        return field
    parse.notes.append(Assumption("column", f"{tidy(value)} is compared with {amount.column}"))
    return Field(amount)


_BREAKING = {"is", "are", "was", "were", "and", "or", "but", "their", "its", "his", "her"}
"""Words that open the next clause."""


def _name_after(parse: Parse, number: Item) -> Item | None:
    for other in parse.after(number, 4):
        if other.lower in ("and", "or", "but"):
            return None
        if other.kind in ("name", "grain"):
            return other
        if other.kind == "word":
            return other
        if (other.kind not in ("stop",) and not other.is_cue("distinct") and other.text not in "$%") or other.lower in _BREAKING:
            return None
    return None


def _following_field(parse: Parse, follow: Item) -> Field | None:
    if follow.kind != "name":
        return None
    if (earned := money(parse, follow)) and not _of_rows(parse, earned):
        return Field(earned, "sum")
    if stored := stored_count(parse, follow):
        return Field(stored)
    table = follow.table
    ref = parse.column_of(follow, "number", parse.subject)
    measured = ref is not None and (parse.column(ref).role is Role.MEASURE or numbers_as_text(parse.column(ref)))
    if ref and measured and (table is None or follow.columns[0].score > table.score):
        return Field(ref)
    if counted := counted_table(parse, follow):
        return count_of(parse, counted)
    column = parse.column_of(follow)
    if column and parse.column(column).kind.numeric and parse.column(column).role is not Role.KEY:
        return Field(column)
    return Field(column, "count", distinct=True) if column else None


def implied_column(parse: Parse, cue: Item) -> Ref | None:
    """The column a comparative stands for by itself ("older than")."""
    unit = _unit_column(parse, cue, None)
    return unit.expr if unit is not None and isinstance(unit.expr, Ref) else None


def _unit_column(parse: Parse, cue: Item, follow: Item | None) -> Field | None:
    """ "Older than 30", "longer than 120 minutes": the adjective or the unit says which column."""
    words = list(parse.index.lexicon.implied.get(cue.lower.removeprefix("is "), ()))
    if follow is not None and follow.kind in ("word", "grain") and not follow.role:
        units = parse.index.lexicon.units.get(follow.lower.rstrip("s"), parse.index.lexicon.units.get(follow.lower, ()))
        words += units
    for table in dict.fromkeys([parse.subject, *parse.tables_said()]):
        if table and words and (settled := parse.settled(cue.lower, words[0], Link("table", table, score=0.0))):
            return Field(settled)
        for word in words:
            for column in parse.index.table(table).columns if table else ():
                said = parse.index.names.columns[table, column.name]
                if word.lstrip("-") in said and numberlike(column) and column.role is not Role.KEY:
                    if follow is not None and follow.kind == "word" and follow.lower.rstrip("s") in parse.index.lexicon.units:
                        follow.role = "condition"
                    return Field(Ref(table, column.name))
    return None


def operator(parse: Parse, cue: Item, field: Field) -> str:
    """What is compared how: who is slower than others has less speed, and takes more time."""
    assert cue.cue is not None
    implied = parse.index.lexicon.implied.get(cue.lower.removeprefix("is "), ())
    said = parse.index.names.columns.get((field.expr.table, field.expr.column), ()) if isinstance(field.expr, Ref) else ()
    turned = any(f"-{word}" in implied for word in said) and not any(word in implied for word in said)
    return _TURNED.get(cue.cue.value, cue.cue.value) if turned else cue.cue.value


def _between(parse: Parse, cue: Item) -> None:
    numbers = [
        other for other in parse.after(cue, 6) if other.kind == "number" or (other.kind == "period" and other.number is not None)
    ]
    if len(numbers) < 2 or any(number.role for number in numbers[:2]) or cue.lower == "from":
        return
    low, high = numbers[:2]
    if low.kind == high.kind == "period" and _is_date_compare(parse, cue, low):
        return
    field, _ = _compared(parse, cue, high)
    if field is None or low.number is None or high.number is None:
        return
    cue.role = low.role = high.role = "condition"
    values = tuple(in_unit(parse, number, field, tidy(said)) for number, said in ((low, low.number), (high, high.number)))
    compare = Compare(field, "between", values)
    if field.aggregate:
        parse.having.append((parse.subject, compare))
    else:
        parse.where.append(compare)


def _to_average(parse: Parse, cue: Item) -> None:
    """ "Longer than the average", "above average price"."""
    average = next(
        (other for other in parse.after(cue, 4) if other.is_cue("aggregate", "avg", "max", "min") and not other.role), None
    )
    if (
        average is None
        or average.cue is None
        or cue.cue is None
        or any(o.kind in ("number", "value") for o in parse.after(cue, 2))
    ):
        return
    follow = parse.next_real(average)
    if follow is not None and follow.is_cue("count"):
        follow.role = "condition"
        follow = parse.next_real(follow)
    field, _ = _compared(parse, cue, average)
    if (
        field is None
        and follow is not None
        and follow.kind == "name"
        and (ref := parse.column_of(follow, "number", parse.subject))
    ):
        field = Field(ref)
    if field is None or field.aggregate or not isinstance(field.expr, Ref):
        return
    cue.role = average.role = "condition"
    if follow is not None and follow.kind == "name":
        follow.role = "condition"
    inner = Query(field.expr.table, (Field(field.expr, average.cue.value),))
    parse.where.append(Compare(field, operator(parse, cue, field), query=inner))


_HAVING = ("with", "have", "has", "having", "had", "of", "and", "exactly")


def equalities(parse: Parse) -> None:
    """A column followed by a bare number: "in room 111", "rating is 5", "year 2004"."""
    for item in parse.items:
        if item.kind not in ("number",) or item.role or item.number is None:
            continue
        if _number_of(parse, item):
            continue
        before = next(
            (
                o
                for o in parse.before(item, 4)
                if o.kind not in ("stop", "mark")
                and not o.is_cue("compare", "=")
                and not o.is_cue("not")
                and o.lower not in ("either", "both")
            ),
            None,
        )
        if before is None or before.kind != "name" or before.role in ("group", "order"):
            continue
        ref = parse.column_of(before, "number", parse.subject)
        if (ref is None or before.table) and before.table and (key := parse.key(before.table.table)) and len(key) == 1:
            expr = key[0].expr
            ref = expr if isinstance(expr, Ref) and parse.column(expr).kind.numeric else ref
        ref = ref or parse.column_of(before, prefer=parse.subject)
        if ref is None:
            continue
        values = [tidy(item.number), *_more_numbers(parse, item)]
        high = _span_end(parse, item) if len(values) == 1 else None
        equals = next((other for other in parse.before(item, 3) if other.is_cue("compare", "=") and not other.role), None)
        if equals:
            equals.role = "condition"
        before.role = item.role = "condition"
        op = "=" if len(values) == 1 else "in"
        if high is not None and high.number is not None:
            op, high.role = "between", "condition"
            values.append(tidy(high.number))
        parse.where.append(Compare(Field(ref), op, tuple(values), negated=negated(parse, item)))


def _span_end(parse: Parse, item: Item) -> Item | None:
    """The 25 of "age 20 to 25"."""
    after = parse.after(item, 2)
    spans = len(after) == 2 and after[0].lower in ("to", "through") and after[1].kind == "number" and not after[1].role
    return after[1] if spans else None


def _more_numbers(parse: Parse, item: Item) -> list[int | float]:
    """The others of "70 or 90", "1, 2 and 3"."""
    found: list[int | float] = []
    waiting: list[Item] = []
    for other in parse.after(item, 12):
        if other.lower in ("or", "and", ","):
            waiting.append(other)
        elif other.kind == "number" and other.number is not None and not other.role and waiting:
            for used in [other, *(word for word in waiting if word.lower == "or")]:
                used.role = "condition"
            found.append(tidy(other.number))
            waiting = []
        else:
            break
    for either in parse.before(item, 2):
        if found and either.lower == "either":
            either.role = "condition"
    return found


def _number_of(parse: Parse, number: Item) -> bool:
    """ "Courses with 3 credits": a number before a column of numbers, in a condition."""
    follow = next(iter(parse.after(number, 1)), None)
    before = next(iter(parse.before(number, 1)), None)
    if (
        follow is None
        or follow.kind != "name"
        or follow.role
        or before is None
        or not (before.lower in _HAVING or follow.lower.endswith(" old"))
    ):
        return False
    ref = parse.column_of(follow, "number", parse.subject)
    if (
        ref
        and number.number is not None
        and parse.column(ref).role is Role.MEASURE
        and not (follow.table and follow.table.score >= follow.columns[0].score)
    ):
        number.role = follow.role = "condition"
        parse.where.append(Compare(Field(ref), "=", (tidy(number.number),)))
        return True
    return False
