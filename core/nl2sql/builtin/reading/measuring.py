"""Measuring: aggregates and counts ("how many …", "average length", "total revenue"), with measures no single column holds."""

from __future__ import annotations

from core.models import Role
from core.nl2sql.builtin.linking.index import Link
from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.linking.numerals import numberlike
from core.nl2sql.builtin.linking.text import lemma
from core.nl2sql.builtin.query.query import Field, Ref, refs
from core.nl2sql.builtin.reading.counting import count_of, counted_table, often
from core.nl2sql.builtin.reading.money import money, money_for
from core.nl2sql.builtin.reading.parse import Output, Parse
from core.nl2sql.builtin.reading.stored import done_to, stored_count

_PER_UNIT = {"price", "cost", "rate", "percent", "fee"}
_MONEYED = {"payment", "sale", "refund", "expense", "donation", "deposit"}
"""Events that are an amount: the total of payments is what was paid."""
_TRAILING = ("in total", "altogether", "overall", "combined", "all together", "put together", "taken together")
_SURE = 0.8
"""A column that fits worse than this is not summed without being told to."""
_DIVIDING = ("by", "per", "across", "broken down by", "grouped by", "group by", "split by", "breakdown by", "segmented by")
"""Words that divide a measure; "each" and "every" may as well only list."""


def measures(parse: Parse) -> None:
    """Every aggregate and count that nothing else used becomes something to show."""
    for item in parse.items:
        if item.role or not (item.is_cue("aggregate") or item.is_cue("count")):
            continue
        start = item
        for field in measures_of(parse, item):
            parse.outputs.append(Output(start.start, field))
    _trailing(parse)
    _bare_measures(parse)
    _how_much(parse)


def _trailing(parse: Parse) -> None:
    """ "How many courses are there in total", "more than 100 seats in total": nothing more than the count or comparison."""
    if any(output.field.aggregate for output in parse.outputs) or any(
        item.is_cue("compare") and item.role for item in parse.items
    ):
        for item in parse.items:
            if not item.role and item.is_cue("aggregate", "sum") and item.lower in _TRAILING:
                item.role = "measure"


def measure_of(parse: Parse, cue: Item) -> Field | None:
    return next(iter(measures_of(parse, cue)), None)


def measures_of(parse: Parse, cue: Item) -> list[Field]:
    """The measures a cue opens: "average and maximum price" gives two. Marks what it used."""
    if cue.is_cue("count"):
        field = _count(parse, cue)
        return [field] if field else []
    cues = [cue, *_joined_cues(parse, cue)]
    target = _measured(parse, cues[-1])
    if target is None:
        return []
    fields = [field for used in cues if used.cue and (field := _aggregate(parse, used.cue.value, target))]
    if len(cues) == 1 and fields and cue.cue:
        fields += _alike(parse, cue.cue.value, fields[0], target)
    if fields:
        target.role = target.role or "measure"
        for used in cues:
            used.role = "measure"
    return fields


def _alike(parse: Parse, aggregate: str, first: Field, target: Item) -> list[Field]:
    """ "Average height and weight": numbers of the same rows joined to the one that is measured are measured alike."""
    found: list[Field] = []
    after = parse.after(target, 6)
    for joint, item in zip(after[::2], after[1::2], strict=False):
        ref = parse.column_of(item, "number", parse.subject) if item.kind == "name" and not item.role and not item.table else None
        beside = ref is not None and [ref.table] == [own.table for own in refs(first.expr)]
        if joint.lower not in ("and", ",", "&") or ref is None or not beside or parse.column(ref).role is not Role.MEASURE:
            break
        item.role = "measure"
        found.append(Field(ref, aggregate))
    return found


def _joined_cues(parse: Parse, cue: Item) -> list[Item]:
    found = []
    for other in parse.after(cue, 6):
        if other.is_cue("aggregate") and not other.role:
            found.append(other)
        elif other.kind != "mark" and other.lower not in ("and", "the", "as", "well"):
            break
    return found


def _measured(parse: Parse, cue: Item) -> Item | None:
    """The name a cue measures: the next one, or the one right before ("price on average", "length, average")."""
    for other in parse.after(cue, 4):
        if other.kind == "name" or (other.kind == "word" and money(parse, other) is not None):
            return _column_behind(parse, other) or (other if not other.role else None)
        if other.is_cue("count") and not other.role:
            return _summed(parse, other)
        if other.kind not in ("stop", "word", "value") and not other.is_cue("distinct") and not other.is_cue("superlative"):
            break
    if cue.lower in ("on average", *_TRAILING):
        return next((other for other in parse.before(cue, 4) if other.kind == "name" and not other.role), None)
    return None


def _column_behind(parse: Parse, item: Item) -> Item | None:
    """ "The total savings balance": rows named right before a number of theirs only tell whose it is."""
    behind = next(iter(parse.after(item, 1)), None)
    if item.role or item.table is None or behind is None or behind.kind != "name" or behind.role or behind.table:
        return None
    own = tuple(link for link in behind.columns if link.table == item.table.table)
    if not own or not numberlike(parse.index.column(own[0].table, own[0].column)):
        return None
    item.role, behind.links = "modifier", own
    return behind


def _summed(parse: Parse, count: Item) -> Item | None:
    """ "The average number of medals": a column of numbers behind "number of"."""
    follow = next((other for other in parse.after(count, 3) if other.kind == "name"), None)
    if follow is None or follow.role:
        return None
    if stored_count(parse, follow):
        count.role = "measure"
        return follow
    ref = parse.column_of(follow, "number", parse.subject)
    if (
        ref is None
        or parse.column(ref).role is not Role.MEASURE
        or (follow.table and follow.columns[0].score <= follow.table.score)
    ):
        return None
    count.role = "measure"
    return follow


def _aggregate(parse: Parse, aggregate: str, item: Item) -> Field | None:
    table = item.table
    if stored := stored_count(parse, item):
        return Field(stored, aggregate)
    ref = parse.column_of(item, "number", parse.subject)
    named = bool(item.columns) and (table is None or item.columns[0].score >= table.score)
    if ref and aggregate == "sum" and _priced(parse, ref, item):
        ref = _number_of(parse, item)
    if earned := money(parse, item):
        return Field(earned, aggregate)
    if ref and (named or table is None) and parse.column(ref).role is not Role.KEY:
        if aggregate == "sum" and {"percent", "percentage"} & set(parse.index.names.columns[ref.table, ref.column]):
            parse.doubts += [f"{ref.column} does not add up"] * 4
        return Field(ref, aggregate)
    main = (main_measure(parse, table.table) or only_number(parse, table.table)) if table and aggregate != "sum" else None
    if main:
        return Field(main, aggregate)
    if table and aggregate == "sum":
        paid = main_measure(parse, table.table)
        plural = item.lower.endswith("s") and lemma(item.lower) not in _MONEYED
        return Field(paid, "sum") if paid and not plural else count_of(parse, table.table)
    if aggregate in ("min", "max") and (column := parse.column_of(item)):
        return Field(column, aggregate)
    return None


def _priced(parse: Parse, ref: Ref, item: Item) -> bool:
    """Whether a column is a price or cost and the words are not: "total units sold" adds up no unit prices."""
    said = {lemma(word) for word in item.lower.split()}
    return bool(_PER_UNIT & set(parse.index.names.columns[ref.table, ref.column])) and not _PER_UNIT & said


def main_measure(parse: Parse, table: str) -> Ref | None:
    """The one number a table is about (the amount of a payment), where there is a plain one."""
    found = [column for column in parse.index.table(table).columns if column.role is Role.MEASURE and column.kind.numeric]
    amounts = [c for c in found if {"amount", "total", "value"} & set(parse.index.names.columns[table, c.name])]
    return Ref(table, amounts[0].name) if len(amounts) == 1 else None


def only_number(parse: Parse, table: str) -> Ref | None:
    """The single measure of a table ("the average rating" where a rating holds nothing but its stars)."""
    found = [column for column in parse.index.table(table).columns if column.role is Role.MEASURE and column.kind.numeric]
    return Ref(table, found[0].name) if len(found) == 1 else None


def _count(parse: Parse, cue: Item) -> Field | None:
    """Rows of a table, or different values of a column; "number of units" adds up a column of numbers."""
    distinct = False
    if cue.lower.endswith("times") or cue.lower == "how often":
        cue.role = "measure"
        return next((field for field in parse.ranked if field.aggregate == "count"), None) or often(parse, cue)
    if (follow := parse.next_real(cue, 2)) is not None and follow.is_cue("count") and not follow.role:
        cue.role = "measure"
        return None
    for other in parse.after(cue, 7):
        if other.is_cue("distinct") or other.lower in ("different", "distinct", "unique"):
            distinct, other.role = True, "distinct"
        elif other.kind == "name":
            if other.role:
                break
            cue.role = other.role = "measure"
            return (None if distinct else done_to(parse, other)) or _counted(parse, other, distinct)
        elif (other.kind == "grain" and other.role == "" and distinct) or (
            (other.kind == "mark" and other.text in ",.;")
            or other.is_cue("group")
            or other.is_cue("compare")
            or other.kind == "number"
        ):
            break
    cue.role = "measure"
    if spoken := _spoken_of(parse):
        return spoken
    return count_of(parse, parse.subject) if parse.subject else None


def _spoken_of(parse: Parse) -> Field | None:
    """ "The customer with the most orders, and how many": the count that ranks or is compared."""
    spoken = [*parse.ranked, *(compare.field for _, compare in parse.having)]
    return next((field for field in spoken if field.aggregate == "count"), None)


def _counted(parse: Parse, item: Item, distinct: bool) -> Field | None:
    table = item.table
    if not distinct and (stored := stored_count(parse, item)):
        return Field(stored, "sum")
    if table and not (
        distinct and item.columns and item.columns[0].score >= table.score and parse.index.graph.is_link(table.table)
    ):
        return _members(parse, item, table) or count_of(parse, table.table)
    ref = parse.column_of(item, prefer=parse.subject)
    if ref is None:
        return None
    column = parse.column(ref)
    if column.kind.numeric and column.role is Role.MEASURE and not distinct:
        return Field(_number_of(parse, item) or ref, "sum")
    if not distinct and (counted := counted_table(parse, item)):
        return count_of(parse, counted)
    if ref.column in parse.index.table(ref.table).primary_key and len(parse.index.table(ref.table).primary_key) == 1:
        return count_of(parse, ref.table)
    return Field(ref, "count", distinct=True)


def _number_of(parse: Parse, item: Item) -> Ref | None:
    """What "number of units" adds up: never a price or cost; what was sold, where it was sold."""
    found = [
        Ref(link.table, link.column)
        for _, link in parse.ranked_columns(item, "number", parse.subject)
        if parse.index.column(link.table, link.column).kind.numeric
        and not _PER_UNIT & set(parse.index.names.columns[link.table, link.column])
    ]
    sold = next((other for other in parse.items if lemma(other.lower) == "sell"), None)
    if sold is not None and money_for(parse, ("revenue",)):
        earning = [next(refs(expr)).table for choices in parse.moneys.values() for expr in choices]
        found.sort(key=lambda ref: ref.table not in earning)
        sold.role = sold.role or "measure"
    return next(iter(found), None)


def _members(parse: Parse, item: Item, table: Link) -> Field | None:
    """ "How many actors" where only a link table tells of them: the different keys in it."""
    if table.score >= 0.95 or len(parse.index.table(table.table).primary_key) < 2:
        return None
    key = next(
        (c for c in parse.index.table(table.table).primary_key if lemma(item.lower) in parse.index.names.columns[table.table, c]),
        "",
    )
    return Field(Ref(table.table, key), "count", distinct=True) if key else None


def _bare_measures(parse: Parse) -> None:
    """ "Revenue by month", "sales per region": a measure with no aggregate said is summed where something groups it."""
    if parse.ranked:
        return
    beside = any(output.field.aggregate for output in parse.outputs)
    bare: list[Output] = []
    divided = any(item.is_cue("group") and item.lower in _DIVIDING and item.role == "group" for item in parse.items)
    if not divided and not any(output.field.grain for output in parse.groups):
        if not beside:
            _asked_revenue(parse)
        return
    for item in parse.items:
        if item.kind in ("name", "word") and not item.role and not item.owner and not parse.in_condition(item):
            if any(other.owner for other in parse.after(item, 1)):
                return  # "customer names by city" lists
            field = _bare(parse, item) if not beside or _adds_up(parse, item) else None
            if field:
                item.role = "measure"
                parse.outputs.append(Output(item.start, field))
                beside = True
                bare.append(parse.outputs[-1])
    if any(output.field.expr is not None for output in bare):  # "stock on hand": what is added up, not how many rows hold it
        parse.outputs = [output for output in parse.outputs if output not in bare or output.field.expr is not None]


def _adds_up(parse: Parse, item: Item) -> bool:
    """ "Revenue and number of orders by channel": a measure beside another one, never what is grouped by."""
    ref = parse.column_of(item, "number", parse.subject) if item.columns and not item.table else None
    return money(parse, item) is not None or (ref is not None and parse.column(ref).role is Role.MEASURE)


def _asked_revenue(parse: Parse) -> None:
    """ "What was our revenue in 2024": words of money mean the sum."""
    for item in parse.items:
        if (
            item.kind in ("name", "word")
            and not item.role
            and set(item.lower.split()) & {"revenue", "sales", "turnover", "income", "spending", "earnings", "profit"}
        ):
            field = _bare(parse, item)
            if field and not parse.in_condition(item):
                item.role = "measure"
                parse.outputs.append(Output(item.start, field))
                return


def _how_much(parse: Parse) -> None:
    """ "How much did we sell in 2025": the verb means money."""
    if "how much" not in " ".join(item.lower for item in parse.items) or any(o.field.aggregate for o in parse.outputs):
        return
    verb = next(
        (item for item in parse.items if lemma(item.lower) in ("sell", "earn", "make", "spend", "pay") and not item.role), None
    )
    if verb is not None and (earned := money_for(parse, ("revenue",))):
        verb.role = "measure"
        parse.outputs.append(Output(verb.start, Field(earned, "sum")))


def _bare(parse: Parse, item: Item) -> Field | None:
    if earned := money(parse, item):
        return Field(earned, "sum")
    ref = parse.column_of(item, "number", parse.subject)
    exact = item.columns[0].score if item.columns else 0.0
    if ref and parse.column(ref).role is Role.MEASURE and exact >= _SURE and not item.table:
        return Field(ref, "sum")
    if ref and parse.column(ref).role is Role.MEASURE and not item.table:
        return Field(ref, "sum")
    if item.table:
        paid = main_measure(parse, item.table.table)
        return Field(paid, "sum") if paid and not item.lower.endswith("s") else count_of(parse, item.table.table)
    return None
