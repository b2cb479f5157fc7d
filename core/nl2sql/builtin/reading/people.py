"""People: which tables hold them, and whom a question that opens with "who" asks for."""

from __future__ import annotations

from collections.abc import Sequence

from core.models import Kind
from core.nl2sql.builtin.linking.index import Index
from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.linking.text import lemma
from core.nl2sql.builtin.query.query import Ref
from core.nl2sql.builtin.reading.parse import Parse

_PEOPLE = {
    "actor", "agent", "artist", "athlete", "author", "boss", "candidate", "captain", "chief", "client", "coach", "customer",
    "director", "doctor", "driver", "editor", "employee", "engineer", "faculty", "follower", "friend", "guest", "head",
    "host", "instructor", "journalist", "judge", "lawyer", "leader", "manager", "member", "musician", "nurse", "officer",
    "owner", "participant", "passenger", "patient", "people", "performer", "person", "photographer", "physician", "pilot",
    "player", "politician", "president", "professor", "reporter", "representative", "scientist", "secretary", "seller",
    "singer", "staff", "student", "supervisor", "swimmer", "teacher", "trainer", "user", "volunteer", "winner", "worker",
    "writer",
}  # fmt: skip
_SAYS_LITTLE = frozenset({"info", "information", "detail", "data", "record", "list", "table", "profile", "master"})
_TRAITS = frozenset({"age", "gender", "sex", "nationality", "birthday", "hometown"})


def holds_people(table: str, index: Index) -> bool:
    """Whether the rows of a table are people: by what it is called, or by a first name or another trait of people."""
    if _named_after(index.names.tables[table]) & _PEOPLE:
        return True
    said = [set(index.names.columns[table, column.name]) for column in index.table(table).columns]
    return any(words >= {"first", "name"} or words & (_TRAITS | {"forename", "surname"}) for words in said)


def _named_after(said: Sequence[str]) -> set[str]:
    """What a table is a table of: customer orders are orders, and the details of staff are staff."""
    told = [word for word in said if word not in _SAYS_LITTLE]
    return {told[-1]} if told else set()


def whom(parse: Parse) -> None:
    """ "Who rented the most films", "who flew the freighter": people, so a table of people next to what is said is meant."""
    if not parse.items or parse.items[0].lower != "who":
        return
    parse.subject = parse.subject or _told_by_trait(parse)
    if not parse.subject or holds_people(parse.subject, parse.index):
        return
    if any(_of_people(parse, Ref(link.table, link.column)) for item in parse.items for link in item.columns[:1]):
        return
    parse.subject = people_near(parse.subject, parse) or parse.subject


def _told_by_trait(parse: Parse) -> str:
    """ "Who is taller than 1.80?": the one table of people that have what an adjective speaks of."""
    said = [item.lower.removeprefix("the ") for item in parse.items if item.is_cue("compare") or item.is_cue("superlative")]
    said = [phrase for phrase in said if phrase in parse.index.lexicon.implied]
    people = [held.name for held in parse.index.catalog.tables if said and _named_people(parse, held.name)]
    found = [table for table in people if any(parse.implied(phrase, table) for phrase in said)]
    return found[0] if len(found) == 1 else ""


_CLOSE, _FAR, _FAR_DOING = 0.1, 3.0, 6.0


def people_near(table: str, parse: Parse) -> str:
    """The people a row of a table has to do with: the rows themselves where they are people, else the closest that have names.

    What they do speaks for some of them (who handled an order, who placed it); where nothing does, the most numerous are taken.
    """
    if holds_people(table, parse.index):
        return table
    near = [held.name for held in parse.index.catalog.tables if _named_people(parse, held.name)]
    distances = {other: parse.index.graph.distance(table, other) for other in near}
    doing = [other for other in near if _does(other, parse) and distances[other] < _FAR_DOING]
    reach = min((distances[other] for other in doing or near), default=_FAR)
    closest = [other for other in doing or near if distances[other] <= reach + _CLOSE and (doing or distances[other] < _FAR)]
    if len(closest) > 1:
        parse.doubts.append("several kinds of people")
    return max(closest, key=lambda other: parse.index.table(other).row_count or 0, default="")


def _does(table: str, parse: Parse) -> bool:
    """Whether what is said is what such people do."""
    return any(_done_by(item, table, parse) for item in parse.items)


def _done_by(item: Item, table: str, parse: Parse) -> bool:
    return bool(parse.index.lexicon.people.get(lemma(item.lower), frozenset()) & set(parse.index.names.tables[table]))


def _of_people(parse: Parse, ref: Ref) -> bool:
    """A text of what is asked about, such as the director of a film, which may be whom is asked for."""
    keyed = any(ref.column in key.columns for key in parse.index.table(ref.table).foreign_keys)
    dated = "date" in parse.index.names.columns[ref.table, ref.column]
    return ref.table == parse.subject and parse.column(ref).kind is Kind.TEXT and not keyed and not dated


def _named_people(parse: Parse, table: str) -> bool:
    held = parse.index.table(table)
    return holds_people(table, parse.index) and not held.is_view and not set(parse.label_names(table)) <= set(held.primary_key)


def people_meant(rows: str, parse: Parse) -> str:
    """The people that are named, else those the rows have to do with."""
    named = [item.table.table for item in parse.items if item.kind == "name" and item.table]
    met = [table for table in named if holds_people(table, parse.index) and parse.index.graph.path((rows,), table) is not None]
    found = met[0] if met else people_near(rows, parse)
    for item in parse.items:
        if item.kind == "word" and found and _done_by(item, found, parse):
            item.role = item.role or "target"
    return found
