"""Suggest: starter questions a catalog can answer and that are likely to have a finding."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from core.models import Column, Role, Table
from core.nl2sql.builtin.linking.index import Index
from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.linking.naming import date_column, label_columns
from core.nl2sql.builtin.query.explain import plural

_PER_ROW = frozenset(
    {"price", "rate", "percent", "percentage", "level", "average", "maximum", "minimum", "score", "rating", "age"}
    | {"ratio", "discount", "year", "latitude", "longitude", "day", "length", "duration", "size", "height", "weight"}
)
"""Words of numbers that mean nothing added up: a price, a rate."""
_ADDING = ("total", "number", "of", "sum", "count", "average", "avg")
"""Words a column's name may start with that a question says by itself: "Total total amount"."""
_MONEY = ("amount", "total", "revenue", "sale", "price", "value", "payment", "salary", "cost")


def suggest(index: Index, limit: int, can_answer: Callable[[str], bool]) -> tuple[str, ...]:
    """Up to `limit` questions, a different kind of question each as far as possible."""
    found: list[str] = []
    for question in _questions(index):
        if question not in found and can_answer(question):
            found.append(question)
        if len(found) >= limit:
            break
    return tuple(found)


def suggest_near(items: Iterable[Item], index: Index, limit: int, can_answer: Callable[[str], bool]) -> tuple[str, ...]:
    """Up to `limit` questions about the tables and columns a question was understood to speak of; none where it spoke of none."""
    found: list[str] = []
    for question in _near(list(items), index):
        if question and question not in found and can_answer(question):
            found.append(question)
        if len(found) >= limit:
            break
    return tuple(found)


def _near(items: list[Item], index: Index) -> Iterator[str]:
    """First what is said of a column, then what can be said of a table, the surest words first."""
    links = [item.links[0] for item in items if item.kind in ("name", "value") and item.links and item.links[0].score >= 0.6]
    for link in links:
        if link.column:
            yield _of_column(index.table(link.table), index.column(link.table, link.column), index)
    for table in dict.fromkeys(link.table for link in links):
        for make in (_count, _breakdown, _average, _ranking, _over_time):
            yield make(index.table(table), index)


def _of_column(table: Table, column: Column, index: Index) -> str:
    said = _said(table, column, index)
    if column.role is Role.MEASURE and column.kind.numeric:
        return f"Average {said} of {plural(table.name, index)}"
    if column.role is Role.DIMENSION:
        return f"Number of {plural(table.name, index)} by {said}"
    return ""


def _questions(index: Index) -> Iterator[str]:
    """By turns over the busiest tables: time, ranking, breakdown, count."""
    facts = sorted((t for t in index.catalog.tables if not t.is_view and t.row_count), key=lambda t: -_weight(t, index))[:4]
    makers = (_over_time, _ranking, _breakdown, _average, _count)
    for round_ in range(2):
        for make in makers:
            for table in facts[round_ : round_ + 2] or facts[:1]:
                if question := make(table, index):
                    yield question
                    break
    for table in facts:
        for make in makers:
            if question := make(table, index):
                yield question


def _weight(table: Table, index: Index) -> float:
    """Busy tables with a date and a measure tell the most; link tables the least."""
    rows = float(min(table.row_count or 0, 10**6) ** 0.25)
    score = rows + (6 if _date(table, index) else 0) + (4 if _measure(table, index) else 0)
    return score - (8 if index.graph.is_pure_link(table.name) and not _measure(table, index) else 0)


def _measure(table: Table, index: Index, *, added: bool = True) -> Column | None:
    """The number a table is about, money first; `added`: one whose sum means something."""
    columns = [
        c
        for c in table.columns
        if c.role is Role.MEASURE
        and c.kind.numeric
        and "year" not in index.names.columns[table.name, c.name]
        and not (added and _per_row(set(index.names.columns[table.name, c.name])))
    ]
    return min(columns, key=lambda c: _rank(index.names.columns[table.name, c.name]), default=None)


def _rank(said: tuple[str, ...]) -> int:
    return min((_MONEY.index(word) for word in said if word in _MONEY), default=len(_MONEY))


def _per_row(said: set[str]) -> bool:
    return bool(said & _PER_ROW) or {"unit", "cost"} <= said


def _date(table: Table, index: Index) -> bool:
    column = date_column(table, index.names)
    return column is not None and not {"update", "modify", "birth"} & set(index.names.columns[table.name, column.name])


def _said(table: Table, column: Column, index: Index) -> str:
    return index.names.spoken(table.name, column.name)


def _measured(table: Table, index: Index, *, added: bool = True) -> str:
    """A measure as a question says it: revenue for what is known as that, else its words without those of adding up."""
    column = _measure(table, index, added=added)
    if column is None:
        return ""
    if added and any(
        hit.score >= 0.7 and (hit.table, hit.column) == (table.name, column.name) for hit in index.phrases.get(("revenue",), ())
    ):
        return "revenue"
    said, own = index.names.columns[table.name, column.name], index.names.tables[table.name]
    while said[1:] and said[0] in _ADDING:
        said = said[1:]
    return " ".join(said if len(said) > 1 else (*(word for word in own if word not in said), *said))


def _over_time(table: Table, index: Index) -> str:
    if not _date(table, index):
        return ""
    measure = _measured(table, index)
    if measure == "revenue":
        return "Revenue per month"
    return (
        f"Total {measure} per month"
        if measure and _rank(tuple(measure.split())) < 6
        else f"How many {plural(table.name, index)} per month?"
    )


def _entity(table: Table, index: Index) -> str:
    """A table this one refers to whose rows have names: customers of a payment."""
    near = [edge.other for edge in index.graph.edges(table.name) if not edge.many and edge.other != table.name]
    named = [n for n in near if (index.table(n).row_count or 0) > 5 and _has_name(n, index)]
    return max(named, key=lambda n: index.table(n).row_count or 0, default="")


def _has_name(table: str, index: Index) -> bool:
    label = label_columns(index.table(table), index.names)
    return bool(label) and index.column(table, label[0]).role is not Role.KEY


def _ranking(table: Table, index: Index) -> str:
    entity = _entity(table, index)
    if not entity:
        return ""
    measure = _measured(table, index)
    if measure:
        return f"Top 5 {plural(entity, index)} by {'' if measure == 'revenue' else 'total '}{measure}"
    return f"Which 5 {plural(entity, index)} have the most {plural(table.name, index)}?"


def _breakdown(table: Table, index: Index) -> str:
    for column in table.columns:
        if column.role is Role.DIMENSION and 2 <= (column.distinct_count or 0) <= 30:
            return f"Number of {plural(table.name, index)} by {_said(table, column, index)}"
    return ""


def _average(table: Table, index: Index) -> str:
    measure = _measured(table, index) if _measured(table, index) == "revenue" else _measured(table, index, added=False)
    near = [e.other for e in index.graph.edges(table.name) if not e.many and 2 <= (index.table(e.other).row_count or 0) <= 30]
    if not measure or not near:
        return ""
    by = " ".join(index.names.tables[near[0]])
    return f"Revenue by {by}" if measure == "revenue" else f"Average {measure} by {by}"


def _count(table: Table, index: Index) -> str:
    return f"How many {plural(table.name, index)} are there?"
