"""Compose: items to a query by a straight list of passes. Each pass reads what is left and takes what is its own."""

from __future__ import annotations

from collections.abc import Callable

from core.nl2sql.builtin import conditions, grouping, measuring, ordering, ranking, relating, showing, timing
from core.nl2sql.builtin.assemble import Conventions, assemble
from core.nl2sql.builtin.parse import Parse
from core.nl2sql.builtin.query import Query
from core.nl2sql.builtin.subject import find_subject

Pass = Callable[[Parse], None]


def charts(parse: Parse) -> None:
    """ "… as a bar chart" says how to draw, not what to ask."""
    for item in parse.items:
        if item.is_cue("chart") and item.cue is not None and not item.role:
            parse.chart_kind, item.role = item.cue.value, "chart"


PASSES: tuple[Pass, ...] = (
    find_subject,
    charts,
    ordering.limits,
    ordering.orders,
    ordering.rank_by,
    grouping.groups,
    conditions.comparisons,
    ranking.superlatives,
    measuring.measures,
    conditions.values,
    conditions.patterns,
    conditions.equalities,
    timing.periods,
    conditions.missing,
    relating.relations,
    conditions.alternatives,
    showing.targets,
    showing.name_subject,
)


def compose(parse: Parse, conventions: Conventions) -> Query:
    """The query the items ask for; `parse` then says what each item was used for."""
    for step in PASSES:
        step(parse)
    return assemble(parse, conventions)
