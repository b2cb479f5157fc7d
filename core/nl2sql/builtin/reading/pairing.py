"""Pairing: conditions said twice with "and" or "or" that no one row can fulfil: of two related rows, or of one or the other."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, replace
from itertools import product

from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.query.query import AnyOf, Compare, Condition, Field, Query, Ref, Related, comparisons, refs
from core.nl2sql.builtin.reading.clauses import clause_after, read_part, take_part
from core.nl2sql.builtin.reading.denying import asked_column, gate_of, tables_of
from core.nl2sql.builtin.reading.parse import Clause, Pair, Parse

_OPENS = {"who", "that", "which", "whose", "where", "with", "having", "both", "either"}
_ENDS = (".", "?", "!", ";", ":")
_TOGETHER = {"both", "shared", "common"}
_TELLING = ("value", "number", "period")


def pairs(parse: Parse) -> None:
    """Reads both sides of every "and" and "or" between conditions; those that contradict each other are kept as a pair."""
    for joiner in parse.items:
        if joiner.role or joiner.lower not in ("and", "or", "as well as", "&", "but") or not _between(parse, joiner):
            continue
        left, right = _left(parse, joiner), _right(parse, joiner)
        first, second = _read(parse, left), _read(parse, right)
        if first and not (second and second.clause.where) and (name := _column_said(left)):
            second = _read(parse, [name, *right])
        if first and second and (pair := _pair(parse, joiner, first.clause, second.clause)):
            for side in (first, second):
                take_part(parse, side.part, side.items, side.copies)
                _use(side)
            joiner.role = "condition"
            parse.pairs.append(pair)


@dataclass
class _Side:
    items: list[Item]
    copies: list[Item]
    part: Parse
    clause: Clause


def _read(parse: Parse, items: list[Item]) -> _Side | None:
    if not any(item.kind in _TELLING or item.is_cue("compare") for item in items):
        return None
    copies = [copy(item) for item in items]
    part, clause = read_part(parse, copies, parse.subject)
    return _Side(items, copies, part, clause)


def _use(side: _Side) -> None:
    """ "In the Banking industry or the Retail industry": the column said with its value is none to show."""
    columns = {(ref.table, ref.column) for compare in comparisons(side.clause.where) for ref in refs(compare.field.expr)}
    for item in side.items:
        if item.kind == "name" and not item.role and any((link.table, link.column) in columns for link in item.links):
            item.role = "condition"


def _between(parse: Parse, joiner: Item) -> bool:
    """ "Between 1 and 5" joins no conditions, and a joiner with nothing telling on either side none either."""
    if any(other.is_cue("compare", "between") and other.lower == "between" for other in parse.before(joiner, 3)):
        return False
    sides = (parse.before(joiner, 8), parse.after(joiner, 8))
    return all(any(other.kind in _TELLING and not other.role for other in side) for side in sides)


def _left(parse: Parse, joiner: Item) -> list[Item]:
    """Back to what opens the condition: "both", else the nearest word that begins a clause, or the noun it belongs to."""
    before = parse.before(joiner, 99)
    end = next((at for at, item in enumerate(before) if item.text in _ENDS), len(before))
    before = before[:end]
    opened = next((at for at, item in enumerate(before) if item.lower in ("both", "either")), None)
    if opened is not None:
        return before[:opened][::-1]
    found: list[Item] = []
    for item in before:
        listed = item.text == "," and found and found[0].kind == "value"
        if item.lower in _OPENS or item.lower in ("and", "or", "but") or (item.text == "," and not listed):
            break
        if item.kind == "name" and item.table and item.table.table == parse.subject and found:
            break
        found.insert(0, item)
    return found


def _right(parse: Parse, joiner: Item) -> list[Item]:
    found = clause_after(parse, joiner)[1:]
    return found[1:] if found and found[0].lower in ("also", "either") else found


def _column_said(items: Sequence[Item]) -> Item | None:
    """The column of the left side, where the right says only another bound of it."""
    names = [item for item in items if item.kind == "name" and item.columns]
    return names[-1] if names else None


def _pair(parse: Parse, joiner: Item, first: Clause, second: Clause) -> Pair | None:
    if not first.where or not second.where or first.having or second.having:
        return None
    ours, theirs = list(comparisons(first.where)), list(comparisons(second.where))
    if not any(_exclude(a, b) for a, b in product(ours, theirs)):
        return None
    both = any(other.lower in _TOGETHER for other in parse.before(joiner, 12)) or joiner.lower in ("as well as", "but")
    if (
        not both
        and all(compare.op == "period" for compare in theirs)
        and any(item.is_cue("count") or item.is_cue("aggregate") for item in parse.items)
    ):
        return None  # two years measured are set beside each other
    fields = {compare.field for compare in theirs}
    if not fields & {compare.field for compare in ours}:
        return None
    related = any(isinstance(c, Related) for c in second.where)
    own = [c for c in first.where if (c.field in fields if isinstance(c, Compare) else related)]
    shared = tuple(c for c in first.where if c not in own)
    return Pair(replace(first, where=tuple(own)), second, shared, joiner.lower == "or", both)


def _exclude(a: Compare, b: Compare) -> bool:
    """Whether no value fulfils both."""
    if a.field != b.field or a.negated or b.negated or a.query or b.query:
        return False
    if a.op in ("=", "in") and b.op in ("=", "in"):
        return not set(a.values) & set(b.values)
    if a.op == b.op == "period":
        (start, end), (other, last) = a.values, b.values
        return bool((end and other and str(end) <= str(other)) or (last and start and str(last) <= str(start)))
    for low, high in ((a, b), (b, a)):
        if low.op in (">", ">=") and high.op in ("<", "<=") and isinstance(high.values[0], (int, float)) and low.values:
            return isinstance(low.values[0], (int, float)) and low.values[0] >= high.values[0]
    return False


def settle_pairs(parse: Parse) -> None:
    """Every pair as conditions, once it is known what is shown."""
    for pair in parse.pairs:
        sides = (pair.first, pair.second)
        parse.where.extend(pair.shared)
        if pair.either:
            parse.where.append(_one_of(parse, sides))
        elif gate := next((gate for c in pair.second.where if (gate := gate_of(parse, c, parse.subject))), None):
            inside = [c for c in parse.where if isinstance(c, (Compare, AnyOf)) and gate_of(parse, c, parse.subject) == gate]
            parse.where = [c for c in parse.where if c not in inside]
            parse.where.extend(_related(parse, gate.other, side, inside) for side in sides)
        elif column := asked_column(parse, pair.first, quantified=True, any_noun=pair.both or _ranges(pair)):
            parse.where.extend(_value_with(column, side) for side in sides)
            parse.distinct = parse.distinct or not any(output.field.aggregate for output in parse.outputs)
        elif pair.both and not any(output.field.aggregate for output in parse.outputs):
            parse.intersect = (pair.first.where, pair.second.where)
        else:
            parse.where.append(_one_of(parse, sides))


def _ranges(pair: Pair) -> bool:
    """Bounds that exclude each other never mean one or the other when joined by "and"."""
    return all(c.op not in ("=", "in", "period") for c in comparisons((*pair.first.where, *pair.second.where)))


def _related(parse: Parse, table: str, side: Clause, shared: Sequence[Compare | AnyOf]) -> Condition:
    plain = tuple(c for c in side.where if isinstance(c, (Compare, AnyOf)))
    near = [name for name in side.tables if gate_of(parse, Related(name), parse.subject)]
    reached = {name for c in plain for name in tables_of(c)}
    return Related(next((name for name in near if name in reached), table), (*plain, *shared))


def _value_with(ref: Ref, side: Clause) -> Condition:
    return Compare(Field(ref), "in", query=Query(ref.table, (Field(ref),), where=side.where))


def _one_of(parse: Parse, sides: Sequence[Clause]) -> Condition:
    """One or the other; a list of values where each side says but one of the same column."""
    wheres = [side.where for side in sides]
    if all(len(where) == 1 and isinstance(where[0], Compare) for where in wheres):
        plain = [where[0] for where in wheres if isinstance(where[0], Compare)]
        if all(c.op in ("=", "in") for c in plain):
            return Compare(plain[0].field, "in", tuple(dict.fromkeys(value for c in plain for value in c.values)))
        return AnyOf(tuple(plain))
    key = next(iter(parse.key(parse.subject)), None)
    if key is None:
        parse.doubts.append("no key to tell the rows apart that fulfil one or the other")
        return AnyOf(tuple(c for where in wheres for c in where if isinstance(c, Compare)))
    return AnyOf(tuple(Compare(key, "in", query=Query(parse.subject, (key,), where=where)) for where in wheres))
