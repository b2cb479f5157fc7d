"""Facts of a single row, of no rows, and of rows without a value."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from core.analysis.humanise import join_names
from core.analysis.restate import restate
from core.analysis.telling import Sentence, Telling
from core.models import Column, Fact, SqlDraft

MOST_NAMED = 4


def empty_facts(t: Telling, draft: SqlDraft | None) -> list[Fact]:
    s = Sentence(t)
    facts = [s.fact("none", "No rows match this question.", 2.0, "No rows")]
    wanted = [a.text for a in draft.assumptions if a.kind in ("filter", "period")] if draft else []
    if wanted:
        facts.append(s.fact("filters", f"It was limited to: {join_names(wanted)}.", 0.9))
    return facts


def null_facts(t: Telling, draft: SqlDraft | None) -> list[Fact]:
    s, shape = Sentence(t), t.reading.shape
    if any(column.endless for column in shape.columns):
        text = "There is no value to show: a figure behind it is infinite, or not a number at all."
        return [s.fact("none", text, 2.0, "no value")]
    return [s.fact("none", "There is no value to show: the database has none for this question.", 2.0, "no value")]


def one_facts(t: Telling, draft: SqlDraft | None) -> list[Fact]:
    reading = t.reading
    if not reading.measures:
        return [_named(t)]
    if len(reading.measures) == 1 and reading.x is None and len(reading.shape.columns) == 1:
        return [_single(t, reading.measures[0], draft), *_context(t, reading.measures[0])]
    if reading.x is None and len(reading.measures) > 1:
        return [_several(t)]
    return [_described(t)]


def _single(t: Telling, index: int, draft: SqlDraft | None) -> Fact:
    s = Sentence(t)
    number = t.reading.shape.numbers(index)[0]
    assert number is not None
    said = s.value(index, number)
    understood = draft is None or not draft.unused_words  # else the question says more than the number answers
    if understood and (text := restate(t.question, said)):
        return s.fact("single", text, 2.0, said)
    noun = t.noun(index)
    text = f"There {'is' if number == 1 else 'are'} {said} {noun}." if noun else f"{t.reading.shape[index].title}: {said}."
    return s.fact("single", text, 2.0, said)


def _named(t: Telling) -> Fact:
    """One row of texts: "The answer is Karl Seal (Canada)."."""
    shape, s = t.reading.shape, Sentence(t)
    shown = [c.index for c in shape.columns if c.distinct and not shape.is_last_name(c.index)]
    values = [t.name(shape.labels(i)[0]) for i in shown[:MOST_NAMED]]
    rest = f" ({', '.join(values[1:])})" if values[1:] else ""
    return s.fact("single", f"The answer is {values[0]}{rest}.", 2.0, values[0])


def _described(t: Telling) -> Fact:
    """One named row with its measures: "The answer is Karl Seal, with a total amount of 221.55."."""
    reading, shape, s = t.reading, t.reading.shape, Sentence(t)
    x = reading.category if reading.category is not None else reading.x
    said = [(i, s.value(i, n)) for i in reading.measures[:3] if (n := shape.numbers(i)[0]) is not None]
    parts = [f"{text} {noun}" if (noun := t.noun(i)) else f"{_article(t.measure(i))} of {text}" for i, text in said]
    if x is None:
        return s.fact("single", f"The answer is {join_names(parts)}.", 2.0, *(text for _, text in said[:1]))
    name = t.name(shape.labels(x)[0])
    if not parts:  # all of its numbers are infinite or none at all
        return s.fact("single", f"The answer is {name}.", 2.0, name)
    return s.fact("single", f"The answer is {name}, with {join_names(parts)}.", 2.0, name, *(text for _, text in said[:1]))


def _article(noun: str) -> str:
    return f"{'an' if noun[:1] in 'aeiou' else 'a'} {noun}"


def _several(t: Telling) -> Fact:
    shape, s = t.reading.shape, Sentence(t)
    said = [(t.measure(i), s.value(i, n)) for i in t.reading.measures[:6] if (n := shape.numbers(i)[0]) is not None]
    parts = [f"{name} {text}" for name, text in said]
    return s.fact("single", f"{join_names(parts)}.", 2.0, *(text for _, text in said))


def _context(t: Telling, index: int) -> Iterator[Fact]:
    """What a single number compares to, from the catalog: all rows of its table, or the range of its column."""
    column = t.reading.shape[index]
    table_name, _, column_name = column.source.rpartition(".")
    if not table_name and len(t.reading.traits.tables) == 1:
        table_name = t.reading.traits.tables[0]
    table = t.catalog.by_name.get(table_name) if t.catalog else None
    number = t.reading.shape.numbers(index)[0]
    if table is None or number is None:
        return
    s = Sentence(t)
    if column.aggregate == "count" and table.row_count and 0 < number < table.row_count and len(t.reading.traits.tables) == 1:
        noun = t.rows_noun(column.source)
        text = f"That is {s.percent(100 * float(number) / table.row_count)} of all {s.count(table.row_count)} {noun}."
        yield s.fact("share", text, 1.0)
    known = table.by_name.get(column_name)
    if column.aggregate == "avg" and known and (ends := _range(known)) and ends[0] <= number <= ends[1]:
        text = f"Single values range from {s.given(index, ends[0])} to {s.given(index, ends[1])}."
        yield s.fact("range", text, 0.9)


def _range(column: Column) -> tuple[Decimal, Decimal] | None:
    try:
        low, high = Decimal(column.minimum or ""), Decimal(column.maximum or "")
    except ArithmeticError:
        return None
    return (low, high) if low.is_finite() and high.is_finite() and low < high else None
