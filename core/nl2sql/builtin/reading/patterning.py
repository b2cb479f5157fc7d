"""Patterning: parts of texts ("contains", "starts with", "the letter s in their names") as patterns on a column."""

from __future__ import annotations

from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.query.query import Compare, Field, Ref
from core.nl2sql.builtin.reading.negation import negated
from core.nl2sql.builtin.reading.parse import Parse

_PATTERNS = {"like": "%{}%", "like%": "{}%", "%like": "%{}"}
_INSIDE = {"in", "within", "inside"}
_OWNERS = {"the", "their", "its", "his", "her", "a"}
_PART = ("in part", "as part", "as a part", "somewhere", "as a substring", "as substring", "as the substring")


def like(parse: Parse, item: Item) -> Compare | None:
    """A text with a word of containing before or after it: "whose name contains X", "with X in their names"."""
    cue = _cue(parse, item)
    inside = _named_after(parse, item)
    if cue is None and not ((item.quoted or _is_strange(parse, item)) and inside is not None and _owned(parse, item)):
        return None
    anchor = cue if cue is not None and cue.start < item.start else item
    before = next((other for other in parse.before(anchor, 6) if other.kind == "name" and other.role in ("", "condition")), None)
    named = before if before is not None and anchor.start - before.end <= 1 and _is_column(before) else inside or before
    named = inside if cue is None else named
    ref = _text_column(parse, named)
    if ref is None:
        return None
    if cue is not None:
        cue.role = "condition"
    if named is not None and (parse.in_condition(named) or named is inside):
        named.role = "condition"
    pattern = _PATTERNS[cue.cue.value if cue is not None and cue.cue is not None else "like"].format(item.text)
    return Compare(Field(ref), "like", (pattern,), negated=negated(parse, anchor))


def _cue(parse: Parse, item: Item) -> Item | None:
    """The word of containing: right before, else right after ("X as a substring")."""
    kinds = tuple(_PATTERNS)
    for other in parse.before(item, 4):
        if other.is_cue("compare", *kinds):
            return None if other.role else other
        if other.kind == "value":
            break
    return next((o for o in parse.after(item, 3) if o.is_cue("compare", *kinds) and not o.role and "substring" in o.lower), None)


def _named_after(parse: Parse, item: Item) -> Item | None:
    """The column of "… in their first names", "… in the special feature"."""
    seen = False
    for other in parse.after(item, 6):
        seen |= other.lower in _INSIDE
        if other.kind == "name":
            return other if seen and _is_column(other) and not other.role else None
        if other.kind not in ("stop", "word", "cue") or other.lower in ("and", "or"):
            return None
    return None


def _is_column(item: Item) -> bool:
    return bool(item.columns) and not (item.table and item.table.score > item.columns[0].score)


def _owned(parse: Parse, item: Item) -> bool:
    """ "X in their name": the column is somebody's, not a place where X is."""
    following = [other.lower for other in parse.after(item, 2)]
    return len(following) == 2 and following[0] in _INSIDE and following[1] in _OWNERS


def _is_strange(parse: Parse, item: Item) -> bool:
    """ "With Aerodynamics in the name": a word that nothing here is called, right behind "with"."""
    return item.kind == "word" and any(other.lower == "with" for other in parse.before(item, 1))


def _text_column(parse: Parse, named: Item | None) -> Ref | None:
    ref = parse.column_of(named, "text", parse.subject) if named and _is_column(named) else None
    if ref is None and parse.subject:
        label = parse.label(parse.subject)[0].expr
        return label if isinstance(label, Ref) else None
    return ref


def patterns(parse: Parse) -> None:
    """Patterns given as a bare word: "names starting with A", "the letter s"."""
    for item in parse.items:
        if not item.role and _is_strange(parse, item) and (compare := like(parse, item)):
            item.role = "condition"
            parse.where.append(compare)
        if not item.is_cue("compare", *_PATTERNS) or item.role:
            continue
        follow = next(
            (
                other
                for other in parse.after(item, 3)
                if other.kind in ("word", "value", "number") or (len(other.text) == 1 and other.kind == "stop")
            ),
            None,
        )
        if follow is not None and not follow.role and (compare := like(parse, follow)):
            follow.role = "condition"
            parse.where.append(compare)
