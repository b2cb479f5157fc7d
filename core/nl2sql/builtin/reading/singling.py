"""Singling: a row of another table told by an extreme ("students in the dorm with the largest capacity")."""

from __future__ import annotations

from core.models import Role
from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.query.query import Compare, Field, Order, Query, Ref
from core.nl2sql.builtin.reading.counting import count_of
from core.nl2sql.builtin.reading.parse import Parse

_BETWEEN = {"with", "that", "which", "who", "has", "have", "having", "had", "the", "of", "whose", "is", "are"}
_TOWARDS = ("in", "on", "at", "by", "from", "for", "to", "of")
_OPENS = {"with", "that", "which", "who", "having", "whose"}


def singled(parse: Parse) -> None:
    """The extreme holds of the noun right before it, where that is not what is asked for; ties are all meant."""
    for cue in parse.items:
        if cue.role or cue.cue is None or not cue.is_cue("superlative") or (parse.limit or 1) > 1:
            continue
        noun, target = _noun(parse, cue), _target(parse, cue)
        if noun is None or noun.table is None or target is None:
            continue
        if compare := _compare(parse, noun.table.table, target, cue.cue.value == "desc"):
            cue.role, target.role, noun.role = "condition", "condition", "condition"
            parse.limit = None
            parse.where.append(compare)


def _noun(parse: Parse, cue: Item) -> Item | None:
    """ "The dorm with the …": a table other than the subject's, said in a condition."""
    opened = False
    for other in parse.before(cue, 4):
        opened = opened or other.lower in _OPENS
        if other.kind == "name":
            named = other.table and not (other.columns and other.columns[0].score > other.table.score)
            if not named or other.table is None or other.role or other.table.table == parse.subject or not parse.subject:
                return None
            asked = any(o.kind == "name" and o.table and o.table.table == parse.subject for o in parse.before(other, 99))
            reached = parse.index.graph.path((parse.subject,), other.table.table) is not None
            return other if opened and asked and reached and _behind(parse, other) else None
        if other.lower not in _BETWEEN:
            return None
    return None


def _behind(parse: Parse, noun: Item) -> bool:
    """Whether the noun stands in a condition or behind a preposition, so that it is not asked for itself."""
    before = [other.lower for other in parse.before(noun, 3) if other.lower not in ("the", "a", "an")]
    told = any(other.lower in ("who", "that", "which", "whose") for other in parse.before(noun, 5) if parse.position(other))
    return told or parse.in_condition(noun) or any(word in _TOWARDS for word in before[:1])


def _target(parse: Parse, cue: Item) -> Item | None:
    for other in parse.after(cue, 4):
        if other.kind == "name":
            return None if other.role else other
        if other.kind not in ("stop", "word") and not other.is_cue("count"):
            return None
    return None


def _compare(parse: Parse, table: str, target: Item, highest: bool) -> Compare | None:
    ref = parse.column_of(target, "number", table)
    plain = target.columns and (target.table is None or target.columns[0].score >= target.table.score)
    if ref and plain and ref.table == table and parse.column(ref).role is not Role.KEY:
        return Compare(Field(ref), "=", query=Query(table, (Field(ref, "max" if highest else "min"),)))
    keys = parse.key(table)
    counted = target.table.table if target.table else ""
    if not counted or counted == table or len(keys) != 1 or not isinstance(keys[0].expr, Ref):
        return None
    if parse.index.graph.path((table,), counted) is None:
        return None
    inner = Query(table, (keys[0],), order=(Order(count_of(parse, counted), highest),), limit=1, stable=False)
    return Compare(keys[0], "=", query=inner)
