"""Ordering: what a result is sorted by and how many rows are wanted ("sorted by …", "highest first", "top 5 … by …")."""

from __future__ import annotations

from dataclasses import replace

from core.models import Role
from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.linking.numerals import ORDINALS, numberlike
from core.nl2sql.builtin.linking.text import lemma
from core.nl2sql.builtin.query.query import Field, Order, Ref
from core.nl2sql.builtin.reading.counting import count_of
from core.nl2sql.builtin.reading.measuring import measure_of
from core.nl2sql.builtin.reading.money import money
from core.nl2sql.builtin.reading.parse import Parse

_SIZES = {"smallest", "largest", "biggest", "highest", "lowest", "greatest"}
_SEQUENCE = {"first", "last", "top", "bottom"}
_SORTING = {"sort", "order", "arrange", "rank"}


def limits(parse: Parse) -> None:
    """ "Top 5", "first ten", "5 most expensive", "which 3 … have the most"."""
    for item in parse.items:
        _placed(parse, item)
        if item.kind not in ("number", "period") or item.role or item.number is None or not 1 <= item.number <= 1000:
            continue
        if item.lower == "one" and any(other.is_cue("superlative") for other in parse.before(item, 1)):
            item.role = "rank"  # "the most recent one"
            continue
        near = [*parse.before(item, 2), *parse.after(item, 2)]
        cue = next((other for other in near if other.is_cue("superlative") and not other.role), None)
        if (
            cue is not None
            and cue.end == item.start
            and cue.lower in ("top", "bottom", "first", "last", "leading", "best", "worst")
        ):
            parse.limit, item.role = int(item.number), "limit"
            cue.role = "limit"
            parse.direction = (
                "asc" if cue.lower in ("bottom", "worst") else "desc" if cue.lower in ("top", "leading", "best") else ""
            )
            if cue.lower in ("first", "last") and (following := parse.next_real(item)) and following.kind == "name":
                parse.direction = ""
                _events_in_time(parse, cue, following)
        elif (cue is not None and (cue.start == item.end or cue.end == item.start)) or (
            item.kind == "number"
            and _asked_number(parse, item)
            and any(other.is_cue("superlative") for other in parse.after(item, 99))
        ):
            parse.limit, item.role = int(item.number), "limit"
    if parse.limit is None:
        _bare_top(parse)


def _placed(parse: Parse, item: Item) -> None:
    """ "The second most expensive product": one row of a ranking, in that place."""
    follow = next(iter(parse.after(item, 1)), None)
    place = ORDINALS.get(item.lower, 0)
    if place > 1 and not item.role and follow is not None and follow.is_cue("superlative") and follow.lower not in _SEQUENCE:
        item.role = "limit"
        parse.limit, parse.offset = 1, place - 1


def _events_in_time(parse: Parse, cue: Item, following: Item) -> None:
    """ "The last 10 orders": events are first and last in time."""
    table = following.table.table if following.table else ""
    when = parse.date_of(table) if table and table == parse.subject else None
    if when and not any(other.is_cue("order") for other in parse.items):
        parse.order.append(Order(Field(when), cue.lower == "last"))


def rank_measure(parse: Parse) -> None:
    """ "The top 3 number of transactions", "top 5 total sales": the measure behind a limit ranks."""
    for item in parse.items:
        follow = parse.next_real(item) if item.role == "limit" and item.number is not None and not parse.order else None
        if follow is None or follow.role or not (follow.is_cue("count") or follow.is_cue("aggregate")):
            continue
        if field := measure_of(parse, follow):
            parse.ranked.append(field)
            parse.order.append(Order(field, not parse.direction.startswith("asc")))
            parse.direction = ""


def _asked_number(parse: Parse, item: Item) -> bool:
    """ "Which 5 countries": a number between the word of asking and a table."""
    after = parse.next_real(item)
    before = parse.before(item, 1)
    return after is not None and after.kind == "name" and (not before or before[0].kind == "stop" or before[0].is_cue("order"))


def _bare_top(parse: Parse) -> None:
    """ "Top customers by revenue": a handful, as people mean it."""
    for item in parse.items[:3]:
        if item.lower != "top" or not item.is_cue("superlative"):
            continue
        after = parse.next_real(item)
        if after is not None and after.kind == "name" and any(other.is_cue("group", "by") for other in parse.after(after, 3)):
            parse.limit, parse.direction, item.role = 10, "desc", "limit"


def orders(parse: Parse) -> None:
    """Explicit order: everything between the word of order and the next clause is what is sorted by."""
    for item in parse.items:
        listed = False
        if (
            not item.role
            and item.lower in ("by", "according to", "using")
            and (_told_to_sort(parse, item) or (listed := _told_to_list(parse, item)))
        ):
            _order_by(parse, item)
            parse.ranked += [order.field for order in parse.order if listed]
        if item.role or not item.is_cue("order"):
            continue
        if lemma(item.lower) in _SORTING and _by_follows(parse, item):
            item.role = "order"  # "sort all the rooms by price": what stands between is what is sorted
        elif item.is_cue("order", "by"):
            _order_by(parse, item)
        else:
            _direction(parse, item)


def _by_follows(parse: Parse, verb: Item) -> bool:
    for other in parse.after(verb, 8):
        if other.kind == "mark" or other.is_cue("order"):
            return False
        if other.lower in ("by", "according to", "using"):
            return True
    return False


def _told_to_sort(parse: Parse, by: Item) -> bool:
    """ "Sort all the rooms by price", "and order the results by age": a clause that opens with the word for sorting."""
    for other in parse.before(by, 8):
        if other.kind == "mark" or (other.is_cue("group") and other is not by):
            return False
        if lemma(other.lower) in _SORTING and other.lower != "orders" and not _compounded(parse, other):
            before = next(iter(parse.before(other, 1)), None)
            opens = before is None or before.kind == "mark" or before.lower in ("and", "then", "please", "also")
            if opens and other.role in ("", "order"):
                other.role = "order"
                return True
    return False


def _directed(parse: Parse, by: Item) -> bool:
    """ "Colleges by size, largest first": rows, what they are sorted by, and which way."""
    before, after = parse.before(by, 9), [item for item in parse.after(by, 9) if item.kind != "mark"]
    rows = [item for item in before if item.kind != "stop"]
    turned = len(after) == 2 and after[1].is_cue("order") and after[1].lower.endswith("first")
    return turned and len(rows) == 1 and rows[0].kind == "name" and rows[0].table is not None


def _told_to_list(parse: Parse, by: Item) -> bool:
    """ "List all the rooms by price": rows that are listed by a number or a date are sorted by it, not counted."""
    opening = parse.items[0].lower if parse.items else ""
    counted = any(item.is_cue("count") or item.is_cue("aggregate") or item.is_cue("superlative") for item in parse.items)
    follow = parse.next_real(by)
    if (
        (opening != "list" and not _directed(parse, by))
        or by.lower != "by"
        or counted
        or parse.limit is not None
        or follow is None
        or follow.kind != "name"
    ):
        return False
    ref = parse.column_of(follow, prefer=parse.subject)
    plain = (
        ref is not None and ref.table == parse.subject and (follow.table is None or follow.columns[0].score > follow.table.score)
    )
    return plain and ref is not None and (parse.column(ref).role is Role.MEASURE or parse.column(ref).kind.temporal)


def _compounded(parse: Parse, item: Item) -> bool:
    """ "Order count by channel", "order value by region": no word for sorting."""
    follow = next(iter(parse.after(item, 1)), None)
    return follow is not None and follow.lower in ("count", "counts", "value", "values", "volume", "total", "totals", "amount")


def _direction(parse: Parse, item: Item) -> None:
    item.role = "order"
    verb = next(iter(parse.before(item, 1)), None)
    if verb is not None and verb.kind == "word" and lemma(verb.lower) in _SORTING:
        verb.role = "order"  # "ranked from most to least"
    descending = item.is_cue("order", "desc")
    follow = parse.next_real(item)
    beside = next((other.lower for other in parse.after(item, 1)), "")
    if (
        item.lower.endswith("of")
        or beside in ("by", "of")
        or (follow is not None and follow.lower == "by" and not any(o.kind == "name" for o in parse.before(item, 2)))
    ):
        _order_by(parse, item, descending)
    elif not parse.order:
        parse.direction = "desc" if descending else "asc"
        if "alphabet" in item.lower or "lexico" in item.lower:
            parse.direction += ":label"
        if item.lower in (
            "newest first",
            "latest first",
            "most recent first",
            "earliest first",
            "chronologically",
            "in chronological order",
        ):
            parse.direction += ":time"


def _order_by(parse: Parse, item: Item, descending: bool | None = None) -> None:
    item.role = "order"
    found: list[Field] = []
    for other in parse.after(item, 10):
        if other.lower in ("with", "along with", "including") and found:
            break
        if other.lower == "starting":
            other.role = "order"  # "starting with the most recent": a superlative says the direction
            break
        if other.is_cue("order"):
            descending = other.is_cue("order", "desc") if not other.is_cue("order", "by") else descending
            other.role = "order"
        elif other.is_cue("group", "by") and not found:
            other.role = "order"
        elif other.is_cue("aggregate") or other.is_cue("count") or other.is_cue("superlative"):
            measure = measure_of(parse, other) if not other.is_cue("superlative") else None
            if measure and other.is_cue("count") and measure.aggregate == "sum" and not parse.outputs:
                measure = Field(measure.expr)  # "in order of the number of employees" where a column holds it
            if measure:
                found.append(measure)
        elif other.kind == "name" and not other.role:
            found.extend(_sorted_by(parse, other))
            other.role = "order"
        elif other.kind == "grain" and not other.role and parse.subject and (ref := parse.date_of(parse.subject)):
            other.role = "order"
            found.append(Field(ref))
        elif (
            (other.kind == "mark" and other.text in ".?;")
            or other.kind in ("value", "period")
            or other.lower in ("show", "list", "limit")
        ):
            break
    if descending is None:
        before = next((other for other in parse.before(item, 3) if other.is_cue("order", "asc", "desc")), None)
        descending = before.is_cue("order", "desc") if before else None
    if not found and descending is not None and not parse.order:
        parse.direction = "desc" if descending else "asc"
    parse.undirected = bool(found) and descending is None
    turned = _ages_by_date(parse, item, found)
    parse.order.extend(Order(field, bool(descending) != turned) for field in found)


def _ages_by_date(parse: Parse, item: Item, found: list[Field]) -> bool:
    """ "By date of birth, from the oldest to the youngest": the oldest have the earliest dates."""
    aged = any(
        other.is_cue("order") and {"old", "oldest", "young", "youngest"} & set(other.lower.split())
        for other in parse.after(item, 10)
    )
    said = [word for f in found if isinstance(f.expr, Ref) for word in parse.index.names.columns[f.expr.table, f.expr.column]]
    return aged and "birth" in said


def _sorted_by(parse: Parse, item: Item) -> list[Field]:
    table = item.table
    if item.owner:
        return parse.label(item.owner)
    if table and (not item.columns or table.score > item.columns[0].score):
        return parse.label(table.table) if table.table != parse.subject else []
    ref = parse.column_of(item, prefer=parse.subject)
    return [Field(ref)] if ref else []


def rank_by(parse: Parse) -> None:
    """ "Top 5 customers by total payment amount": after a limit, "by" says what is ranked."""
    if parse.limit is None or parse.order:
        return
    for item in parse.items:
        if item.role or not item.is_cue("group", "by"):
            continue
        follow = next((other for other in parse.after(item, 4) if other.kind not in ("stop", "mark") and not other.role), None)
        if follow is None:
            continue
        if _trailing(parse, item) and follow.table and not _measurable(parse, follow):
            continue  # "units sold by product top 5": the limit comes last, and "by" opens the group
        field = _rank_field(parse, follow)
        if field:
            item.role = "order"
            parse.ranked.append(field)
            size = _size_said(parse)
            parse.order.append(Order(field, not (size or parse.direction).startswith("asc")))
            parse.direction = ""
            return


def _size_said(parse: Parse) -> str:
    """ "The 5 smallest departments by budget": which end is meant, where "by" says of what; empty where no size is said."""
    for item in parse.items:
        number = next(iter(parse.before(item, 1)), None)
        if (
            item.is_cue("superlative")
            and not item.role
            and item.cue
            and item.lower in _SIZES
            and number
            and number.role == "limit"
        ):
            item.role = "rank"
            return item.cue.value
    return ""


def _trailing(parse: Parse, item: Item) -> bool:
    """Whether the limit is said behind a word."""
    return any(other.role == "limit" and other.start > item.start for other in parse.items)


def _measurable(parse: Parse, item: Item) -> bool:
    """Whether a name is that of a column of numbers, or a word of money."""
    return money(parse, item) is not None or parse.column_of(item, "number", parse.subject) is not None


def _rank_field(parse: Parse, follow: Item) -> Field | None:
    if follow.is_cue("aggregate") or follow.is_cue("count"):
        field = measure_of(parse, follow)
        stored = (
            field is not None and field.aggregate == "sum" and isinstance(field.expr, Ref) and field.expr.table == parse.subject
        )
        return replace(field, aggregate="") if field and stored and follow.is_cue("count") and not parse.groups else field
    if follow.kind not in ("name", "word"):
        return None
    if earned := money(parse, follow):
        follow.role = "order"
        return Field(earned, "sum")
    table = follow.table
    ref = parse.column_of(follow, "number", parse.subject)
    if ref and numberlike(parse.column(ref)) and parse.column(ref).role is not Role.KEY:
        follow.role = "order"
        plain = ref.table == parse.subject and not any(item.is_cue("count") for item in parse.items)
        return Field(ref) if plain else Field(ref, "sum")
    if table and table.table != parse.subject:
        follow.role = "order"
        return count_of(parse, table.table)
    return None


def ordinal(word: str) -> int:
    return ORDINALS.get(word, 0)
