"""Timing: the periods of a question as conditions on the date that is meant, with what was assumed said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from core.models import Assumption, Role
from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.linking.periods import WEEKDAYS, Period, join_periods, relative_period, since, until
from core.nl2sql.builtin.query.plan import measure_table
from core.nl2sql.builtin.query.query import AnyOf, Compare, Field, Query, Ref, comparisons, refs
from core.nl2sql.builtin.reading.grouping import grain_field
from core.nl2sql.builtin.reading.negation import negated
from core.nl2sql.builtin.reading.parse import Output, Parse
from core.nl2sql.builtin.reading.years import all_years, holds_years, years_between

_DAYS: dict[str, tuple[str, ...]] = {
    **{form: (day,) for day in WEEKDAYS for form in (day.lower(), f"{day.lower()}s")},
    **dict.fromkeys(("weekend", "weekends"), WEEKDAYS[5:]),
    **dict.fromkeys(("weekday", "weekdays", "workdays"), WEEKDAYS[:5]),
}
_SINCE = {"since", "starting", "from"}
_BEFORE = {"before", "prior", "earlier"}
_UNTIL = {"until", "till", "through", "by"}
_AFTER = {"after", "later", "following"}
_ONES = {"one", "ones", "those", "these", "that", "is", "are", "was", "were"}
"""Those "from 2015" are of that year, and so are those that are from it."""


def periods(parse: Parse) -> None:
    """Every period not used otherwise narrows a date, or a column of years."""
    for item in parse.items:
        if item.kind != "period" or item.role or item.period is None:
            continue
        ref = _time_column(parse, item, item.period)
        if ref is None:
            continue
        joined = item.period.month and _second(parse, item) is not None
        period, used = _ranged(parse, item, item.period if joined else _anchored(parse, item.period, ref))
        for other in [item, *used]:
            other.role = "condition"
        _add(parse, _condition(period, ref), period)


def weekdays(parse: Parse) -> None:
    """ "On weekends", "on Mondays": the days of the week a date falls on."""
    for item in parse.items:
        days = _DAYS.get(item.lower, ())
        if item.role or not days or item.kind not in ("word", "grain", "stop"):
            continue
        field = grain_field(parse, "day")
        if field is None or not isinstance(field.expr, Ref) or not parse.column(field.expr).kind.temporal:
            continue
        item.role = "condition"
        compare = Compare(Field(field.expr, grain="weekday"), "in" if len(days) > 1 else "=", days, negated=negated(parse, item))
        parse.where.append(compare)


def times_asked(query: Query, parse: Parse) -> dict[Ref, int | None]:
    """The columns of time a query is narrowed by, then those it shows, each with the one year it was narrowed to, if any."""
    narrowed = {ref: _year_of(c) for c in comparisons(query.where) for ref in refs(c.field.expr)}
    shown = {ref: None for f in query.dimensions for ref in refs(f.expr)}
    asked = {**shown, **narrowed}
    return {ref: asked[ref] for ref in (*narrowed, *shown) if parse.column(ref).kind.temporal or holds_years(parse, ref)}


def _year_of(compare: Compare) -> int | None:
    """The year a period lies in."""
    start, end = (str(value)[:10] if value else "" for value in (compare.values if compare.op == "period" else ("", "")))
    if not start or not end:
        return None
    last = date.fromisoformat(end) - timedelta(days=1)
    return last.year if start[:4] == str(last.year) else None


def _add(parse: Parse, condition: Compare, period: Period) -> None:
    """A second period apart from the first is set beside it ("2024 against 2025"), and the result tells them apart."""
    first = next((c for c in parse.where if isinstance(c, Compare) and c.op == "period" and c.field == condition.field), None)
    if first is None or None in (*first.values, *condition.values) or not _apart(first, condition):
        parse.where.append(condition)
        return
    parse.where[parse.where.index(first)] = AnyOf((first, condition))
    cut = Field(condition.field.expr, grain=period.grain)
    if all(output.field != cut for output in parse.groups) and any(output.field.aggregate for output in parse.outputs):
        parse.groups.append(Output(99, cut))


def _apart(first: Compare, second: Compare) -> bool:
    (start, end), (other_start, other_end) = ((str(a), str(b)) for a, b in (first.values, second.values))
    return end <= other_start or other_end <= start


def _condition(period: Period, ref: Ref) -> Compare:
    start = period.start.isoformat() if period.start else None
    end = period.end.isoformat() if period.end else None
    return Compare(Field(ref), "period", (start, end), label=period.label)


def _ranged(parse: Parse, item: Item, period: Period) -> tuple[Period, list[Item]]:
    """The period with its "since", "before" or second end, and the items that said so."""
    second = _second(parse, item)
    if second is not None and second.period is not None:
        opening = [
            other for other in parse.before(item, 2) if other.is_cue("compare", "between") or other.lower in ("from", "between")
        ]
        between = [other for other in parse.after(item, 2) if other.start < second.start]
        return join_periods(_yeared(period, second.period), second.period), [second, *opening, *between]
    trailing = parse.after(item, 2)
    words = " ".join(other.lower for other in trailing)
    opens = any(other.kind == "period" for other in parse.after(item, 3))
    if not opens and words.startswith(("or after", "or later", "onward", "and after", "and later", "or newer")):
        return since(period), trailing
    if not opens and words.startswith(("or before", "or earlier", "and before", "and earlier", "or older")):
        return until(period, through=True), trailing
    first = next(iter(parse.before(item, 1)), None)
    if first is not None and first.lower == "from" and not opens and trailing and trailing[0].lower == "on":
        return since(period), [first, trailing[0]]
    for other in parse.before(item, 3):
        if other.role or (other.lower == "from" and any(beside.lower in _ONES for beside in parse.before(other, 1))):
            break
        if other.lower in _AFTER or other.is_cue("compare", ">"):
            return since(period, after=True), [other]
        if other.lower in _SINCE or other.is_cue("compare", ">="):
            return since(period), [other]
        if other.lower in _BEFORE or other.is_cue("compare", "<"):
            return until(period), [other]
        if other.lower in _UNTIL or other.is_cue("compare", "<="):
            return until(period, through=True), [other]
        if other.kind not in ("stop", "mark", "grain"):
            break
    return period, []


def _yeared(period: Period, other: Period) -> Period:
    """ "From March to May 2005": the first month is of the same year."""
    if period.month and other.start:
        return replace(period, start=date(other.start.year, period.month, 1), month=0)
    return period


def _second(parse: Parse, item: Item) -> Item | None:
    opened = any(other.is_cue("compare", "between") or other.lower in ("from", "between") for other in parse.before(item, 2))
    if not opened:
        return None
    for other in parse.after(item, 3):
        if other.kind == "period" and not other.role:
            return other
        if other.lower not in ("and", "to", "until", "till", "through", "-"):
            return None
    return None


def _time_column(parse: Parse, item: Item, period: Period) -> Ref | None:
    """The date said beside the period, else the date of what is measured or asked for, else its column of years."""
    for other in parse.before(item, 5):
        if other.kind == "name" and other.role in ("", "condition") and other.columns:
            ref = parse.column_of(other, "time", parse.subject)
            if ref and (parse.column(ref).kind.temporal or holds_years(parse, ref)):
                if not other.role:
                    other.role = "condition" if parse.in_condition(other) or not other.table else ""
                return ref
        if other.kind in ("value", "number", "period"):
            break
    if near := _event_beside(parse, item) or _asked_before(parse, period):
        return near
    field = grain_field(parse, "year" if period.grain == "year" else "day")
    return field.expr if field and isinstance(field.expr, Ref) else _only_years(parse)


def _asked_before(parse: Parse, period: Period) -> Ref | None:
    """ "And in 2010?", "only March": nothing but a period is said, so it is one of the time that was asked about."""
    if any(item.kind in ("name", "word") for item in parse.items):
        return None
    times = (
        ref for ref in parse.times if parse.column(ref).kind.temporal or (period.grain == "year" and holds_years(parse, ref))
    )
    return next(times, None)


def _only_years(parse: Parse) -> Ref | None:
    """ "Created since 1950": the one column of the rows asked for that holds nothing but years, whatever it is called."""
    found = [
        Ref(parse.subject, column.name)
        for column in (parse.index.table(parse.subject).columns if parse.subject else ())
        if all_years(column) or (column.kind.numeric and years_between(column, 1800, 2100))
    ]
    return found[0] if len(found) == 1 and (parse.column(found[0]).role is not Role.KEY or _names_time(parse, found[0])) else None


def _names_time(parse: Parse, ref: Ref) -> bool:
    return bool({"year", "season"} & set(parse.index.names.columns[ref.table, ref.column]))


def _event_beside(parse: Parse, item: Item) -> Ref | None:
    """ "Orders in 2024", "an exhibition in 2004": the date of the table said right before."""
    skipped = ("stop", "mark", "word")
    before = next((other for other in parse.before(item, 4) if other.kind not in skipped and not other.is_cue("compare")), None)
    if before is None or before.kind != "name" or not before.table or before.role == "group":
        return None
    table = before.table.table
    if table == parse.subject and any(f.aggregate and measure_table(f) not in ("", table) for f in parse.ranked):
        return None  # "the best selling product in 2024": the sales are of 2024
    return parse.date_of(table) or parse.year_of(table)


def _anchored(parse: Parse, period: Period, ref: Ref) -> Period:
    """Months without a year get the last one there is data for; relative periods after the end of the data count from its end."""
    last = _last_day(parse, ref)
    if period.month and period.start is None:
        asked = parse.times.get(ref)
        year = asked or (last or parse.today).year
        if last and not asked and period.month > last.month:
            year -= 1
        start = date(year, period.month, 1)
        if asked:
            return replace(relative_period(f"this:1:{period.grain}", start), label=f"{period.label} {year}", relative="")
        parse.notes.append(Assumption("period", f"{period.label} is taken as {period.label} {year}, the latest in the data"))
        return replace(relative_period(f"this:1:{period.grain}", start), label=f"{period.label} {year}", relative="")
    if period.relative and last and _beyond(parse, last):
        parse.notes.append(
            Assumption("period", f"The data ends on {last.isoformat()}, so “{period.label}” is counted from there")
        )
        return relative_period(period.relative, last)
    return period


def _beyond(parse: Parse, last: date) -> bool:
    """Whether a relative period of the question begins after the data ends: then all of them count from there, so that this
    year and last year stay two years."""
    said = (item.period for item in parse.items if item.period is not None and item.period.relative)
    return any(period.start is not None and period.start > last for period in said)


def _last_day(parse: Parse, ref: Ref) -> date | None:
    text = parse.column(ref).maximum
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None
