"""Edits: the ways a follow-up changes a query, in the order they are tried. Each says in a short phrase what it changed."""

from __future__ import annotations

from collections.abc import Callable

from core.nl2sql.builtin.affirming import affirmed
from core.nl2sql.builtin.amounts import amounts
from core.nl2sql.builtin.beyond import beyond
from core.nl2sql.builtin.change import Change
from core.nl2sql.builtin.columns import columns, fewer_columns
from core.nl2sql.builtin.dividing import contrasts, dimensions, grains
from core.nl2sql.builtin.dropping import drop_filters
from core.nl2sql.builtin.flipping import flipped
from core.nl2sql.builtin.listing import counted, listed
from core.nl2sql.builtin.narrowing import filters, flagged
from core.nl2sql.builtin.query import Query
from core.nl2sql.builtin.remeasuring import figure_as_share, measures, swapped
from core.nl2sql.builtin.reranking import limits, nth, orders, superlatives, unlimited
from core.nl2sql.builtin.unfolding import unfolded

Edit = Callable[[Query, Change], Query]

EDITS: tuple[Edit, ...] = (
    affirmed,
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
    dimensions,
    swapped,
    measures,
    columns,
    listed,
    filters,
    superlatives,
    orders,
    limits,
)
