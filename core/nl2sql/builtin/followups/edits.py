"""Edits: the ways a follow-up changes a query, in the order they are tried. Each says in a short phrase what it changed."""

from __future__ import annotations

from collections.abc import Callable

from core.nl2sql.builtin.followups.affirming import affirmed
from core.nl2sql.builtin.followups.amounts import amounts
from core.nl2sql.builtin.followups.beyond import beyond
from core.nl2sql.builtin.followups.change import Change
from core.nl2sql.builtin.followups.columns import columns, fewer_columns
from core.nl2sql.builtin.followups.dividing import contrasts, dimensions, grains, leader, most_of_them
from core.nl2sql.builtin.followups.dropping import drop_filters
from core.nl2sql.builtin.followups.flipping import flipped
from core.nl2sql.builtin.followups.lacking import lacking, left_out, none_of_them
from core.nl2sql.builtin.followups.listing import counted, listed
from core.nl2sql.builtin.followups.narrowing import filters, flagged, of_a_kind
from core.nl2sql.builtin.followups.remeasuring import figure_as_share, measures, swapped
from core.nl2sql.builtin.followups.reranking import limits, nth, orders, superlatives, unlimited
from core.nl2sql.builtin.followups.transferring import of_another
from core.nl2sql.builtin.followups.unfolding import unfolded
from core.nl2sql.builtin.query.query import Query

Edit = Callable[[Query, Change], Query]

EDITS: tuple[Edit, ...] = (
    of_another,
    most_of_them,
    affirmed,
    none_of_them,
    figure_as_share,
    drop_filters,
    flipped,
    flagged,
    fewer_columns,
    nth,
    unlimited,
    beyond,
    amounts,
    counted,
    unfolded,
    grains,
    contrasts,
    leader,
    dimensions,
    swapped,
    measures,
    columns,
    listed,
    of_a_kind,
    left_out,
    filters,
    lacking,
    superlatives,
    orders,
    limits,
)
