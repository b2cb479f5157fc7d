"""People: which tables hold them, and whom a question that opens with "who" asks for."""

from __future__ import annotations

from core.models import Kind
from core.nl2sql.builtin.index import Index
from core.nl2sql.builtin.parse import Parse
from core.nl2sql.builtin.query import Ref

_PEOPLE = {
    "actor", "agent", "artist", "athlete", "author", "boss", "candidate", "captain", "chief", "client", "coach", "customer",
    "director", "doctor", "driver", "editor", "employee", "engineer", "faculty", "follower", "friend", "guest", "head",
    "host", "instructor", "journalist", "judge", "lawyer", "leader", "manager", "member", "musician", "nurse", "officer",
    "owner", "participant", "passenger", "patient", "people", "performer", "person", "photographer", "physician", "pilot",
    "player", "politician", "president", "professor", "reporter", "representative", "scientist", "secretary", "seller",
    "singer", "staff", "student", "supervisor", "swimmer", "teacher", "trainer", "user", "volunteer", "winner", "worker",
    "writer",
}  # fmt: skip
_TRAITS = frozenset({"age", "gender", "sex", "nationality", "birthday", "hometown"})


def holds_people(table: str, index: Index) -> bool:
    """Whether the rows of a table are people: by what it is called, or by a first name or another trait of people."""
    if set(index.names.tables[table]) & _PEOPLE:
        return True
    said = [set(index.names.columns[table, column.name]) for column in index.table(table).columns]
    return any(words >= {"first", "name"} or words & (_TRAITS | {"forename", "surname"}) for words in said)


def of_person(words: set[str]) -> bool:
    """Whether a column's name speaks of a person ("manager_name")."""
    return bool(words & _PEOPLE)


def whom(parse: Parse) -> None:
    """ "Who rented the most films", "who flew the freighter": people, so a table of people next to what is said is meant."""
    if not parse.items or parse.items[0].lower != "who" or not parse.subject or holds_people(parse.subject, parse.index):
        return
    if any(_of_people(parse, Ref(link.table, link.column)) for item in parse.items for link in item.columns[:1]):
        return
    near = [table.name for table in parse.index.catalog.tables if _named_people(parse, table.name)]
    distances = {table: parse.index.graph.distance(parse.subject, table) for table in near}
    closest = [table for table, far in distances.items() if far <= min(distances.values()) + _CLOSE and far < _FAR]
    parse.subject = max(closest, key=lambda table: parse.index.table(table).row_count or 0, default=parse.subject)


_CLOSE, _FAR = 0.1, 3.0


def _of_people(parse: Parse, ref: Ref) -> bool:
    """A text of what is asked about, such as the director of a film, which may be whom is asked for."""
    keyed = any(ref.column in key.columns for key in parse.index.table(ref.table).foreign_keys)
    return ref.table == parse.subject and parse.column(ref).kind is Kind.TEXT and not keyed


def _named_people(parse: Parse, table: str) -> bool:
    held = parse.index.table(table)
    return holds_people(table, parse.index) and not held.is_view and not set(parse.label_names(table)) <= set(held.primary_key)
