"""Followups: an elliptical question ("only for Canada", "by staff instead") as an edit of the query before it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from math import exp

from core.models import Context, Role, Turn
from core.nl2sql.builtin.followups.affirming import affirmations
from core.nl2sql.builtin.followups.alluding import alluded
from core.nl2sql.builtin.followups.anchoring import anchored
from core.nl2sql.builtin.followups.asking import held
from core.nl2sql.builtin.followups.change import Change, is_asking
from core.nl2sql.builtin.followups.edits import EDITS
from core.nl2sql.builtin.followups.ellipsis import POLITE, Lean, lean, means_nothing_alone
from core.nl2sql.builtin.followups.excluding import excluded
from core.nl2sql.builtin.followups.narrowing import prefer_known, unspoken
from core.nl2sql.builtin.followups.overlap import in_both
from core.nl2sql.builtin.followups.pointing import rows_pointed_at
from core.nl2sql.builtin.followups.restating import restated, share_of_all
from core.nl2sql.builtin.followups.sifting import (
    bare_comparisons,
    between_numbers,
    equal_number,
    moved_bound,
    numbered_rows,
    sifted_groups,
)
from core.nl2sql.builtin.followups.superlatives import superlative_words
from core.nl2sql.builtin.followups.tallying import tallied
from core.nl2sql.builtin.linking.index import Index
from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.linking.linking import link
from core.nl2sql.builtin.linking.numerals import numberlike
from core.nl2sql.builtin.query.plan import Unwritable, measure_table
from core.nl2sql.builtin.query.query import Query, Ref, comparisons, fields, refs, tables_of
from core.nl2sql.builtin.query.query_json import from_json
from core.nl2sql.builtin.query.read_back import read_back
from core.nl2sql.builtin.query.render import render
from core.nl2sql.builtin.reading.assemble import Conventions
from core.nl2sql.builtin.reading.compose import FRAGMENT_PASSES
from core.nl2sql.builtin.reading.confidence import EXPLAINED, evidence, unused
from core.nl2sql.builtin.reading.leading import led
from core.nl2sql.builtin.reading.money import resettle_money
from core.nl2sql.builtin.reading.parse import Parse
from core.nl2sql.builtin.reading.reading import Candidate
from core.nl2sql.builtin.reading.timing import times_asked

_DOUBT, _TRUST = 3.3, 4.7
"""Fitted on dialogues over half of the held-out databases, checked on the other half."""
_UNDO = re.compile(
    r"^(undo|go back|back)( (that|it|this|the last (change|one)|one step|to the (previous|one before)( one)?))?\W*$"
)
_ONES_FIRST = re.compile(r"\b(\w+est|most \w+) (ones?|rows?) first\b")
_BY_FIRST = re.compile(r"^(?:and |now )?by (?=[\w ]+,? (?:\w+ first|ascending|descending)\W*$)", re.IGNORECASE)
_BY_INSTEAD = re.compile(r"^((?:and |now )?)by (?=(?!each\b|every\b)[\w ]+? instead\W*$)", re.IGNORECASE)
_BY_FIGURE = re.compile(
    r"^(?:(?:and|or|now|then|so|ok|okay),? )*(?:rank(?:ed)? (?:them )?)?by (?:the )?(?!each\b|every\b)([\w ]+?)(?: instead)?\W*$",
    re.IGNORECASE,
)
_SAME_FIGURE = re.compile(
    r"^((?:and|now|so|then) )*(?:the )?(?:same )?(?:totals?|figures?|sums?|numbers?),? (?=(?:for|per|by) )", re.IGNORECASE
)
""" "And the total for every country": the figure that was given already."""
_FILLERS = re.compile(r"\b(as well|exactly(?=\W*$)|in general(?=\W*$))", re.IGNORECASE)
_INSTEAD_OF = re.compile(r"\b(instead of|rather than|in place of)\b.*$")


@dataclass(frozen=True)
class Edit:
    candidate: Candidate
    changes: tuple[str, ...]
    chart_kind: str = ""
    leans: bool = True
    """Whether the words only make sense as an edit; otherwise they may be a question of their own."""


def edit(question: str, context: Context, index: Index, today: date, conventions: Conventions) -> Edit | None:
    """The previous query changed as the question says, else asked anew of its rows; None when nothing of it fits."""
    text = POLITE.sub("", question.strip().lower())
    asked = [query for turn in reversed(context.turns) if turn.draft and (query := _query(turn, index))]
    if not asked:
        return None
    if _UNDO.match(text):
        return _undone(asked, index, today)
    if not asked[0].grouped:
        question = _BY_FIRST.sub("sort by ", question)
        question = _BY_INSTEAD.sub(r"\1rank by ", question) if _is_ranked(asked[0], index) else question
    else:
        question = _by_figure(question, asked[0], index, today)
    if asked[0].measures:
        question = _SAME_FIGURE.sub(r"\1", question)
    question = share_of_all(question, narrowed=bool(asked[0].where))
    bare = Parse(index, [], today, subject=asked[0].subject)
    if common := in_both(asked, text, bare):
        return Edit(Candidate(common, bare, render(common, index), _sure(1.0), True), ("in both",))
    pointed = rows_pointed_at(asked, restated(_INSTEAD_OF.sub("instead", POLITE.sub("", question.strip()))), index, today)
    previous, question, before = pointed.query, pointed.text, (pointed.said,) if pointed.said else ()
    if counts := tallied(previous, question.lower(), bare, conventions):
        return Edit(Candidate(counts, bare, render(counts, index), _sure(1.0), True), (*before, "how many of each"))
    among = anchored(question.lower(), previous, context, index, today, conventions)
    if among and among.each:
        return Edit(among.candidate, (*before, among.said))
    changed = _changed(previous, question, before, context, index, today, conventions)
    if among and (among.named or not (changed and changed.leans and changed.candidate.enough)):
        return Edit(among.candidate, (*before, among.said))
    return changed


def leans(question: str, context: Context, index: Index, today: date) -> bool:
    """Whether the words point at the answer before, so that a reading of them alone is not what was meant."""
    previous = next((query for turn in reversed(context.turns) if turn.draft and (query := _query(turn, index))), None)
    if previous is None:
        return False
    text = POLITE.sub("", question.strip().lower())
    return means_nothing_alone(text, link(text, index, today), previous)


def _changed(
    previous: Query, question: str, before: tuple[str, ...], context: Context, index: Index, today: date, conventions: Conventions
) -> Edit | None:
    question = excluded(_ONES_FIRST.sub(r"\1 first", question), previous, index, today)
    text = question.lower()
    items = link(_FILLERS.sub(" ", question), index, today)
    leaning = lean(text, items, previous)
    parse = _fragment(items, previous, context, index, today)
    change = Change(text, parse, index, conventions, after_asking=is_asking(context.turns[-1].question.lower()))
    query = previous
    for apply in EDITS:
        query = apply(query, change)
    query = resettle_money(query, parse)
    if parse.chart_kind:
        change.said.append("as a table" if parse.chart_kind == "none" else f"as a {parse.chart_kind} chart")
    if not change.said:
        return None
    change.said[:0] = before
    try:
        sql = render(query, index)
    except Unwritable:
        return None
    explained = _explained(parse, query)
    found = Candidate(query, parse, sql, _sure(explained), explained >= EXPLAINED)
    return Edit(found, tuple(change.said), parse.chart_kind, leaning is Lean.LEANS)


def _fragment(items: list[Item], previous: Query, context: Context, index: Index, today: date) -> Parse:
    """What the follow-up's words say by themselves, read beside the query before it."""
    parse = Parse(index, items, today, resolutions=context.resolutions, subject=previous.subject, context=tables_of(previous))
    parse.anchors = tuple(measure_table(field) for field in previous.measures)
    parse.times = times_asked(previous, parse)
    affirmations(previous, parse)
    prefer_known(previous, parse)
    led(previous, parse)
    alluded(previous, parse)
    superlative_words(previous, parse)
    sifted_groups(previous, parse)
    equal_number(previous, parse)
    numbered_rows(previous, parse)
    moved_bound(previous, parse)
    between_numbers(previous, parse)
    bare_comparisons(previous, parse)
    for step in FRAGMENT_PASSES:
        step(parse)
    unspoken(parse)
    held(previous, parse)
    return parse


def _is_ranked(query: Query, index: Index) -> bool:
    """The first of a list by a number, which is shown."""
    ranked = query.order[0].field if query.order and query.limit is not None else None
    ref = ranked.expr if ranked and ranked in query.select else None
    return isinstance(ref, Ref) and numberlike(index.column(ref.table, ref.column))


def _by_figure(question: str, query: Query, index: Index, today: date) -> str:
    """ "By quantity instead", after the first groups by revenue: a number is what they rank by, not what they are divided by."""
    found = _BY_FIGURE.match(question.strip())
    if not found or query.limit is None or not query.order or not query.order[0].field.aggregate:
        return question
    said = [item for item in link(found[1], index, today) if item.kind != "stop"]
    column = said[0].columns[0] if len(said) == 1 and said[0].table is None and said[0].columns else None
    is_measure = column is not None and index.column(column.table, column.column).role is Role.MEASURE
    return f"{found[1]} instead" if is_measure else question


def _undone(asked: list[Query], index: Index, today: date) -> Edit | None:
    """The query before the one before."""
    before = next((query for query in asked if query != asked[0]), None)
    if before is None:
        return None
    parse = Parse(index, [], today, subject=before.subject)
    return Edit(Candidate(before, parse, render(before, index), 0.97, True), ("back to the question before",))


def _sure(explained: float) -> float:
    """How likely an edit that explains so much is right, where what it changes was."""
    return 1.0 / (1.0 + exp(_DOUBT - _TRUST * explained))


def _explained(parse: Parse, query: Query) -> float:
    """As for any reading; where no word had to be found in the database, nothing may have been misread."""
    linked = any(item.role and item.kind in ("name", "value") for item in parse.items)
    return evidence(parse, query) if linked or unused(parse) else 0.97


def _query(turn: Turn, index: Index) -> Query | None:
    """The query of an answered turn, when it still fits the catalog; read from its SQL where another engine wrote it."""
    if turn.draft is None:
        return None
    query = from_json(turn.draft.reads) or read_back(turn.draft.sql, turn.draft.dialect, index)
    return query if query and _fits(query, index) else None


def _fits(query: Query, index: Index) -> bool:
    tables = index.catalog.by_name
    used = [ref for f in (*fields(query), *(c.field for c in comparisons(query.where))) for ref in refs(f.expr)]
    return query.subject in tables and all(ref.table in tables and ref.column in tables[ref.table].by_name for ref in used)
