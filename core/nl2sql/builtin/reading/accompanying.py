"""Accompanying: "orders with customer name, date and price", "ratings: movie, stars": a list that closes a question is shown."""

from __future__ import annotations

from collections.abc import Sequence

from core.models import Kind
from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.linking.linking import link
from core.nl2sql.builtin.query.query import Field, Ref
from core.nl2sql.builtin.reading.flags import yes_cell
from core.nl2sql.builtin.reading.labelling import goes_by_name, names_subject
from core.nl2sql.builtin.reading.parse import Output, Parse

_JOINING = (",", "and", "&", "+", "as well as")
_SAID_WITH = {"the", "their", "its", "a", "an", "each", "please", "of", "'s", "’s", "also", "?", "."}
_DATES = {"date", "dates", "day", "days", "time"}
_YEARS = {"year", "years"}
_FITS = 0.55
_WHOLE = 0.95


def accompanied(parse: Parse) -> None:
    """Every part of the list must name something that a row has one of; otherwise "with" says which rows are meant."""
    openers = [
        item for item in parse.items[1:] if item.lower in ("with", ":") or _asks_anew(parse, item) or _behind_cell(parse, item)
    ]
    opener = openers[-1] if openers and not openers[-1].role else None
    if opener is None or not parse.subject or _measures(parse, opener):
        return
    parts = _parts(parse, opener)
    found = [_fields(parse, part, parts[at + 1 : at + 2]) for at, part in enumerate(parts)]
    if len(parts) < 2 or not all(found) or _all_flags(parse, found):
        return
    for part, fields in zip(parts, found, strict=True):
        parse.outputs.extend(Output(part[0].start, field) for field in fields)
        for item in part:
            item.role = "target"
    if opener.lower != ":" and not _columns_before(parse, opener):
        _led_by_names(parse, found)


def _asks_anew(parse: Parse, item: Item) -> bool:
    """ "Which flights leave from Oslo? Show number and price", "flights from Oslo. I need number and price"."""
    before = [other.text.lower() for other in parse.before(item, 2)]
    if item.lower in ("need", "want"):
        return before in (["i", "?"], ["i", "."])
    return item.lower in ("show", "list", "give") and before[:1] in (["?"], ["."])


def _behind_cell(parse: Parse, item: Item) -> bool:
    """ "Flights from Oslo, number and price"."""
    before = next(iter(parse.before(item, 1)), None)
    return item.lower == "," and before is not None and before.kind == "value"


def _measures(parse: Parse, opener: Item) -> bool:
    return any(other.is_cue("count") or other.is_cue("aggregate") or other.is_cue("group") for other in parse.before(opener, 99))


def _parts(parse: Parse, opener: Item) -> list[list[Item]]:
    """The members of the list, up to a word of order."""
    parts: list[list[Item]] = [[]]
    for item in parse.after(opener, 99):
        if item.is_cue("order"):
            break
        if item.lower in _JOINING:
            parts.append([])
        elif item.lower not in _SAID_WITH:
            parts[-1].append(item)
    return [part for part in parts if part]


def _fields(parse: Parse, part: Sequence[Item], following: Sequence[Sequence[Item]]) -> list[Field]:
    """What one member shows; nothing where it names nothing a row has one of."""
    if all(item.kind in ("name", "grain") or item.owner for item in part):
        return _named(parse, part)
    extreme = len(part) == 1 and (part[0].is_cue("aggregate") or part[0].is_cue("superlative"))
    if extreme and following:  # "minimum and maximum salary"
        whole = link(f"{part[0].text} {following[0][-1].text.split()[-1]}", parse.index, parse.today)
        return _named(parse, whole) if len(whole) == 1 and whole[0].kind == "name" else []
    return []


def _named(parse: Parse, part: Sequence[Item]) -> list[Field]:
    last = part[-1]
    if all(item.kind == "grain" for item in part):
        return _moment(parse, last) if len(part) == 1 else []
    dated = any(item.kind == "grain" for item in part)
    if dated:
        return _dated(parse, part)
    owners = {item.table.table for item in part[:-1] if item.table}
    if len(part) > 2 or (len(part) == 2 and not owners):
        return []
    if last.owner:
        return _of_one(parse, last.owner)
    if owners:
        ref = next((Ref(found.table, found.column) for found in last.columns if found.table in owners), None)
        return [Field(ref)] if ref and _has_one(parse, ref.table) else []
    return _alone(parse, last)


def _alone(parse: Parse, item: Item) -> list[Field]:
    own = [found for found in item.columns if found.table == parse.subject and not _leads_on(parse, found.table, found.column)]
    if own and own[0].score >= (_WHOLE if item.table else _FITS):
        return [Field(Ref(own[0].table, own[0].column))]
    if item.table:
        return _of_one(parse, item.table.table) if item.table.table != parse.subject else []
    ref = parse.column_of(item, prefer=parse.subject)
    if ref and names_subject(parse, item, ref):
        return parse.label(parse.subject)
    return [Field(ref)] if ref and _has_one(parse, ref.table) and not _leads_back(parse, ref) else []


def _of_one(parse: Parse, table: str) -> list[Field]:
    return parse.label(table) if _has_one(parse, table) else []


def _moment(parse: Parse, item: Item) -> list[Field]:
    first, second = parse.date_of(parse.subject), parse.year_of(parse.subject)
    ref = second or first if item.lower in _YEARS else first if item.lower in _DATES else None
    return [Field(ref)] if ref else []


def _dated(parse: Parse, part: Sequence[Item]) -> list[Field]:
    """ "The date placed": the time among the columns that the other word names."""
    refs = [Ref(found.table, found.column) for item in part for found in item.columns if found.table == parse.subject]
    ref = next((ref for ref in refs if parse.column(ref).kind.temporal), None)
    return [Field(ref)] if ref else []


def _has_one(parse: Parse, table: str) -> bool:
    """Whether each row asked about has at most one row of a table."""
    path = parse.index.graph.path((parse.subject,), table)
    return path is not None and not any(edge.many for edge in path)


def _leads_on(parse: Parse, table: str, column: str) -> bool:
    return any(column in key.columns for key in parse.index.table(table).foreign_keys)


def _leads_back(parse: Parse, ref: Ref) -> bool:
    return any(key.columns == (ref.column,) and key.ref_table == ref.table for key in parse.index.table(ref.table).foreign_keys)


def _all_flags(parse: Parse, found: Sequence[Sequence[Field]]) -> bool:
    """ "Rooms with bath and balcony": columns of yes and no tell which rows are meant."""
    return all(isinstance(f.expr, Ref) and yes_cell(parse, f.expr) is not None for fields in found for f in fields)


def _columns_before(parse: Parse, opener: Item) -> bool:
    """ "Election dates with votes": something is asked for by name before."""
    before = parse.before(opener, 99)
    return any(item.kind == "name" and not item.table and not parse.in_condition(item) for item in before)


def _led_by_names(parse: Parse, found: Sequence[Sequence[Field]]) -> None:
    """The rows go by their names, or by their number where nothing that is shown tells them."""
    names, shown = parse.label(parse.subject), [field for fields in found for field in fields]
    if set(names) & set(shown):
        return
    own = [f.expr for f in shown if isinstance(f.expr, Ref) and f.expr.table == parse.subject]
    told = any(parse.column(ref).kind is Kind.TEXT for ref in own)
    if goes_by_name(parse.subject, parse) or (names == parse.key(parse.subject) and not told):
        parse.outputs.extend(Output(0, field, parse.subject) for field in names)
