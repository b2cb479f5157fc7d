"""Followups: an elliptical question ("only for Canada", "by staff instead") as an edit of the query before it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from core.models import Context
from core.nl2sql.builtin.assemble import Conventions
from core.nl2sql.builtin.compose import FRAGMENT_PASSES
from core.nl2sql.builtin.confidence import confidence
from core.nl2sql.builtin.edits import EDITS, Change
from core.nl2sql.builtin.ellipsis import leans
from core.nl2sql.builtin.index import Index
from core.nl2sql.builtin.linking import link
from core.nl2sql.builtin.parse import Parse
from core.nl2sql.builtin.plan import NoPath, measure_table, output_places
from core.nl2sql.builtin.query import Query, comparisons, refs
from core.nl2sql.builtin.query_json import from_json
from core.nl2sql.builtin.reading import Candidate
from core.nl2sql.builtin.render import render


@dataclass(frozen=True)
class Edit:
    candidate: Candidate
    changes: tuple[str, ...]
    chart_kind: str = ""


def edit(question: str, context: Context, index: Index, today: date, conventions: Conventions) -> Edit | None:
    """The previous query changed as the question says; None when it is a question of its own or nothing of it fits."""
    previous = _previous(context, index)
    if previous is None:
        return None
    items = link(question, index, today)
    if not leans(question, items):
        return None
    parse = Parse(index, items, today, resolutions=context.resolutions, subject=previous.subject, context=_tables(previous))
    parse.anchors = tuple(measure_table(field) for field in previous.measures)
    parse.outputs = []
    for step in FRAGMENT_PASSES:
        step(parse)
    change = Change(question.lower(), parse, index)
    query = previous
    for apply in EDITS:
        query = apply(query, change)
    if parse.chart_kind:
        change.said.append("as a table" if parse.chart_kind == "none" else f"as a {parse.chart_kind} chart")
    if not change.said:
        return None
    try:
        sql = render(query, index)
    except NoPath:
        return None
    sure = confidence(parse, query) if _links(parse) else 0.97
    return Edit(Candidate(query, parse, sql, sure), tuple(change.said), parse.chart_kind)


def _links(parse: Parse) -> bool:
    """Whether any word had to be found in the database, so that it may have been misread."""
    return any(item.kind in ("name", "value", "word") for item in parse.items)


def _previous(context: Context, index: Index) -> Query | None:
    """The query of the last answered turn, when it still fits the catalog."""
    for turn in reversed(context.turns):
        if turn.draft is None:
            continue
        query = from_json(turn.draft.reads)
        return query if query and _fits(query, index) else None
    return None


def _fits(query: Query, index: Index) -> bool:
    tables = index.catalog.by_name
    used = [ref for f in (*query.select, *query.keys, *(c.field for c in comparisons(query.where))) for ref in refs(f.expr)]
    return query.subject in tables and all(ref.table in tables and ref.column in tables[ref.table].by_name for ref in used)


def _tables(query: Query) -> frozenset[str]:
    return frozenset({table for table, _ in output_places(replace(query, tables=()))} | {query.subject})
