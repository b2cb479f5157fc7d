"""Coordination: extremes or aggregates said in one breath ("the highest, lowest and average cost") are all values to show."""

from __future__ import annotations

from dataclasses import dataclass

from core.models import Role
from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.query.query import Field, Ref
from core.nl2sql.builtin.reading.counting import count_of
from core.nl2sql.builtin.reading.parse import Output, Parse
from core.nl2sql.builtin.reading.stored import stored_count

_JOINING = {"and", ",", "&", "as", "well", "the", "both", "of"}
TRAILING = ("in total", "altogether", "overall", "combined", "on average")
"""Aggregates that stand behind what they measure."""


@dataclass
class _Part:
    cue: Item
    aggregate: str
    name: Item | None = None


def joined_extremes(parse: Parse) -> None:
    """Each part of a chain of two or more becomes a measure of the name behind it, or of the next name in the chain."""
    done = -1
    for at, item in enumerate(parse.items):
        if at <= done or not _aggregate(item) or _compared(parse, item):
            continue
        chain, done = _chain(parse, at)
        if len(chain) < 2 or not _are_values(parse, chain):
            continue
        _shared_names(chain)
        fields = [_field(parse, part) for part in chain]
        if all(field is not None for field in fields):
            _take(parse, chain, [field for field in fields if field is not None])


def _aggregate(item: Item) -> str:
    """max, min, avg or sum for a cue that can stand in a chain."""
    if item.role or (item.cue is None and item.lower != "number"):
        return ""
    if item.cue is None:
        return "count"  # "the number and average age of students"
    if item.is_cue("aggregate"):
        return "" if item.lower in TRAILING else item.cue.value
    if item.is_cue("count") and item.lower in ("total number of", "number of", "the number of", "total count of"):
        return "sum" if item.lower.startswith("total") else "count"
    if item.is_cue("superlative") and item.lower not in (
        "most",
        "the most",
        "least",
        "first",
        "last",
        "top",
        "bottom",
        "best",
        "worst",
    ):
        return "max" if item.cue.value == "desc" else "min"
    return ""


def _compared(parse: Parse, item: Item) -> bool:
    return any(other.is_cue("compare") for other in parse.before(item, 2))


def _chain(parse: Parse, at: int) -> tuple[list[_Part], int]:
    """The parts from a position on, with where the last of them ends."""
    chain: list[_Part] = []
    last = at
    joined = True
    for here in range(at, len(parse.items)):
        item = parse.items[here]
        if joined and (aggregate := _aggregate(item)):
            chain.append(_Part(item, aggregate))
            joined, last = False, here
        elif item.is_cue("count") and not item.role and chain and chain[-1].name is None:
            last = here  # "maximum number of"
        elif item.kind == "name" and chain and chain[-1].name is None and not item.role:
            chain[-1].name, joined, last = item, False, here
        elif item.lower in _JOINING:
            joined = joined or item.lower in ("and", ",", "&", "as", "well")
        else:
            break
    return chain, last


def _are_values(parse: Parse, chain: list[_Part]) -> bool:
    """Not where rows are asked for before ("which student has the highest and the lowest mark")."""
    if chain[-1].name is None:
        return False
    if all(part.aggregate == "count" for part in chain):
        return False
    if all(part.cue.is_cue("aggregate") for part in chain) or any(part.aggregate in ("avg", "sum") for part in chain):
        return True
    before = parse.before(chain[0].cue, 99)
    return not any(other.kind == "name" and other.role not in ("group", "naming") for other in before)


def _shared_names(chain: list[_Part]) -> None:
    """ "Average and maximum price": a part without a name of its own has the next one's."""
    for part, following in zip(chain[-2::-1], chain[:0:-1], strict=True):
        part.name = part.name or following.name


def _field(parse: Parse, part: _Part) -> Field | None:
    if part.name is None:
        return None
    if part.aggregate == "count":
        return count_of(parse, parse.subject) if parse.subject else None
    ref = stored_count(parse, part.name) or _number(parse, part.name)
    return Field(ref, part.aggregate) if ref else None


def _number(parse: Parse, name: Item) -> Ref | None:
    if name.table and not (name.columns and name.columns[0].score >= name.table.score):
        return None
    ref = parse.column_of(name, "number", parse.subject)
    return ref if ref and parse.column(ref).role is not Role.KEY else None


def _take(parse: Parse, chain: list[_Part], fields: list[Field]) -> None:
    for part, field in zip(chain, fields, strict=True):
        part.cue.role = "measure"
        if part.name is not None:
            part.name.role = "measure"
            for other in parse.before(part.name, 3):
                if other.is_cue("count") and not other.role:
                    other.role = "measure"
        parse.outputs.append(Output(part.cue.start, field))
