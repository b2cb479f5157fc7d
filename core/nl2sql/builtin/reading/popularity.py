"""Popularity: "the most popular category" counts what happens; how many films a category has says little about it."""

from __future__ import annotations

from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.reading.parse import Parse


def doubted(parse: Parse, cue: Item, counted: str) -> None:
    """Popularity counted over a mere link is a doubt where dated events hang on what it links."""
    if "popular" in cue.lower and parse.index.graph.is_pure_link(counted) and _happens_beyond(parse, counted):
        parse.doubts += ["popular by what happens further on"] * 4


def _happens_beyond(parse: Parse, link: str) -> bool:
    graph = parse.index.graph
    ends = {edge.other for edge in graph.edges(link) if not edge.many}
    near = {edge.other for end in ends for edge in graph.edges(end) if edge.many} - {link}
    further = {edge.other for table in near for edge in graph.edges(table) if edge.many}
    return any(_is_event(parse, table) for table in near | further)


def _is_event(parse: Parse, table: str) -> bool:
    ref = parse.date_of(table)
    return ref is not None and not {"update", "modify"} & set(parse.index.names.columns[ref.table, ref.column])
