"""Within: rankings inside groups ("the top 3 products per category by revenue", "the best selling product in each region").

The words of the group are taken out of the way early, so that the rest reads as the ordinary ranking it is.
"""

from __future__ import annotations

from collections.abc import Iterator

from core.models import Role
from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.linking.text import lemma
from core.nl2sql.builtin.reading.grouping import fields_of, grain_field
from core.nl2sql.builtin.reading.money import money
from core.nl2sql.builtin.reading.parse import Output, Parse

_ROLE = "within"
_FILLING = {"the", "a", "of", "our"}
_COUNTING = {"most", "the most", "fewest", "least", "more"}


def claim(parse: Parse) -> None:
    """Marks the cue and the names of a group where something else than the group is ranked in it."""
    for cue in parse.items:
        if cue.role or not cue.is_cue("group", "group"):
            continue
        group = list(_group(parse, cue))
        if group and _cut(parse, cue):
            parse.doubts += ["nothing is said to be ranked"] * 4
        elif group and _ranked(parse, cue, group):
            for item in (cue, *group):
                item.role = _ROLE


def resolve(parse: Parse) -> None:
    """The groups, once the ranking is read; where there is none after all they are groups like any other."""
    ranks = parse.limit is not None and bool(parse.order)
    for item in parse.items:
        if item.role != _ROLE or item.kind not in ("name", "grain"):
            continue
        found = [field] if item.kind == "grain" and (field := grain_field(parse, item.grain)) else []
        fields = found if item.kind == "grain" else fields_of(parse, item)
        table = item.table if item.kind == "name" and not _is_column(item) else None
        outputs = [Output(item.start, field, table.table if table else "") for field in fields]
        (parse.within if ranks else parse.groups).extend(outputs)


def _group(parse: Parse, cue: Item) -> Iterator[Item]:
    open_ = True
    for other in parse.after(cue, 6):
        if other.kind in ("name", "grain") and not other.role and open_:
            yield other
            open_ = False
        elif other.lower == "and":
            open_ = True
        elif other.lower not in _FILLING or not open_:
            return


def _cut(parse: Parse, cue: Item) -> bool:
    """ "Top 3 per category by revenue": the first three of what?"""
    before = parse.before(cue, 2)
    return len(before) == 2 and before[0].number is not None and before[1].is_cue("superlative")


def _ranked(parse: Parse, cue: Item, group: list[Item]) -> bool:
    """Whether rows of something else are ranked: "top 3 products", "the cheapest product", "which customer spent the most"."""
    if parse.items[0].lower == "how":
        return False  # "how old is the youngest …" asks for the number
    for mark in parse.items:
        if mark.role or mark is cue or not mark.is_cue("superlative"):
            continue
        follow = _following(parse, mark, cue)
        if follow is not None and _names_rows(parse, follow) and mark.lower not in _COUNTING and "of" not in mark.lower.split():
            return _other(parse, follow, group)
        said = (o for o in parse.items if o.start < mark.start and o.kind == "name" and o not in group)
        before = next((o for o in said if _names_rows(parse, o)), None)
        return before is not None and _other(parse, before, group) and _asked(parse, before)
    return False


def _following(parse: Parse, mark: Item, cue: Item) -> Item | None:
    """The first name after a superlative, before the words of the group."""
    for other in parse.after(mark, 4):
        if other is cue or other.kind == "mark":
            return None
        if other.kind == "name":
            return other
    return None


def _names_rows(parse: Parse, item: Item) -> bool:
    """A table, or a column that tells rows apart; a number is what is ranked by."""
    if money(parse, item) is not None:
        return False
    if not _is_column(item):
        return True
    ref = parse.column_of(item, prefer=parse.subject)
    return ref is not None and parse.column(ref).role is not Role.MEASURE and not parse.column(ref).kind.numeric


def _is_column(item: Item) -> bool:
    return item.table is None or bool(item.columns and item.columns[0].score > item.table.score)


def _other(parse: Parse, ranked: Item, group: list[Item]) -> bool:
    """What is ranked is none of the groups, and belongs to them."""
    if ranked in group:
        return False
    said = {lemma(item.lower) for item in group}
    tables = {item.table.table for item in group if item.kind == "name" and not _is_column(item) and item.table}
    own = ranked.table.table if ranked.table and not _is_column(ranked) else ""
    return lemma(ranked.lower) not in said and (not own or own not in tables)


def _asked(parse: Parse, item: Item) -> bool:
    """ "Which customer", "the customer with": what a question opens with, not something listed beside an extreme."""
    before = [other.lower for other in parse.items if other.start < item.start]
    after = next((other.lower for other in parse.after(item, 1)), "")
    return before[:1] in (["which"], ["who"]) or (
        after in ("with", "who", "that", "has", "have", "having") and "and" not in before
    )
