"""Averaging: how much or how many per something on average: a total divided by how many different ones it is of.

"Orders per customer on average", "average revenue per customer", "average orders per month", "average order value".
"""

from __future__ import annotations

from dataclasses import replace

from core.models import Assumption
from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.linking.naming import label_columns
from core.nl2sql.builtin.linking.text import lemma, words
from core.nl2sql.builtin.query.explain import plural
from core.nl2sql.builtin.query.plan import measure_table
from core.nl2sql.builtin.query.query import Field, Ref
from core.nl2sql.builtin.reading.grouping import grain_field
from core.nl2sql.builtin.reading.money import money, money_for
from core.nl2sql.builtin.reading.parse import Output, Parse

_EACH = {"per", "for each", "for every", "each", "every", "by each", "in each", "in every", "of each", "of every"}
_ADVERBS = ("daily", "weekly", "monthly", "quarterly", "yearly", "annual")
_MONEY = {"revenue", "sale", "turnover", "income", "spend", "spending", "earning", "money"}
_ONE_ORDER = {("order", "value"), ("order", "amount"), ("order", "total"), ("basket", "value"), ("basket", "size")}
_PEOPLE = ({"first", "last"}, {"forename"}, {"surname"}, {"company"})


def averages(parse: Parse) -> None:
    for mark in parse.items:
        if mark.role or not mark.is_cue("aggregate", "avg"):
            continue
        if _of_adjective(parse, mark):
            continue
        cue = _cue(parse, mark)
        if _order_value(parse, mark) or cue is None:
            continue
        adverb = cue.kind == "grain"
        unit = cue if adverb else next((o for o in parse.after(cue, 3) if o.kind in ("name", "grain") and not o.role), None)
        measured = _after(parse, cue) if adverb else _measured(parse, mark, cue)
        if unit is None or not measured:
            continue
        if field := _field(parse, measured, unit, cue):
            for item in (mark, cue, *measured):
                item.role = "measure"
            unit.role = "group"
            parse.outputs.append(Output(min(item.start for item in (mark, *measured)), field))


def _of_adjective(parse: Parse, mark: Item) -> bool:
    """ "How tall are the players on average?": the column the adjective asks for."""
    first = parse.items[0]
    asked = first.kind == "name" and first.lower.startswith("how ") and not first.role
    ref = parse.column_of(first, "number", parse.subject) if asked and mark.lower == "on average" else None
    if ref is None:
        return False
    first.role = mark.role = "measure"
    parse.outputs.append(Output(first.start, Field(ref, "avg")))
    return True


def _cue(parse: Parse, mark: Item) -> Item | None:
    """What opens the unit: "per", the adverb of "average monthly", the article of "how many orders does a customer place"."""
    adverb = next((item for item in parse.after(mark, 1) if item.kind == "grain" and item.lower in _ADVERBS), None)
    said = (item for item in parse.items if item.is_cue("group", "group") and not item.role and item.lower in _EACH)
    asked = (item for item in parse.items if item.lower in ("does", "do") and mark.lower == "on average")
    after = next((parse.after(item, 1)[0] for item in asked if parse.after(item, 1)), None)
    article = after if after is not None and after.lower in ("a", "an", "the", "each", "every") else None
    return adverb or next(said, None) or article


def _after(parse: Parse, cue: Item) -> list[Item]:
    """ "Average monthly number of orders", "average monthly revenue"."""
    said = [item for item in parse.after(cue, 2) if item.is_cue("count") or item.kind in ("name", "word")]
    end = next((at + 1 for at, item in enumerate(said) if not item.is_cue("count")), 0)
    return said[:end]


def _measured(parse: Parse, mark: Item, cue: Item) -> list[Item]:
    """The words of what is averaged, between "average" and "per", or before "per … on average"."""
    start = mark.end if mark.start < cue.start else 0
    said = [item for item in parse.items if start <= item.start < cue.start and not item.role]
    said = [item for item in said if (item.kind not in ("stop", "mark") or item.is_cue("count")) and item is not cue]
    counts = [item for item in said if item.is_cue("count")]
    names = [item for item in said if item.kind in ("name", "word")]
    plain = len(names) == 1 and len(counts) <= 1 and len(counts) + len(names) == len(said)
    return said if plain else []


def _field(parse: Parse, measured: list[Item], unit: Item, cue: Item) -> Field | None:
    """The total of what is measured per unit; None where that is an ordinary average per group."""
    name = measured[-1]
    if not measured[0].is_cue("count") and words(name.text) and lemma(words(name.text)[-1]) in _MONEY:
        earned = money(parse, name)
        if earned is None or cue.lower not in ("per", *_ADVERBS) or not (unit.kind == "grain" or _buys(parse, unit)):
            return None
        return _per(parse, Field(earned, "sum"), unit)
    if name.table is None or (name.columns and name.columns[0].score > name.table.score):
        return None
    own, singular = parse.index.names.tables[name.table.table], lemma(name.lower)
    counted = measured[0].is_cue("count") or (name.lower != singular and singular in own)
    return _per(parse, Field(None, "count", table=name.table.table), unit) if counted else None


def _buys(parse: Parse, unit: Item) -> bool:
    """Whether a unit is somebody who buys: revenue per region is a breakdown, revenue per customer is about one of them."""
    if unit.table is None:
        return False
    table = unit.table.table
    names = parse.index.names
    said = {word for column in label_columns(parse.index.table(table), names) for word in names.columns[table, column]}
    return any(known <= said for known in _PEOPLE)


def _per(parse: Parse, field: Field, unit: Item) -> Field | None:
    if unit.kind == "grain":
        parse.outputs.append(Output(0, field))  # the date is that of what is measured
        cut = grain_field(parse, unit.grain)
        parse.outputs.pop()
        if cut is not None:
            parse.notes.append(Assumption("measure", f"A {unit.grain} without any is left out of the average"))
        return replace(field, per=cut, label="") if cut else None
    if unit.table is None:
        return None
    return per_row(parse, field, unit.table.table)


def per_row(parse: Parse, field: Field, table: str) -> Field | None:
    """The total per row of a table that what is measured belongs to, directly or by the link table between them."""
    measured = measure_table(field)
    chain = parse.index.graph.path((measured,), table) or []
    many = next((at for at, edge in enumerate(chain) if edge.many), None)
    if many is not None and field.expr is None and not any(edge.many for edge in chain[many + 1 :]):
        field = replace(field, table=chain[many].other)
        chain = chain[many + 1 :]
    key = parse.key(table)
    if not chain or any(edge.many for edge in chain) or len(key) != 1:
        return None
    own = Ref(chain[0].table, chain[0].columns[0]) if len(chain) == 1 and len(chain[0].columns) == 1 else None
    what = plural(table, parse.index)
    parse.notes.append(Assumption("measure", f"{what[:1].upper()}{what[1:]} without any are left out of the average"))
    return replace(field, per=Field(own) if own else key[0])


def _order_value(parse: Parse, mark: Item) -> bool:
    """ "Average order value": of whole orders, also where the amounts are those of their lines."""
    after = parse.after(mark, 2)
    said = tuple(lemma(word) for word in words(" ".join(item.text for item in after)))[:2]
    earned = money_for(parse, ("revenue",)) if said in _ONE_ORDER and not any(item.role for item in after) else None
    orders = next((table.name for table in parse.index.catalog.tables if parse.index.names.tables[table.name] == ("order",)), "")
    if earned is None or not orders or measure_table(Field(earned)) == orders:
        return False
    if field := per_row(parse, Field(earned, "sum", label="average_order_value"), orders):
        for item in (mark, *after[: 1 if " " in after[0].text else 2]):
            item.role = "measure"
        parse.outputs.append(Output(mark.start, field))
    return field is not None
