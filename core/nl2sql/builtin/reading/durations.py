"""Durations: the days from one date of a row to another ("average days from order to delivery", "how long it takes to ship")."""

from __future__ import annotations

from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.query.query import Arith, Compare, Field, Ref
from core.nl2sql.builtin.reading.parse import Output, Parse
from core.nl2sql.builtin.reading.sides import is_promised

_LASTS = {"days", "day", "long", "time", "duration", "delay", "gap", "lag", "wait"}
_UNTIL = {"to", "and", "until", "till"}
_TAKES = {"take", "takes", "took"}
_AGGREGATES = ("avg", "max", "min", "sum", "median")
_EXTREMES = {"longest": "max", "slowest": "max", "shortest": "min", "quickest": "min", "fastest": "min"}
_FITS = 0.5
"""A word that fits a date's name this well speaks of it: "delivery" of delivery_date."""


def durations(parse: Parse) -> None:
    """Reads each as a measure, or, with a number of days, as a condition."""
    for item in parse.items:
        if item.role:
            continue
        if item.lower in ("from", "between"):
            _between(parse, item)
        elif item.lower == "to":
            _until(parse, item)
        elif item.lower in ("time", "times") or item.lower in _TAKES:
            _named(parse, item)


def _between(parse: Parse, mark: Item) -> None:
    """ "Days from order to delivery", "time between the order date and the shipped date"."""
    lasts = next((item for item in parse.before(mark, 3) if item.lower in _LASTS), None)
    said = [item for item in parse.after(mark, 7) if item.kind != "stop" or item.lower in _UNTIL]
    if lasts is None or len(said) < 3 or said[1].lower not in _UNTIL:
        return
    first, last = said[0], said[2]
    pairs = [(a, b) for a in _dates(parse, first) for b in _dates(parse, last) if a.table == b.table and a != b]
    if pairs:
        _measured(parse, Arith("days", pairs[0][1], pairs[0][0]), [lasts, mark, first, said[1], last])


def _until(parse: Parse, mark: Item) -> None:
    """ "How long does it take to deliver an order", "orders that took more than 5 days to ship"."""
    verb = next(iter(parse.after(mark, 1)), None)
    lasts = next((item for item in parse.before(mark, 5) if item.lower in _LASTS), None)
    if verb is None or lasts is None or verb.table is not None:
        return
    if expr := _since_start(parse, verb):
        count = next((item for item in parse.before(lasts, 1) if item.number is not None), None)
        if count is None:
            _measured(parse, expr, [lasts, mark, verb])
        elif count.number is not None:
            _compared(parse, expr, count.number, [lasts, count, mark, verb])


def _named(parse: Parse, word: Item) -> None:
    """ "Delivery time": of a date, where no column holds it; "how many days does delivery take"."""
    named = next(iter(parse.before(word, 1)), None)
    if named is None or named.role or named.table is not None or any(link.score >= _FITS for link in word.columns):
        return
    lasts = next((item for item in parse.before(named, 4) if item.lower in _LASTS), None)
    if (word.lower in _TAKES) is (lasts is not None) and (expr := _since_start(parse, named)):
        _measured(parse, expr, [*([lasts] if lasts else []), named, word])


def _since_start(parse: Parse, item: Item) -> Arith | None:
    """The days from the date a row begins with to the one an item speaks of."""
    for end in _dates(parse, item):
        begun = parse.date_of(end.table)
        if begun is not None and begun != end and not is_promised(parse, begun):
            return Arith("days", end, begun)
    return None


def _dates(parse: Parse, item: Item) -> list[Ref]:
    """The dates a name may speak of, those of tables said first; of a table alone its own date."""
    near = parse.tables_near()
    fits = [link for link in item.columns if link.score >= _FITS]
    found = [Ref(link.table, link.column) for link in sorted(fits, key=lambda link: link.table not in near)]
    own = parse.date_of(item.table.table) if item.table else None
    return [ref for ref in dict.fromkeys([*([own] if own else []), *found]) if parse.column(ref).kind.temporal]


def _measured(parse: Parse, expr: Arith, items: list[Item]) -> None:
    cue = next((item for item in parse.items if not item.role and item.is_cue("aggregate", *_AGGREGATES)), None)
    first = min(items, key=lambda item: item.start)
    extreme = next((item for item in parse.before(first, 1) if item.lower.removeprefix("the ") in _EXTREMES), None)
    aggregate = _EXTREMES[extreme.lower.removeprefix("the ")] if extreme else cue.cue.value if cue and cue.cue else "avg"
    counted = next((item for item in parse.before(items[0], 1) if item.is_cue("count")), None)
    for item in (*items, *(said for said in (cue, extreme, counted) if said)):
        item.role = "measure"
    parse.outputs.append(Output(first.start, Field(expr, aggregate)))


def _compared(parse: Parse, expr: Arith, days: int | float, items: list[Item]) -> None:
    cue = next((item for item in parse.before(items[1], 1) if item.is_cue("compare") and not item.role), None)
    for item in (*items, *([cue] if cue else [])):
        item.role = "condition"
    parse.where.append(Compare(Field(expr), cue.cue.value if cue and cue.cue else "=", (days,)))
