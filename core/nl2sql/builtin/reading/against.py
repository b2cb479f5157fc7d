"""Against: comparisons with another value of the data: an average, an extreme, that of other rows or of one row by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from core.models import Role
from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.linking.numerals import numberlike
from core.nl2sql.builtin.query.query import Compare, Field, Query, Ref
from core.nl2sql.builtin.reading.comparing import implied_column, operator
from core.nl2sql.builtin.reading.negation import negated
from core.nl2sql.builtin.reading.parse import Clause, Parse

Reader = Callable[[Parse, Sequence[Item], str], Clause]
"""Reads the conditions of a stretch of the question."""

_MORE = {"higher", "greater", "larger", "bigger", "more", "longer", "later", "older", "taller", "heavier", "better"}
_LESS = {"lower", "smaller", "less", "fewer", "shorter", "earlier", "younger", "lighter", "cheaper", "worse"}
_FILLERS = {"the", "that", "those", "of", "a", "an", "overall", "in", "for", "one", "is", "its", "their", "was", "were", "with"}
_ALL = {"all", "every", "each", "any"}
_SOME = {"some", "someone"}
_SCOPES = {"of", "for", "in", "among", "across", "from", "with", "by", "at", "whose", "who", "that", "which"}


@dataclass
class Reference:
    """What stands behind "than": how the values of its rows become one, and the words that say which rows."""

    aggregate: str = ""
    used: list[Item] = field(default_factory=list)
    named: list[Item] = field(default_factory=list)
    """Names of the column that is compared."""
    rest: list[Item] = field(default_factory=list)


def against(parse: Parse, read: Reader, clause_after: Callable[[Parse, Item], list[Item]]) -> None:
    for cue in parse.items:
        if cue.role or (op := _operator(parse, cue)) is None:
            continue
        between, behind = _than(parse, cue, clause_after(parse, cue)[1:])
        reference = _reference(behind, op) if behind else None
        if reference is not None:
            _compare(parse, cue, op, [*between, *reference.named], reference, read)


def _operator(parse: Parse, cue: Item) -> str | None:
    if cue.lower == "over" and any(other.lower in _ALL for other in parse.after(cue, 1)):
        return None  # "the average over all events" is that of all of them
    if cue.is_cue("compare", ">", "<", ">=", "<=") and cue.cue is not None:
        return cue.cue.value
    if cue.lower in _MORE | _LESS and any(other.lower == "than" for other in parse.after(cue, 4)):
        return ">" if cue.lower in _MORE else "<"
    if cue.lower in ("after", "before") and any(o.is_cue("superlative") or o.lower in _ALL for o in parse.after(cue, 2)):
        return ">" if cue.lower == "after" else "<"
    return None


def _than(parse: Parse, cue: Item, follow: list[Item]) -> tuple[list[Item], list[Item]]:
    """What stands between the comparative and its "than" ("a larger budget than …"), and what stands behind."""
    at = next((at for at, item in enumerate(follow[:4]) if item.lower == "than"), None)
    if at is not None and all(item.kind in ("name", "stop", "word") for item in follow[:at]):
        return [item for item in follow[:at] if item.kind == "name"], follow[at + 1 :]
    return [], follow


def _reference(items: list[Item], op: str) -> Reference | None:
    """Reads the head of what is compared with; None where it is a plain number or nothing known."""
    found = Reference()
    some = {">": "min", ">=": "min", "<": "max", "<=": "max"}[op]
    for at, item in enumerate(items):
        found.rest = items[at + 1 :]
        if item.is_cue("aggregate", "avg", "max", "min") and item.cue is not None and not item.role:
            found.aggregate = item.cue.value
        elif item.is_cue("superlative") and item.cue is not None and not item.role:
            found.aggregate = "max" if item.cue.value == "desc" else "min"
        elif item.lower in _ALL:
            found.aggregate = "max" if some == "min" else "min"
        elif item.lower in _SOME or (item.lower == "at least" and items[at + 1 : at + 2] and items[at + 1].lower == "one"):
            found.aggregate = some
            if item.lower == "at least":
                found.used.append(items[at + 1])
                found.rest = items[at + 2 :]
        elif item.lower in _FILLERS or (item.kind == "mark" and item.text == "("):
            found.used += [item] if item.cue is not None else []  # "the overall average"
            continue
        elif item.kind == "name" and not found.named and items[at + 1 : at + 2] and items[at + 1].lower in ("of", "for"):
            found.named.append(item)
            continue
        elif item.kind in ("name", "value") and not item.role:
            found.rest = items[at:]
            return found
        else:
            return None
        found.used.append(item)
        return found
    return None


def _compare(parse: Parse, cue: Item, op: str, named: list[Item], reference: Reference, read: Reader) -> None:
    tail = reference.rest
    if reference.aggregate:
        named = [*named, *_named_behind(parse, tail)]
    ref, said = _column(parse, cue, named, reference.used)
    if ref is None:
        return
    scope = _scope(tail, said)
    roles = [(item, item.role) for item in [cue, *reference.used, *scope, *([said] if said else [])]]
    for item in [cue, *reference.used, *([said] if said else [])]:
        item.role = "condition"
    clause = read(parse, scope, ref.table) if scope else Clause()
    if not reference.aggregate and not clause.where:
        for item, role in roles:
            item.role = role
        return
    for item in [*named, *scope, *_same_before(parse, cue, ref)]:
        if item.kind == "name" and not item.role:
            item.role = "condition"
    inner = Query(ref.table, (Field(ref, reference.aggregate),), where=clause.where)
    op = operator(parse, cue, Field(ref)) if cue.cue is not None else op
    parse.where.append(Compare(Field(ref), op, query=inner, negated=negated(parse, cue)))


def _same_before(parse: Parse, cue: Item, ref: Ref) -> list[Item]:
    """ "A price above the average price": the column said before the comparative too."""
    links = [(other, link) for other in parse.before(cue, 4) if other.kind == "name" for link in other.columns]
    return [other for other, link in links if (link.table, link.column) == (ref.table, ref.column)]


def _named_behind(parse: Parse, tail: Sequence[Item]) -> list[Item]:
    """ "The average price of …": the names right behind the aggregate."""
    found: list[Item] = []
    for item in tail:
        if item.kind == "name" and not item.role:
            found.append(item)
        elif found or item.lower not in _FILLERS - {"in", "with"}:
            break
    return found


def _column(parse: Parse, cue: Item, named: Sequence[Item], used: Sequence[Item]) -> tuple[Ref | None, Item | None]:
    """The column compared: named on either side, else what the comparative implies."""
    for item in named:
        if ref := _number(parse, item):
            return ref, item
    for other in parse.before(cue, 7):
        if other.kind in ("value", "number", "mark") or (other.kind == "cue" and not other.is_cue("not")):
            break
        if other.kind == "name" and not other.role and (ref := _number(parse, other)):
            return ref, other
    for table in dict.fromkeys([parse.subject, *parse.tables_said()]):
        for phrase in [cue.lower, *(item.lower for item in used)]:
            if table and (found := parse.implied(phrase.removeprefix("the "), table)):
                return found[0], None
    return (implied, None) if (implied := implied_column(parse, cue)) else (None, None)


def _number(parse: Parse, item: Item) -> Ref | None:
    if item.table and not (item.columns and item.columns[0].score >= item.table.score):
        return None
    ref = parse.column_of(item, "number", parse.subject) or parse.column_of(item, "time", parse.subject)
    if ref is None or parse.column(ref).role is Role.KEY:
        return None
    column = parse.column(ref)
    return ref if numberlike(column) or column.kind.temporal else None


def _scope(tail: Sequence[Item], said: Item | None) -> list[Item]:
    """The words that say which rows the other value is of, opened by a preposition or a name."""
    rest = list(tail[tail.index(said) + 1 :]) if said in tail else list(tail)
    rest = [*(item for item in tail[: len(tail) - len(rest)] if item.kind == "value"), *rest]
    opened = rest and (rest[0].lower in _SCOPES or rest[0].kind in ("name", "value"))
    return rest if opened else []
