"""Cells: values of the database said in a question, and texts said beside a column that no cell holds."""

from __future__ import annotations

from core.models import Kind
from core.nl2sql.builtin.linking.index import Link
from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.query.query import Compare, Field, Ref
from core.nl2sql.builtin.reading.choosing import chosen_link
from core.nl2sql.builtin.reading.negation import negated
from core.nl2sql.builtin.reading.parse import Parse
from core.nl2sql.builtin.reading.patterning import like

_SURE = 0.7
_ALTERNATIVE = {"or", "and", ",", "either", "both", "/", "&", "the", "in", "nor"}


def values(parse: Parse) -> None:
    """Cells: same column next to each other is "one of"; the column is the one said beside it, else the one that fits best."""
    done: list[tuple[Item, Compare]] = []
    for item in parse.items:
        if item.kind != "value" or item.role:
            continue
        compare = like(parse, item) or _alike(parse, done[-1] if done else None, item) or _value(parse, item)
        if compare is None:
            continue
        item.role = "condition"
        if done and (merged := _merged(parse, done[-1], item, compare)):
            done[-1] = (item, merged)
        else:
            done.append((item, compare))
    parse.where.extend(compare for _, compare in done)


def _alike(parse: Parse, last: tuple[Item, Compare] | None, item: Item) -> Compare | None:
    """ "Contain X or Y": the pattern of the one is the pattern of the other."""
    if last is None or last[1].op != "like" or not item.quoted:
        return None
    between = parse.items[parse.position(last[0]) + 1 : parse.position(item)]
    if not between or any(other.lower not in ("or", "and", ",") for other in between):
        return None
    pattern = str(last[1].values[0]).replace(last[0].text, item.text)
    return Compare(last[1].field, "like", (pattern,), negated=last[1].negated)


def unheld(parse: Parse) -> None:
    """ "First name Elsa", "with code x": a word no cell holds, said as the value of the column before it."""
    for item in parse.items:
        if item.kind not in ("word", "stop") or item.role or not _reads_as_value(item, parse):
            continue
        beside = _named_right_before(parse, item)
        ref = beside and parse.column_of(beside, "text", parse.subject)
        if not beside or not ref or parse.column(ref).kind is not Kind.TEXT:
            continue
        text = " ".join([item.text, *(other.text for other in _rest(parse, item))])
        item.role = beside.role = "condition"
        parse.doubts.append(f"no cell holds {text}")
        parse.where.append(Compare(Field(ref), "=", (text,), negated=negated(parse, beside)))


def _reads_as_value(item: Item, parse: Parse) -> bool:
    if item.kind == "stop":
        return len(item.text) == 1 and item.lower not in ("a", "i", "s", "d", "m")
    return (item.text[:1].isupper() or len(item.text) == 1) and item.start > 0


def _rest(parse: Parse, item: Item) -> list[Item]:
    """More words of the same name: "Elsa Marie"."""
    found: list[Item] = []
    for other in parse.after(item, 4):
        if other.kind != "word" or other.role or not other.text[:1].isupper():
            break
        other.role = "condition"
        found.append(other)
    return found


def _named_right_before(parse: Parse, item: Item) -> Item | None:
    for other in parse.before(item, 3):
        if other.kind == "name":
            sure = other.columns and other.columns[0].score >= _SURE and not (other.table and other.table.score > _SURE)
            return other if sure and (other.role == "condition" or parse.in_condition(other) or not other.role) else None
        if other.lower not in ("is", "of", "=", "named", "called", "was", "equals"):
            return None
    return None


def _merged(parse: Parse, last: tuple[Item, Compare], item: Item, compare: Compare) -> Compare | None:
    """ "Germany or France", "PG and PG-13": two cells of a column in one breath."""
    between = parse.items[parse.position(last[0]) + 1 : parse.position(item)]
    joined = all(
        other.lower in _ALTERNATIVE or (other.role in ("not", "condition") and other.kind in ("name", "cue")) for other in between
    )
    before = last[1]
    if not joined or before.field != compare.field or before.op not in ("=", "in") or compare.op != "=":
        return None
    if any(other.lower == "both" for other in parse.before(last[0], 4)) and not any(other.lower == "or" for other in between):
        return None
    if compare.negated and not before.negated:
        return None  # "tea but not coffee"
    for other in between:
        if other.lower == "or":
            other.role = "condition"
    denied = before.negated or compare.negated
    return Compare(compare.field, "in", (*before.values, *compare.values), negated=denied)


def _value(parse: Parse, item: Item) -> Compare | None:
    beside = _column_beside(parse, item)
    link = chosen_link(parse, item, beside)
    denied = negated(parse, item)
    if link is None:
        ref = beside and parse.column_of(beside, "text", parse.subject)
        if beside and ref and item.quoted:
            beside.role = "condition"
            return Compare(Field(ref), "=", (item.text,), negated=denied)
        return _unknown_value(parse, item, denied)
    if beside is not None and _about(parse, beside, link):
        beside.role = "condition"
    field = Field(Ref(link.table, link.column))
    if link.part:
        return Compare(field, "like", (f"%{item.text}%",), negated=denied)
    return Compare(field, "=", (link.value,), negated=denied)


def _unknown_value(parse: Parse, item: Item, denied: bool) -> Compare | None:
    """A quoted text no cell holds: the name of the subject, so that the answer is empty rather than about something else."""
    if not parse.subject:
        return None
    label = parse.label(parse.subject)[-1]
    parse.doubts.append(f"no cell holds {item.text}")
    return Compare(label, "=", (item.text,), negated=denied)


def _about(parse: Parse, beside: Item, link: Link) -> bool:
    return any(other.table == link.table and other.column in ("", link.column) for other in beside.links) and not beside.role


def _column_beside(parse: Parse, item: Item) -> Item | None:
    """A name right before ("rating PG", "country is Canada") or right after ("Canada as country", "Action category")."""
    for other in parse.before(item, 5):
        if other.kind == "name":
            return other if other.role in ("", "condition") else None
        if other.kind in ("value", "number", "period") and other.lower not in _ALTERNATIVE:
            return None
        if (
            other.is_cue("group")
            or other.text in (",", ".")
            or (other.lower in ("of", "in", "from", "for", "by", "with", "to", "at") and other.kind != "stop")
        ):
            return None
    return None
