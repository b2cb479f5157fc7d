"""Remeasuring: follow-ups about what is measured ("average instead", "and the total freight", "what is their total weight")."""

from __future__ import annotations

import re
from dataclasses import replace

from core.nl2sql.builtin.followups.change import Change, adds_up, is_scalar
from core.nl2sql.builtin.followups.listing import key_of, plain, rows_of, unjoined, within_groups
from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.query.explain import field_words
from core.nl2sql.builtin.query.headings import PREFIX
from core.nl2sql.builtin.query.plan import measure_table
from core.nl2sql.builtin.query.query import AnyOf, Compare, Field, Order, Query, Ref, comparisons, refs, tables_of
from core.nl2sql.builtin.reading.counting import count_of
from core.nl2sql.builtin.reading.measuring import main_measure
from core.nl2sql.builtin.reading.money import spoken_label
from core.nl2sql.builtin.reading.shares import shared

_WHOLE = re.compile(
    r"\b(over|across|for|of|in|among) (all|every|everything)( (of )?(the )?(?!of\b)[a-z]+)?\W*$"
    r"|^(and )?(for )?all( of)?( the)? [a-z]+ (together|combined|taken together|put together)\W*$"
    r"|\b(the )?(whole|entire) [a-z]+\W*$|\b(overall|altogether|all together|in total|in all)\W*$"
)
"""Said of everything there is, not group by group."""
_OF_ONE = re.compile(r"\b(there|it|its|his|her|(that|this) \w+)\W*$|\b(its|his|her)\b")
_SURE = 0.75
_PARALLEL = re.compile(
    r"(and|what about|how about) (what is )?(the )?(highest|lowest|largest|smallest|maximum|minimum|max|min)\W*$"
)
"""After an average per group: the highest per group, not the group that ranks first."""
_NO_SUM = {
    "price", "rate", "percent", "percentage", "age", "year", "rank", "ranking", "rating", "score", "height", "latitude",
    "longitude", "temperature", "average",
}  # fmt: skip
_EXTREMES = ("avg", "median", "max", "min")
_SHARE_OF_IT = re.compile(r"\b(is|are|were|was|do|does) (that|this|those|these|it|they)\b")
_WHEN = re.compile(r"^(and |but )?when\b")
_IN_TIME = {"latest", "last", "most recent", "newest", "earliest", "first", "oldest"}
_THEIRS = re.compile(r"\b(do|does|did|have|has|had) (they|it|he|she|each)\b|\beach\b")
_THE_TOTAL = re.compile(r"(and )?((what is|what was|what's|whats) )?(the )?(grand |overall )?total\W*$")
_ALTOGETHER = {"total", "the total", "overall total", "grand total", "overall", "altogether", "all together", "in total"}


def measures(query: Query, change: Change) -> Query:
    """ "Average instead", "and the number of orders", "what is their total weight"."""
    _held_numbers(query, change)
    whole = _whole(query, change)
    new = [f for f in (_of_its_rows(query, f) for f in change.shown(aggregated=True)) if f not in query.select]
    new = new or _latest(query, change)
    new = new or (_same_measures(query, change) if whole and (query.dimensions or whole.where != query.where) else [])
    new = new or _as_shares(query, change) or _reaggregated(query, change) or _other_column(query, change)
    if not new:
        return _list_as_shares(query, change)
    if whole is not None:
        wider = " over all" if query.measures or whole.where != query.where else ""
        change.said.append(" and ".join(field_words(f, change.index) for f in new) + wider)
        return replace(whole, select=tuple(new), where=unjoined(whole, tuple(new)))
    if query.limit == 1 and query.grouped and query.dimensions and change.asks and _OF_ONE.search(change.text):
        change.said.append(" and ".join(field_words(f, change.index) for f in new))
        return replace(plain(query), select=tuple(new), where=(*query.where, *within_groups(query, change)))
    old = query.measures
    scalar = is_scalar(query)
    cut = query.limit is not None and change.of_them and not scalar
    beside = change.adds_surely or (change.adds and not scalar and not _asks_in_place(old, new, change))
    kept = old if cut or beside or _WHEN.match(change.text) else ()
    words = " and ".join(field_words(f, change.index) for f in new)
    change.said.append(words if kept or not old else f"{words} instead of {field_words(old[0], change.index)}")
    if not old:
        return _totals(query, tuple(new), change)
    order = tuple(Order(new[0], o.descending) if o.field in old and not kept else o for o in query.order)
    return replace(query, select=(*query.dimensions, *kept, *new), order=tuple(dict.fromkeys(order)))


def figure_as_share(query: Query, change: Change) -> Query:
    """ "What percent is that of the total?", after the number of some rows: of all rows, those that fulfil what was asked."""
    listed = not query.grouped and query.limit is None and not query.distinct and bool(_SHARE_OF_IT.search(change.text))
    old = query.measures[0] if len(query.select) == 1 and is_scalar(query) else None
    old = count_of(change.parse, query.subject) if listed else old
    said = [item for item in change.parse.items if item.is_cue("share")]
    held = tuple(c for c in query.where if isinstance(c, Compare | AnyOf))
    nested = any(c.query is not None for c in comparisons(query.where))
    if old is None or old.aggregate not in ("count", "sum") or old.distinct or not said or not held or held != query.where:
        return query
    if nested or change.parse.where or change.parse.groups or query.tables or query.combine:
        return query
    share = replace(old, share=True, when=held)
    for item in change.parse.items:
        item.role = item.role or ("measure" if item.cue is not None else "subject" if item.kind == "name" else "")
    change.parse.outputs, change.settled = [], True
    change.said.append(field_words(share, change.index))
    return replace(query, select=(share,), where=(), order=())


def _of_its_rows(query: Query, field: Field) -> Field:
    """ "How many people are in each?": a group that is a row itself is not counted, but what was measured of it."""
    measured = {measure_table(f) for f in query.measures}
    itself = field.aggregate == "count" and any(ref.table == field.table for key in query.keys for ref in refs(key.expr))
    return replace(field, table=measured.pop()) if itself and len(measured) == 1 else field


def _whole(query: Query, change: Change) -> Query | None:
    """ "For the whole country", "over all events": one figure for everything, without groups, limit and, of all rows, filters."""
    found = _WHOLE.search(change.text) or (_THE_TOTAL.match(change.text) if _adds_up_to_it(query) else None)
    ranks = any(item.role in ("rank", "bare rank") for item in change.parse.items)
    dropped = any(words.startswith("−") for words in change.said)
    if not found or change.parse.groups or change.parse.having or query.combine or ranks or dropped:
        return None
    if any(item.is_cue("compare") and item.lower not in found[0] for item in change.parse.items):
        return None
    if change.adds_surely and query.dimensions:
        return None
    said = [item for item in change.parse.items if item.lower in found[0].split()]
    for item in said:
        item.role = item.role or ("subject" if item.kind in ("word", "name") or item.is_cue("compare") else "")
    if change.of_them and (query.limit is not None or query.having):
        return replace(plain(query), where=(*query.where, *within_groups(query, change))) if query.measures else None
    rows = any(item.kind == "name" and item.table and item.table.table in tables_of(query) for item in said)
    return replace(plain(query), where=() if rows else query.where)


def _adds_up_to_it(query: Query) -> bool:
    """Whether all groups are shown and their figures add up to a total."""
    sums = bool(query.measures) and all(f.aggregate in ("sum", "count") and not f.distinct for f in query.measures)
    return sums and bool(query.dimensions) and query.limit is None and not query.having


def _same_measures(query: Query, change: Change) -> list[Field]:
    """ "Altogether?", "what is the average overall?": what was measured per group, of everything."""
    cue = change.cue("aggregate")
    said = cue is None or cue.lower in _ALTOGETHER or any(cue.is_cue("aggregate", f.aggregate) for f in query.measures)
    if not said or change.cue("count"):
        return []
    kept = [f for f in query.measures if cue is None or cue.lower in _ALTOGETHER or cue.is_cue("aggregate", f.aggregate)]
    if cue is not None and kept:
        cue.role = "measure"
    return [replace(f, share=False) for f in kept]


def _asks_in_place(old: tuple[Field, ...], new: list[Field], change: Change) -> bool:
    """ "And the highest?", "and the low?" ask the same of another end or column; "and the average freight?" is one thing more."""
    like = len(old) == len(new) == 1 and (old[0].expr == new[0].expr or old[0].aggregate == new[0].aggregate)
    return like and change.text.endswith("?")


def _latest(query: Query, change: Change) -> list[Field]:
    """ "When was the latest order of each?": the date that ends or opens each group."""
    cue = next((item for item in change.parse.items if item.is_cue("superlative") and item.lower in _IN_TIME), None)
    when = change.parse.date_of(measure_table(query.measures[0])) if query.measures and query.dimensions else None
    if cue is None or when is None or not _WHEN.match(change.text):
        return []
    cue.role, change.settled = "measure", True
    change.parse.order, change.parse.ranked, change.parse.limit = [], [], None
    return [Field(when, "max" if cue.is_cue("superlative", "desc") else "min")]


def swapped(query: Query, change: Change) -> Query:
    """ "What about international passengers instead?": a number takes the place of the one a list shows and is ordered by."""
    old = _numbers_shown(query, change)
    said = [item for item in change.parse.items if item.kind == "name" and item.role in ("context", "target")]
    if query.measures or not change.replaces or len(said) != 1 or change.parse.groups or not old:
        return query
    link = next(iter(said[0].columns), None)
    new = Field(Ref(link.table, link.column)) if link and link.score >= _SURE else None
    ordered = [f for f in old if f in [o.field for o in query.order]]
    if new is None or new in query.select or not adds_up(new, change) or len(ordered or old) != 1:
        return query
    gone = (ordered or old)[0]
    said[0].role, change.parse.outputs = "target", []
    change.said.append(f"{field_words(new, change.index)} instead of {field_words(gone, change.index)}")
    order = tuple(Order(new, o.descending) if o.field == gone else o for o in query.order)
    return replace(query, select=tuple(new if f == gone else f for f in query.select), order=order)


def _held_numbers(query: Query, change: Change) -> None:
    """ "And the number of employees", after a list of departments that hold it: the column itself, not its sum."""
    together = any(item.is_cue("aggregate", "sum") for item in change.parse.items)
    if query.measures or together or (change.asks and not _THEIRS.search(change.text)):
        return
    for output in change.parse.outputs:
        field = output.field
        spoken = any(item.start == output.at and item.is_cue("count") for item in change.parse.items)
        held = isinstance(field.expr, Ref) and field.expr.table in tables_of(query)
        counted = field.aggregate == "count" and adds_up(Field(field.expr), change)
        if spoken and held and (field.aggregate == "sum" or counted):
            output.field = Field(field.expr)


def _totals(query: Query, new: tuple[Field, ...], change: Change) -> Query:
    """Totals of the rows that are listed, of each where they are to stand beside them; of groups where they were asked for."""
    if query.keys and any(o.field.aggregate for o in query.order) and not change.asks and not change.of_them:
        return replace(query, select=(*query.dimensions, *new))
    beside = change.adds_surely and not change.asks and not query.grouped and bool(query.dimensions)
    key = key_of(query, change.parse) if beside else None
    if key is not None and all(measure_table(f) != query.subject for f in new):
        return replace(query, select=(*query.dimensions, *new), keys=(key,), distinct=False, where=unjoined(query, new))
    rows = rows_of(query, change)
    counts = query.distinct and new[0].aggregate == "count" and len(query.select) == 1 and new[0].table == query.subject
    if counts and query.limit is None:
        new = (replace(query.select[0], aggregate="count", distinct=True),)
    return replace(plain(rows), select=new, where=unjoined(rows, new))


def _as_shares(query: Query, change: Change) -> list[Field]:
    """ "As a percentage of the total": what was added up, as shares."""
    said = [item for item in change.parse.items if item.is_cue("share")]
    new = [shared(f) for f in query.measures if not f.share and shared(f) != f] if said and query.dimensions else []
    for item in change.parse.items if new else ():
        item.role = item.role or ("measure" if item in said or item.lower in ("total", "the total") else "")
    whole = {f.expr for f in query.measures}
    change.parse.outputs = [o for o in change.parse.outputs if not new or o.field.expr is None or o.field.expr not in whole]
    return new


def _list_as_shares(query: Query, change: Change) -> Query:
    """ "As a share of the total" of the one number a list shows: of all its rows, though a limit leaves some out."""
    said = [item for item in change.parse.items if item.is_cue("share") and not item.role]
    numbers = _numbers_shown(query, change)
    if not said or query.measures or query.grouped or len(numbers) != 1 or len(query.dimensions) < 2 or query.combine:
        return query
    total = replace(numbers[0], aggregate="sum")
    share = replace(total, share=True)
    for item in said:
        item.role = "measure"
    change.parse.outputs = [o for o in change.parse.outputs if o.field.expr != total.expr]
    change.said.append(f"{field_words(share, change.index)} instead of {field_words(numbers[0], change.index)}")
    key = tuple(change.parse.key(query.subject))
    order = tuple(Order(share if o.field == numbers[0] else o.field, o.descending) for o in query.order)
    return replace(query, select=tuple(share if f == numbers[0] else f for f in query.select), keys=key, order=order)


def _reaggregated(query: Query, change: Change) -> list[Field]:
    """ "The average instead": the same column, another aggregate; after a list, of the number it shows."""
    cue = change.cue("aggregate") or next((i for i in change.parse.items if i.role == "bare rank"), None)
    old = next((f for f in query.measures if f.expr is not None), None) or _number_behind(query, change)
    if cue is None or cue.cue is None or old is None:
        return []
    if cue.role == "bare rank" and re.match(r"(and )?(who|which)\b", change.text):
        return []
    if both := _ends(old, change):
        return both
    like = _PARALLEL.match(change.text) or (change.adds_surely and not change.asks)
    parallel = query.limit is None and old.aggregate in _EXTREMES and like
    if (
        cue.role == "bare rank"
        and not is_scalar(query)
        and not parallel
        and (cue.is_cue("superlative") or change.asks or not query.measures)
    ):
        return []
    aggregate = _aggregate(cue)
    if old.aggregate == aggregate or (old.aggregate == "count" and old.distinct):
        return []
    cue.role = "measure"
    if aggregate == "sum" and not query.measures:
        return [_over(f, "sum") for f in _numbers_shown(query, change) if _sums_up(f, change)] or [_over(old, "sum")]
    alike = [f for f in query.measures if f.expr is not None and f.aggregate == old.aggregate] if change.replaces else []
    return [_over(f, aggregate) for f in alike or [old]]


def _sums_up(field: Field, change: Change) -> bool:
    """Whether numbers of a list add up to anything: amounts and counts do, prices, ages, years and ranks do not."""
    return not any(_NO_SUM & set(change.index.names.columns[ref.table, ref.column]) for ref in refs(field.expr))


def _ends(old: Field, change: Change) -> list[Field]:
    """ "The maximum and minimum too", "the highest and the lowest": several aggregates of one column."""
    said = [i for i in change.parse.items if i.role == "bare rank" or (i.is_cue("aggregate") and not i.role)]
    found = list(dict.fromkeys(_aggregate(item) for item in said))
    if len(found) < 2 or old.expr is None:
        return []
    for item in said:
        item.role = "measure"
    return [_over(old, aggregate) for aggregate in found if aggregate != old.aggregate]


def _aggregate(cue: Item) -> str:
    if cue.cue is not None and cue.is_cue("aggregate"):
        return cue.cue.value
    return "max" if cue.is_cue("superlative", "desc") else "min"


def _over(old: Field, aggregate: str) -> Field:
    label = _relabelled(old, aggregate) if old.aggregate else ""
    return replace(old, aggregate=aggregate, share=False, distinct=False, label=label)


def _number_behind(query: Query, change: Change) -> Field | None:
    """The number a list shows, else the one its counted table is about."""
    if not query.measures and (shown := _numbers_shown(query, change)):
        return shown[0]
    main = main_measure(change.parse, query.subject) if query.measures else None
    return Field(main) if main else None


def _numbers_shown(query: Query, change: Change) -> list[Field]:
    """The columns of numbers a list shows, those that count years last."""
    shown = [f for f in query.dimensions if isinstance(f.expr, Ref) and not f.grain and adds_up(f, change)]
    return sorted(shown, key=lambda f: any("year" in change.index.names.columns[ref.table, ref.column] for ref in refs(f.expr)))


def _relabelled(old: Field, aggregate: str) -> str:
    """ "average_revenue" after "revenue"."""
    word = old.label.removeprefix("" if old.aggregate == "sum" else f"{PREFIX[old.aggregate]}_")
    return spoken_label(word, aggregate) if word else ""


def _other_column(query: Query, change: Change) -> list[Field]:
    """ "And the height?": the aggregate of before over another column; "what about orders": another table counted."""
    old = query.measures[0] if query.measures else None
    if old is None or change.lists or change.asks:
        return []
    if old.expr is not None and old.aggregate in ("avg", "sum", "max", "min"):
        plain = [f for f in change.shown(aggregated=False) if adds_up(f, change) and f not in query.dimensions]
        change.parse.outputs = [o for o in change.parse.outputs if o.field not in plain]
        return [replace(old, expr=f.expr, label="", share=False) for f in plain]
    if old.expr is None and change.replaces and (plain := [f for f in change.shown(aggregated=False) if adds_up(f, change)]):
        change.parse.outputs = [o for o in change.parse.outputs if o.field not in plain]
        return [replace(f, aggregate="sum") for f in plain]
    tables = [i.table.table for i in change.parse.items if i.kind == "name" and i.table and i.role in ("subject", "")]
    others = [table for table in tables if table not in tables_of(query) and not change.parse.outputs]
    if old.expr is None and others and re.match(r"(and|what about|how about)\b", change.text):
        return [count_of(change.parse, others[0])]
    return []
