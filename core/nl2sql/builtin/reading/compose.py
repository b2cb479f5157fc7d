"""Compose: items to a query by a straight list of passes. Each pass reads what is left and takes what is its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

from core.nl2sql.builtin.linking.index import Link
from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.linking.text import lemma
from core.nl2sql.builtin.reading import (
    averaging,
    cells,
    changes,
    comparing,
    costing,
    counting,
    denying,
    flags,
    grouping,
    measuring,
    ordering,
    pairing,
    patterning,
    ranking,
    relating,
    selves,
    shares,
    showing,
    timing,
    unsaid,
    within,
)
from core.nl2sql.builtin.reading.abridging import abridged
from core.nl2sql.builtin.reading.accompanying import accompanied
from core.nl2sql.builtin.reading.asides import asides
from core.nl2sql.builtin.reading.both import alternatives, both
from core.nl2sql.builtin.reading.clauses import compared
from core.nl2sql.builtin.reading.coordination import joined_extremes
from core.nl2sql.builtin.reading.denominating import denominated
from core.nl2sql.builtin.reading.durations import durations
from core.nl2sql.builtin.reading.entities import represented
from core.nl2sql.builtin.reading.everything import everything
from core.nl2sql.builtin.reading.leading import leading
from core.nl2sql.builtin.reading.likeness import likeness
from core.nl2sql.builtin.reading.money import named, net
from core.nl2sql.builtin.reading.owning import owned
from core.nl2sql.builtin.reading.parse import Parse
from core.nl2sql.builtin.reading.placing import places, whiches
from core.nl2sql.builtin.reading.referring import referred
from core.nl2sql.builtin.reading.sides import sides
from core.nl2sql.builtin.reading.singling import singled
from core.nl2sql.builtin.reading.stocking import emptied
from core.nl2sql.builtin.reading.subject import find_subject
from core.nl2sql.builtin.reading.wares import wares

Pass = Callable[[Parse], None]
_OWNED = 0.93
_WHOLE = 0.95
"""A word that is all of a column's name."""


def charts(parse: Parse) -> None:
    """ "… as a bar chart" says how to draw, not what to ask."""
    for item in parse.items:
        if item.is_cue("chart") and item.cue is not None and not item.role:
            parse.chart_kind, item.role = item.cue.value, "chart"


def settle(parse: Parse) -> None:
    """Of several tables a word may mean, those with cells or whole names in the question come first, link tables last."""
    certain = {link.table for item in parse.items if item.kind == "value" for link in item.links[:3]}
    whole = {item.table.table for item in parse.items if item.kind == "name" and item.table and item.table.score > 0.95}
    certain |= whole
    for item in parse.items:
        item.links = tuple(_of_owner(parse, item, link, whole) for link in item.links) if item.kind == "name" else item.links
    for item in parse.items:
        if item.kind == "name" and item.table and item.table.score < 0.95:
            item.links = tuple(sorted(item.links, key=lambda link: -_settled(parse, link, certain)))


def _of_owner(parse: Parse, item: Item, link: Link, whole: set[str]) -> Link:
    """ "Customers with orders", where the orders are called customer orders: a table named by what is said and whose it is."""
    names = parse.index.names.tables
    if link.kind != "table" or link.score >= _OWNED:
        return link
    said = {lemma(word) for word in item.lower.split()}
    rest = [set(names[link.table]) - set(names[table]) for table in whole if table != link.table]
    return replace(link, score=_OWNED) if said in [{lemma(word) for word in words} for words in rest] else link


def settle_near(parse: Parse) -> None:
    """The same once the subject is known: tables near it come first."""
    for item in parse.items:
        if item.kind == "name" and item.table and item.table.score < 0.95 and parse.subject:
            near = {link.table: 0.03 * min(4.0, parse.index.graph.distance(parse.subject, link.table)) for link in item.links}
            item.links = tuple(
                sorted(item.links, key=lambda link: -(link.score - (near[link.table] if link.kind == "table" else 0.0)))
            )


def modifiers(parse: Parse) -> None:
    """ "Product category": a table said in the singular right before another only tells which one is meant."""
    for item, other in pairwise(parse.items):
        if item.kind == other.kind == "name" and item.table and other.table and item.table.table != other.table.table:
            plain = item.lower in (lemma(item.lower),) and not (other.columns and other.columns[0].score > other.table.score)
            if (
                plain
                and item.table.score > 0.9
                and other.table.score > 0.9
                and parse.index.graph.path((item.table.table,), other.table.table)
            ):
                item.role = "modifier"


def whole_columns(parse: Parse) -> None:
    """ "Each lens brand": part of a table's name right before a column of it only tells whose column it is."""
    for cue, item, other in zip(parse.items, parse.items[1:], parse.items[2:], strict=False):
        named = item.kind == other.kind == "name" and item.table is not None and not other.table and bool(other.columns)
        if cue.is_cue("group") and named and item.table and item.lower == lemma(item.lower):
            link = other.columns[0]
            if link.table == item.table.table and link.score >= _WHOLE:
                item.role = "modifier"


def _settled(parse: Parse, link: Link, certain: set[str]) -> float:
    if link.kind != "table":
        return link.score
    return link.score + (0.06 if link.table in certain else 0.0) - (0.04 if parse.index.graph.is_link(link.table) else 0.0)


PASSES: tuple[Pass, ...] = (
    likeness,
    asides,
    denominated,
    counting.numbered,
    abridged,
    settle,
    modifiers,
    whole_columns,
    owned,
    find_subject,
    settle_near,
    accompanied,
    referred,
    charts,
    durations,
    costing.costs,
    unsaid.more,
    shares.cued,
    changes.cued,
    within.claim,
    averaging.averages,
    leading,
    ordering.limits,
    ordering.orders,
    ordering.rank_by,
    ordering.rank_measure,
    singled,
    denying.denials,
    pairing.pairs,
    compared,
    sides,
    emptied,
    selves.claim,
    grouping.groups,
    counting.bare_numbers,
    changes.along,
    comparing.comparisons,
    joined_extremes,
    ranking.superlatives,
    ranking.extremes,
    unsaid.by_revenue,
    within.resolve,
    unsaid.strangers,
    net,
    measuring.measures,
    cells.values,
    cells.unheld,
    selves.told_by_other,
    patterning.patterns,
    flags.flags,
    flags.opposites,
    flags.held,
    comparing.equalities,
    timing.periods,
    timing.weekdays,
    flags.missing,
    whiches,
    relating.relations,
    alternatives,
    both,
    everything,
    selves.selves,
    showing.targets,
    places,
    wares,
    showing.name_subject,
    denying.deny,
    pairing.settle_pairs,
    grouping.contrasted,
    represented,
    named,
    shares.shares,
    changes.changes,
    unsaid.asked,
)
FRAGMENT_PASSES: tuple[Pass, ...] = tuple(
    step for step in PASSES if step not in (find_subject, accompanied, whiches, places, wares, showing.name_subject)
)
"""For a follow-up: the subject is known, and a fragment need not show anything."""


def understand(parse: Parse) -> None:
    """Fills in the pieces of a query the items ask for; each item then says what it was used for."""
    for step in PASSES:
        step(parse)
