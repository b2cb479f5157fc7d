"""Flags: adjectives that are columns of yes and no, and columns that have no value."""

from __future__ import annotations

from collections.abc import Iterator

from core.models import Kind, Role
from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.linking.text import lemma
from core.nl2sql.builtin.query.query import Compare, Field, Ref, Scalar
from core.nl2sql.builtin.reading.negation import negated
from core.nl2sql.builtin.reading.parse import Parse

_TRUE = {"1", "y", "yes", "true", "t", "1.0"}
_AS_WELL = 0.05
_OPPOSITE = ("in", "un", "non", "dis")
_WITH = ("with", "without", "having", "no")
_WHOLE = 0.95
_ARTICLES, _HELD = ("a", "an", "any"), ("with", "without", "on", "have", "has", "had", "having", "get", "got", "not")
_FALSE = {"0", "n", "no", "false", "f", "0.0"}


def flags(parse: Parse) -> None:
    """ "Products that are discontinued", "active customers": a column of yes and no used as an adjective."""
    for item in parse.items:
        if item.kind != "name" or item.role or not item.columns or (item.table and item.table.score >= item.columns[0].score):
            continue
        if not _adjective(parse, item):
            continue
        if (done := _done(parse, item)) is not None:
            item.role = "condition"
            parse.where.append(Compare(Field(done), "null", negated=not negated(parse, item)))
            continue
        ref = parse.column_of(item, prefer=parse.subject)
        yes = yes_cell(parse, ref) if ref else None
        if ref is not None and yes is not None:
            item.role = "condition"
            parse.where.append(Compare(Field(ref), "=", (yes,), negated=negated(parse, item)))


def opposites(parse: Parse) -> None:
    """ "Inactive customers" where a column says active, "available rooms" where one says unavailable."""
    for item in parse.items:
        if item.role or item.kind != "word" or not parse.subject or not _adjective(parse, item):
            continue
        ref = next((ref for ref in _opposed(parse, item) if yes_cell(parse, ref) is not None), None)
        if ref is not None:
            item.role = "condition"
            parse.where.append(Compare(Field(ref), "=", (yes_cell(parse, ref),), negated=not negated(parse, item)))


def _opposed(parse: Parse, item: Item) -> Iterator[Ref]:
    word = lemma(item.lower)
    others = {word.removeprefix(prefix) for prefix in _OPPOSITE if word.startswith(prefix)} | {p + word for p in _OPPOSITE}
    for column in parse.index.table(parse.subject).columns:
        said = parse.index.names.columns[parse.subject, column.name]
        if others & set(said) and len(said) <= 2:
            yield Ref(parse.subject, column.name)


def _done(parse: Parse, item: Item) -> Ref | None:
    """ "Shipped", "not returned": the date that is filled in once it is done, of those the word fits as well as any."""
    if not item.lower.endswith(("ed", "en", "nt")) or any(other.kind == "period" for other in parse.after(item, 3)):
        return None
    ranked = parse.ranked_columns(item, prefer=parse.subject)
    for weight, link in ranked:
        column = parse.index.column(link.table, link.column)
        if weight >= ranked[0][0] - _AS_WELL and column.kind.temporal and (column.null_count or 0) > 0:
            return Ref(link.table, link.column)
    return None


def held(parse: Parse) -> None:
    """ "Reservations with children", "without children": a column that counts them, from none upwards."""
    for item in parse.items:
        before = next(iter(parse.before(item, 1)), None)
        if item.kind != "name" or item.role or before is None or before.lower not in _WITH or item.table or before.role:
            continue
        ref = parse.column_of(item, "number", parse.subject)
        if ref is None or ref.table != parse.subject or item.columns[0].score < _WHOLE or not _counts(parse, ref):
            continue
        item.role = "condition"
        before.role = "condition" if before.is_cue("not") else before.role
        parse.where.append(Compare(Field(ref), "=" if before.is_cue("not") else ">", (0,)))


def _counts(parse: Parse, ref: Ref) -> bool:
    """Whether a column holds whole numbers from none upwards."""
    column = parse.column(ref)
    return column.kind is Kind.INTEGER and column.role is Role.MEASURE and column.minimum == "0"


def _adjective(parse: Parse, item: Item) -> bool:
    after, before = next(iter(parse.after(item, 1)), None), next(iter(parse.before(item, 1)), None)
    if _held_by(parse, item):
        return True
    if before is not None and before.lower in (
        "is",
        "are",
        "was",
        "were",
        "not",
        "be",
        "been",
        "on",
        "currently",
        "still",
        "only",
    ):
        return True
    if after is not None and after.lower == "ones" and not after.role:
        return True  # "skip the discontinued ones"
    return after is not None and after.kind == "name" and after.table is not None and after.table.table == parse.subject


def _held_by(parse: Parse, item: Item) -> bool:
    """ "On a scholarship", "without a licence": held or not, where an article tells that no column is asked for."""
    before = [other.lower for other in parse.before(item, 2)]
    return before[:1] == ["without"] or (len(before) == 2 and before[0] in _ARTICLES and before[1] in _HELD)


def yes_cell(parse: Parse, ref: Ref) -> Scalar:
    """The cell that says yes, where a column holds nothing but yes and no."""
    column = parse.column(ref)
    held = {sample.lower() for sample in column.samples}
    if column.kind is Kind.BOOLEAN:
        return True
    if not held or not held <= _TRUE | _FALSE or len(held) > 2:
        return None
    text = next((sample for sample in column.samples if sample.lower() in _TRUE), "1")
    return int(float(text)) if column.kind.numeric else text


def missing(parse: Parse) -> None:
    """ "Without an email", "email is missing": a column with no value."""
    for item in parse.items:
        if item.role:
            continue
        if item.is_cue("null"):
            near = next((o for o in [*parse.before(item, 4), *parse.after(item, 3)] if o.kind == "name" and not o.role), None)
            ref = parse.column_of(near, prefer=parse.subject) if near else None
            if near and ref:
                item.role = near.role = "condition"
                parse.where.append(Compare(Field(ref), "null", negated=negated(parse, item)))
        elif item.is_cue("not") and item.lower in ("without", "no", "lack", "lacks", "lacking"):
            follow = next((o for o in parse.after(item, 3) if o.kind not in ("stop",)), None)
            if follow and follow.kind == "name" and not follow.role and follow.columns and not follow.table:
                ref = parse.column_of(follow, prefer=parse.subject)
                beyond = parse.after(follow, 1)
                if (
                    ref
                    and ref.table == parse.subject
                    and parse.column(ref).nullable
                    and not (beyond and beyond[0].kind == "value")
                ):
                    item.role = follow.role = "condition"
                    parse.where.append(Compare(Field(ref), "null"))
