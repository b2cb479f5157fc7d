"""Clarify: the questions asked back, when two readings are equally near and when nothing fits."""

from __future__ import annotations

from datetime import date

from core.models import Choice, Clarification, Context
from core.nl2sql.builtin.linking.index import Index
from core.nl2sql.builtin.linking.language import foreign
from core.nl2sql.builtin.linking.linking import link
from core.nl2sql.builtin.query.query import Field, Query, Related, comparisons, fields, refs
from core.nl2sql.builtin.reading.reading import Candidate


def ambiguous(best: Candidate, context: Context) -> Clarification | None:
    """Two columns hold the value, or fit a word alike, and nothing in the question speaks for one of them."""
    for item, links in best.parse.close:
        if item.lower in context.resolutions:
            continue
        places = list(dict.fromkeys((link.table, link.column) for link in links))
        choices = tuple(
            Choice(_column_words(table, column, best.parse.index), resolves={item.lower: f"{table}.{column}"})
            for table, column in places[:4]
        )
        return Clarification(
            f"“{item.text}” occurs in several places. Which one do you mean?", choices, confidence=best.confidence
        )
    return alike(best)


def alike(best: Candidate) -> Clarification | None:
    """Several columns of a table fit a word such as "cheaper" equally well."""
    for doubt in best.parse.alike:
        if not any(ref.column in doubt.columns and ref.table == doubt.table for f in _used(best.query) for ref in refs(f.expr)):
            continue
        choices = tuple(
            Choice(_column_words(doubt.table, column, best.parse.index), resolves={doubt.key: f"{doubt.table}.{column}"})
            for column in doubt.columns[:4]
        )
        return Clarification(
            f"“{doubt.text}” could mean several columns here. Which one do you mean?", choices, confidence=best.confidence
        )
    return None


def _used(query: Query) -> list[Field]:
    nested = [condition for condition in query.where if isinstance(condition, Related)]
    return [*fields(query), *(compare.field for related in nested for compare in comparisons(related.where))]


def _column_words(table: str, column: str, index: Index) -> str:
    own, said = index.names.tables[table], index.names.columns[table, column]
    prefix = "" if set(own) <= set(said) else " ".join(own) + " "
    text = prefix + index.names.spoken(table, column)
    return text[:1].upper() + text[1:]


def no_such_day(day: str) -> Clarification:
    """A date that is misspelt is not widened to its month or year."""
    return Clarification(f"“{day}” is not a day of the calendar. Which day do you mean?", (), "unknown", (day,), 0.0)


def strangers(question: str, index: Index) -> tuple[str, ...]:
    """The words of a question that mean nothing in this database."""
    return tuple(dict.fromkeys(item.text for item in link(question, index, date.min) if item.kind == "word"))[:8]


def unknown(
    question: str, lost: tuple[str, ...], best: Candidate | None, near: tuple[str, ...], leans: bool = False
) -> Clarification:
    """Says what was not understood and offers questions that can be answered, where there are any.

    `leans`: the question points at the answer before.
    """
    said = _not_understood(question, lost, leans)
    if lost:
        said += " Could you say it differently, or is it one of these?" if near else " Could you say it differently?"
    elif near:
        said += " Here is what I can answer, for example:"
    else:
        said += " Ask for its tables by name, such as “How many … are there?”"
    return Clarification(said, tuple(Choice(q, question=q) for q in near), "unknown", lost, best.confidence if best else 0.0)


def _not_understood(question: str, lost: tuple[str, ...], leans: bool) -> str:
    if foreign(question):
        return "I understand questions in English only so far."
    if lost:
        return f"I could not find {_quoted(lost[:4])} in this database."
    if leans:
        return "That seems to be about the answer before, but I could not tell what to do with it."
    return "I could not relate that to this database."


def _quoted(lost: tuple[str, ...]) -> str:
    return ", ".join(f"“{word}”" for word in lost)
