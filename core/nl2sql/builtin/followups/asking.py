"""Asking: the columns a follow-up asks for by a word of asking ("where?", "how old?"), a word for a time, or a name left over."""

from __future__ import annotations

import re

from core.nl2sql.builtin.followups.change import Change
from core.nl2sql.builtin.linking.index import Link
from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.linking.text import stem
from core.nl2sql.builtin.query.query import Field, Query, Ref, refs, tables_of
from core.nl2sql.builtin.reading.parse import Parse
from core.nl2sql.builtin.reading.people import holds_people, people_meant
from core.nl2sql.builtin.reading.years import holds_years

_PLACES = (
    "location", "city", "country", "hometown", "residence", "nationality", "state", "address", "region", "place", "venue",
    "headquarters", "destination",
)  # fmt: skip
_DOINGS = ("occupation", "job", "profession", "position", "role")
_DO = re.compile(r"\bwhat do(es)? (they|he|she|it|(those|these|that) [a-z]+) do\b( for a living)?")
_MAKERS = ("manufacturer", "maker", "producer", "brand", "developer", "company")
_MAKES = re.compile(r"^(and |so )?who (makes?|made|produces?|produced|manufactures?|manufactured|builds?|built|develop(s|ed)?)\b")
_OF_TIME = re.compile(r"^(and )?(since|until|from|in|on|at|as of) (what|which) (\w+)\W*$")
_WORDS = re.compile(
    r"(^(and |also |plus )?|\b(and|also|add|with|show|plus|,) )(?:since |until |from )?"
    r"(where|when|how (?!many\b|much\b|about\b)(\w+))\b"
    r"|\bhow much (?:are|is|were|was|do|does|did) (they|it|those|these)( cost)?\b"
)
_ASKS = re.compile(r" (is|are|was|were|do|does|did|has|have|had|they|it|he|she|each)\b")
_WHO = re.compile(r"^(and |but |so )?(who|whose)\b(?! else)")
_TIMES = {"year", "years", "date", "dates", "day", "days", "time"}
_LED_IN = {"the", "with", "and", "their", "its", "add", "show", "also", ","}
_OF_ROWS = re.compile(r"\b(do|does|did|have|has|had) (they|it|he|she|each)\b|\beach of (them|those|these)\b")
_SHOWN_AS_SAID = 0.55
"""A name left over that fits a column this well is one to show."""
_SUPERLATIVE = {
    "old": "oldest", "long": "longest", "tall": "tallest", "heavy": "heaviest", "expensive": "most expensive", "fast": "fastest",
    "deep": "deepest", "wide": "widest", "rich": "richest", "populous": "most populous", "new": "newest", "recent": "most recent",
    "short": "shortest", "cheap": "cheapest", "big": "largest", "large": "largest",
}  # fmt: skip


def asked_columns(query: Query, change: Change) -> list[Field]:
    """ "Where are they from?", "and when?", "how old are they?", "with the year", "how much do they cost?"."""
    parse = change.parse
    if parse.ranked or any(item.is_cue("count") for item in parse.items):
        return []
    found = [*_by_word(query, change), *_by_doing(query, change), *_by_time(query, change), *_left_over(query, change)]
    return list(dict.fromkeys(found))


def asked_people(query: Query, change: Change, named: list[Field]) -> list[Field]:
    """ "Who placed them?", "whose were those?": the people that rows have to do with, and what else of them is `named`."""
    parse = change.parse
    asks_more = parse.ranked or parse.limit or parse.groups or parse.having or any(i.is_cue("count") for i in parse.items)
    if not _WHO.match(change.text) or asks_more:
        return []
    places = {ref.table for f in named for ref in refs(f.expr)}
    if named:
        others = places and query.subject not in places and all(holds_people(place, change.index) for place in places)
        return named if others else []
    if holds_people(query.subject, change.index):
        return []
    table = people_meant(query.subject, parse)
    shown = parse.label(table) if table else []
    for item in parse.items if shown else ():
        item.role = item.role or ("target" if item.kind == "name" and item.table and item.table.table == table else "")
    return [] if set(shown) <= set(query.select) else shown


def held(query: Query, parse: Parse) -> None:
    """ "Their profits and sales", "how many hosts did they have": numbers the listed rows hold, shown rather than added up."""
    text = " ".join(item.lower for item in parse.items)
    each = re.search(r"\beach\b", text)
    summed = any(item.is_cue("aggregate") or (item.lower == "much" and not each) for item in parse.items)
    if query.measures or summed or parse.groups:
        return
    for output in parse.outputs:
        field = output.field
        spoken = any(item.start == output.at and item.is_cue("count") for item in parse.items)
        told = not spoken or _OF_ROWS.search(text)
        if told and field.aggregate == "sum" and isinstance(field.expr, Ref) and field.expr.table in tables_of(query):
            output.field = Field(field.expr)
            for item in parse.items:
                item.cue = None if spoken and item.start == output.at else item.cue
    parse.outputs.sort(key=lambda output: output.at)


def _by_word(query: Query, change: Change) -> list[Field]:
    """What the word of asking names."""
    found: list[Field] = []
    for match in _WORDS.finditer(change.text):
        if change.parse.where and not (match[5] or _ASKS.match(change.text[match.end() :])):
            continue  # "where the price is 5" narrows
        word, adjective = match[4] or "how", match[5] or ("expensive" if match[6] else "")
        field = _place(query, change) if word == "where" else _moment(query, change, match.end()) if word == "when" else None
        field = field or _quality(query, change, adjective)
        if field is not None:
            found.append(field)
            _not_elsewhere(query, f"how {adjective}", field, change)
            _take(change, adjective if word not in ("where", "when") else "")
    return found


def _by_doing(query: Query, change: Change) -> list[Field]:
    """ "What do they do?": the occupation of people; "who makes them?": the maker of things."""
    named = _DOINGS if _DO.search(change.text) else _MAKERS if _MAKES.match(change.text) else ()
    said = change.index.names.columns
    found = [
        Ref(table, column.name)
        for word in named
        for table in _tables(query)
        for column in change.index.table(table).columns
        if word in said[table, column.name]
    ]
    return [Field(found[0])] if found else []


def _not_elsewhere(query: Query, phrase: str, field: Field, change: Change) -> None:
    """What the rows tell themselves is not asked of those of a table that is named by the same words."""
    said = {item.start for item in change.parse.items if item.lower == phrase}
    own = all(ref.table in tables_of(query) for ref in refs(field.expr))
    change.parse.outputs = [o for o in change.parse.outputs if not (own and o.at in said and o.field != field)]


def _take(change: Change, adjective: str) -> None:
    """The words around a word of asking ("located", "placed") say nothing more than it does."""
    for item in change.parse.items:
        plain = item.kind in ("word", "name") and not item.role and re.search(r"(ed|en|ing)$", item.lower)
        led = not adjective and (plain or item.kind == "word")
        if led or item.lower in (adjective, f"how {adjective}") or item.is_cue("compare", "="):
            item.role = item.role or "target"


def _place(query: Query, change: Change) -> Field | None:
    said = change.index.names.columns
    for table in _tables(query):
        found = (c.name for w in _PLACES for c in change.index.table(table).columns if w in said[table, c.name])
        if name := next(found, ""):
            return Field(Ref(table, name))
    return None


def _moment(query: Query, change: Change, at: int) -> Field | None:
    """The time that is called as what is said to have been done ("when did they register?"), else that of the rows."""
    said = {stem(word) for word in change.text[at:].split() if len(word) > 3}
    names, places = change.index.names.columns, [*_tables(query), *sorted(tables_of(query))]
    shown = [ref for output in change.parse.outputs for ref in refs(output.field.expr)]
    said -= {stem(word) for ref in shown for word in names[ref.table, ref.column]}
    for ref in dict.fromkeys(Ref(table, column.name) for table in places for column in change.index.table(table).columns):
        timed = change.parse.column(ref).kind.temporal or holds_years(change.parse, ref)
        if timed and said & {stem(word) for word in names[ref.table, ref.column]}:
            return Field(ref)
    when = change.parse.date_of(query.subject) or change.parse.year_of(query.subject)
    return Field(when) if when else None


def _quality(query: Query, change: Change, adjective: str) -> Field | None:
    word = _SUPERLATIVE.get(adjective, "")
    implied = change.parse.implied(word, query.subject) if word in change.index.lexicon.implied else None
    return Field(implied[0]) if implied else None


def _tables(query: Query) -> list[str]:
    """Those of the rows first, then those shown, then those joined."""
    shown = [ref.table for f in query.select for ref in refs(f.expr)]
    return list(dict.fromkeys((query.subject, *shown, *query.tables)))


def _by_time(query: Query, change: Change) -> list[Field]:
    """ "With the year", "and the dates please": the time of the rows, first the one they are sorted by."""
    parse = change.parse
    found: list[Field] = []
    for item in parse.items if not parse.groups else ():
        before = next(iter(parse.before(item, 1)), None)
        led = before is not None and (before.lower in _LED_IN or _OF_TIME.match(change.text))
        if item.kind != "grain" or item.role or item.lower not in _TIMES or not led:
            continue
        ref = _time(query, change, yearly=item.lower.startswith("year"))
        if ref is not None:
            item.role = "target"
            found.append(Field(ref))
    return found


def _time(query: Query, change: Change, *, yearly: bool) -> Ref | None:
    parse = change.parse
    ordered = [o.field.expr for o in (*query.order, *parse.order) if isinstance(o.field.expr, Ref)]
    for ref in ordered:
        if parse.column(ref).kind.temporal or ref in (parse.year_of(ref.table), parse.date_of(ref.table)):
            return ref
    for table in _tables(query):
        first, second = (parse.year_of, parse.date_of) if yearly else (parse.date_of, parse.year_of)
        if found := first(table) or (second(table) if not yearly else None):
            return found
    return None


def _left_over(query: Query, change: Change) -> list[Field]:
    """ "Cheapest first, with cost", "at what time?": a name of a column of the rows that nothing else took."""
    parse = change.parse
    tables = tables_of(query) | set(query.tables)
    found: list[Field] = []
    for item in parse.items if not parse.where else ():
        link = _column(item, tables) if item.kind == "name" and not item.role else None
        if link is not None:
            item.role = "target"
            found.append(Field(Ref(link.table, link.column)))
    return found


def _column(item: Item, tables: set[str] | frozenset[str]) -> Link | None:
    fits = [link for link in item.columns if link.table in tables and link.score >= _SHOWN_AS_SAID]
    return max(fits, key=lambda link: link.score, default=None)
