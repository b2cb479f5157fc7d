"""Clauses: a stretch of the question read by itself, for what is denied, held apart or nested."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.reading import cells, comparing, flags, patterning, relating, timing
from core.nl2sql.builtin.reading.against import against
from core.nl2sql.builtin.reading.parse import Clause, Parse


def compared(parse: Parse) -> None:
    """Comparisons with another value of the data, whose own conditions are a clause again."""
    against(parse, read_clause, clause_after)


_CONDITIONS: tuple[Callable[[Parse], None], ...] = (
    compared,
    comparing.comparisons,
    cells.values,
    cells.unheld,
    patterning.patterns,
    flags.flags,
    comparing.equalities,
    timing.periods,
    relating.relations,
)
_STOPS = (".", "?", "!", ";", ":")
_JOINS = ("and", "or", "but", "while", "yet")
_OPENS = {
    *("who", "that", "which", "whose", "whom", "what", "where", "how", "when", "their", "its", "with", "also", "then"),
    *(
        "have",
        "has",
        "had",
        "are",
        "is",
        "was",
        "were",
        "do",
        "does",
        "did",
        "can",
        "could",
        "will",
        "live",
        "lives",
        "work",
        "works",
    ),
    *("show", "list", "find", "give", "return", "tell", "report", "display", "order", "sort", "group", "only"),
}
"""After "and" these begin a clause of their own."""


def read_clause(parse: Parse, items: Sequence[Item], subject: str = "") -> Clause:
    """The conditions of some items alone, relative to the rows asked for; marks the items it used."""
    part, clause = read_part(parse, items, subject or parse.subject)
    take_part(parse, part, items, items)
    return clause


def read_part(parse: Parse, items: Sequence[Item], subject: str) -> tuple[Parse, Clause]:
    """The same, without telling the whole about it."""
    part = Parse(parse.index, list(items), parse.today, parse.picks, parse.resolutions, subject=subject)
    part.context = parse.context | frozenset(parse.tables_said())
    part.anchors, part.clause = parse.anchors, True
    for step in _CONDITIONS:
        step(part)
    where = tuple(dict.fromkeys(part.where))
    tables = tuple(dict.fromkeys(link.table for item in items if item.kind == "name" and (link := item.table)))
    return part, Clause(where, tuple(compare for _, compare in part.having), part.subject, tables)


def take_part(parse: Parse, part: Parse, items: Sequence[Item], read: Sequence[Item]) -> None:
    """What a part noted, and what its items were used for, holds of the whole."""
    for item, other in zip(items, read, strict=True):
        item.role = other.role
    parse.notes.extend(part.notes)
    parse.close.extend(part.close)
    parse.alike.extend(doubt for doubt in part.alike if doubt not in parse.alike)
    parse.doubts.extend(part.doubts)


def clause_after(parse: Parse, cue: Item) -> list[Item]:
    """The items from a cue to the end of its clause, the cue first."""
    found = [cue]
    rest = parse.items[parse.position(cue) + 1 :]
    for at, item in enumerate(rest):
        counts_all = item.is_cue("group", "group") and (found[-1].lower == "than" or found[-1].is_cue("compare"))
        if not counts_all and (item.role in ("order", "group", "limit") or _ends(item, rest[at + 1 :])):
            break
        found.append(item)
    return found


def _ends(item: Item, rest: Sequence[Item]) -> bool:
    follow = rest[0] if rest else None
    if item.text in _STOPS or item.is_cue("order") or item.is_cue("chart") or item.is_cue("group", "group"):
        return True
    if item.text == ",":
        return follow is None or not (follow.kind in ("value", "number") or follow.lower in ("or", "nor", "and"))
    if item.lower not in _JOINS or follow is None:
        return False
    if item.lower in ("but", "while", "yet"):
        return True
    if follow.lower in ("a", "an", "the") and len(rest) > 1:
        follow = rest[1]
    return follow.lower in _OPENS or follow.is_cue("not") or follow.is_cue("compare") or follow.kind == "name"
