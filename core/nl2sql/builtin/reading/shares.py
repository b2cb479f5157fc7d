"""Shares: "share of revenue by region", "percentage of orders per channel": a measure as percent of the total."""

from __future__ import annotations

from dataclasses import replace

from core.nl2sql.builtin.query.query import Field
from core.nl2sql.builtin.reading.parse import Parse
from core.nl2sql.builtin.reading.parts import part_of_all

_ADDITIVE = ("sum", "count")


def cued(parse: Parse) -> None:
    """Takes the words of a share out of the way of the measure behind them."""
    for item in parse.items:
        if item.is_cue("share") and not item.role:
            item.role = "share"


def shares(parse: Parse) -> None:
    """Turns what is added up per group into its share, or what a condition picks into its share of all. Where there is neither,
    there is no total to be a part of, which leaves the words unused."""
    said = [item for item in parse.items if item.role == "share"]
    if not said or part_of_all(parse, said[0]):
        return
    dimensions = parse.groups or [output for output in parse.outputs if not output.field.aggregate]
    measured = any(f.aggregate in _ADDITIVE for f in (*(o.field for o in parse.outputs), *parse.ranked))
    if not dimensions or not measured:
        for item in said:
            item.role = ""
        return
    for output in parse.outputs:
        output.field = shared(output.field)
    parse.ranked = [shared(field) for field in parse.ranked]
    parse.order = [replace(order, field=shared(order.field)) for order in parse.order]


def shared(field: Field) -> Field:
    return replace(field, share=True) if field.aggregate in _ADDITIVE else field
