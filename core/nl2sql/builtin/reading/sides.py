"""Sides: two columns of one row compared ("shipped after the required date", "stock below the reorder level", "shipped late")."""

from __future__ import annotations

from core.models import Assumption, Column
from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.linking.numerals import numberlike
from core.nl2sql.builtin.query.query import Arith, Compare, Field, Ref
from core.nl2sql.builtin.reading.negation import negated
from core.nl2sql.builtin.reading.parse import Parse
from core.nl2sql.builtin.reading.stocking import is_level, on_hand

_IN_TIME = {"after": ">", "later than": ">", "before": "<", "earlier than": "<"}
_WORDS = _IN_TIME | {"more": ">", "higher": ">", "larger": ">", "fewer": "<", "less": "<", "lower": "<", "smaller": "<"}
_DONE = {
    "shipped",
    "delivered",
    "received",
    "returned",
    "delivery",
    "completed",
    "finished",
    "closed",
    "paid",
    "arrival",
    "actual",
}
_PROMISED = {"required", "expected", "due", "promised", "planned", "scheduled", "deadline", "estimated"}
"""Words in the names of dates: when something was done, and when it should have been."""


def sides(parse: Parse) -> None:
    """A comparison with a column on either side; "late" and "on time" compare what was done with what was promised."""
    for item in parse.items:
        op = item.cue.value if item.is_cue("compare", ">", "<", ">=", "<=") and item.cue else _WORDS.get(item.lower, "")
        if op and not item.role:
            _compared(parse, item, op)
    for item in parse.items:
        if not item.role and (item.lower in ("late", "overdue") or _on_time(parse, item)):
            _late(parse, item)


def _compared(parse: Parse, word: Item, op: str) -> None:
    """ "Stock below the reorder level", "less stock than their reorder level"."""
    left, right = _name(parse.before(word, 4)), _name(parse.after(word, 3))
    if right is not None and (than := next(iter(parse.after(right, 1)), None)) and than.lower == "than":
        left, right = right, _name(parse.after(than, 3))
    if right is not None and (left is None or not _columns(parse, left, False)) and _below_level(parse, word, op, right):
        return
    if left is None or right is None:
        return
    temporal = word.lower in _IN_TIME
    for own in _columns(parse, left, temporal):
        for other in _columns(parse, right, temporal):
            if own.table == other.table and own != other:
                left.role = word.role = right.role = "condition"
                parse.where.append(_condition(own, op, other, negated(parse, word)))
                return


def _below_level(parse: Parse, word: Item, op: str, right: Item) -> bool:
    """ "Products below the reorder level": what is on hand of them, though it is not said."""
    levels = [ref for ref in _columns(parse, right, False) if is_level(parse, ref)]
    found = next(((held, level) for level in levels[:1] if (held := on_hand(parse, level.table))), None)
    if found is not None:
        word.role = right.role = "condition"
        parse.where.append(_condition(found[0], op, found[1], negated(parse, word)))
        parse.notes.append(Assumption("column", f"{found[0].column} is compared with {found[1].column}"))
    return found is not None


def _name(items: list[Item]) -> Item | None:
    """The next name, with nothing but small words before it."""
    found = next((item for item in items if item.kind != "stop"), None)
    return found if found is not None and found.kind == "name" and found.role in ("", "output?") else None


def _columns(parse: Parse, item: Item, temporal: bool) -> list[Ref]:
    """The columns a name may mean that can stand on a side, likeliest first."""
    if item.table and (not item.columns or item.table.score > item.columns[0].score):
        return []
    refs = [Ref(link.table, link.column) for _, link in parse.ranked_columns(item)]
    return [ref for ref in refs if (parse.column(ref).kind.temporal if temporal else _measured(parse.column(ref)))]


def _measured(column: Column) -> bool:
    return numberlike(column) or column.kind.temporal


def _condition(own: Ref, op: str, other: Ref, denied: bool) -> Compare:
    return Compare(Field(Arith("-", own, other)), op, (0,), negated=denied)


def _late(parse: Parse, word: Item) -> None:
    """Of the subject's dates, or of those of a table said."""
    for table in dict.fromkeys((parse.subject, *parse.tables_said())):
        dates = [column for column in parse.index.table(table).columns if column.kind.temporal] if table else []
        done = [c for c in dates if _speaks(parse, table, c, _DONE)]
        promised = [c for c in dates if _speaks(parse, table, c, _PROMISED)]
        if len(done) != 1 or len(promised) != 1:
            continue
        op = "<=" if word.lower == "time" else ">"
        word.role = "condition"
        for said in parse.before(word, 3):
            if said.role in ("", "output?") and said.columns and Ref(table, done[0].name) in _columns(parse, said, True):
                said.role = "condition"
        parse.where.append(_condition(Ref(table, done[0].name), op, Ref(table, promised[0].name), negated(parse, word)))
        parse.notes.append(Assumption("column", f"“{word.text}” compares {done[0].name} with {promised[0].name}"))
        return


def is_promised(parse: Parse, ref: Ref) -> bool:
    """Whether a date is one by which something should be done."""
    return _speaks(parse, ref.table, parse.column(ref), _PROMISED)


def _on_time(parse: Parse, item: Item) -> bool:
    return item.lower == "time" and [other.lower for other in parse.before(item, 1)] == ["on"]


def _speaks(parse: Parse, table: str, column: Column, words: set[str]) -> bool:
    said = parse.index.names.columns[table, column.name]
    return bool(set(said) & words) or any(word in column.name.lower() for word in words)
