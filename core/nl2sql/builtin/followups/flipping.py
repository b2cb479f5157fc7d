"""Flipping: follow-ups that ask for the other side of what was asked ("and which haven't?", "list those that don't")."""

from __future__ import annotations

import re
from dataclasses import replace

from core.nl2sql.builtin.followups.change import Change
from core.nl2sql.builtin.followups.listing import as_list
from core.nl2sql.builtin.linking.text import lemma
from core.nl2sql.builtin.query.explain import condition_words
from core.nl2sql.builtin.query.query import AnyOf, Compare, Condition, Order, Query, Ref, Related
from core.nl2sql.builtin.reading.flags import yes_cell
from core.nl2sql.builtin.reading.negation import affirmed

_VERB = r"(do|does|did|have|has|had|is|are|was|were)"
_FLIPS = re.compile(
    r"^(and |but |so |now )*(list|show|name|give me|who|which|what|how about|what about)?( me)?( all)?"
    rf"( ?(those|the ones|ones|them|of them))?( (that|which|who))?( ?{_VERB}( not|n't)|n't)( have)?( one| any| so)?\W*$"
    rf"|^(and |but )*(who|which)( of them)? (has|have|had) none\W*$|^(and |but )*(those )?without\W*$"
)


_TURNED = {"=", "in", ">", ">=", "<", "<=", "like", "null"}
_OTHERS = re.compile(
    r"^(and |but |so |now |only |just |show |list |what about |how about )*(me )?(all )?(the )?"
    r"(others|rest|(other|remaining) ones)( of (them|those))?( please)?\W*$"
)
_OTHER_ONES = re.compile(
    r"^(and |but |so |now |what about |how about )*((the )?\w+ )?((from|in|of|with|for|by|at|on) )?(the |all )?other ([\w-]+)\W*$"
)
_UP = {"older", "more", "higher", "larger", "bigger", "longer", "taller", "heavier", "above", "over", "better", "greater"}
_DOWN = {"younger", "less", "lower", "smaller", "shorter", "lighter", "below", "under", "worse", "fewer", "cheaper"}
_TURNS = re.compile(
    r"^((and|but|what about|how about) )+(the |those |the ones |who is |which are |which is )?"
    rf"({'|'.join(sorted(_UP | _DOWN))})( (ones?|people|than that|that|it))?\W*$"
)


def flipped(query: Query, change: Change) -> Query:
    """The rows for which the condition said last does not hold; where it did not hold, those for which it does."""
    if _OTHERS.match(change.text) and query.limit is not None and query.order:
        for item in change.parse.items:
            item.role = item.role or "limit"
        change.said.append("the rest of them")
        shown = [o.field for o in query.order]
        ties = tuple(Order(f) for f in query.dimensions if f not in shown) if query.stable else ()
        return replace(query, order=(*query.order, *ties), limit=None, offset=query.offset + query.limit)
    if (turned := _turned(query, change)) is not None:
        return turned
    if (outside := _outside(query, change)) is not None:
        return outside
    last = query.where[-1] if query.where else None
    other = _other_side(last, change) if last is not None and _FLIPS.match(change.text) else None
    if last is not None and _OTHERS.match(change.text) and query.limit is None and not query.having:
        return _complement(query, last, change)
    if other is None:
        return query
    for item in change.parse.items:
        item.role = item.role or "condition"
    change.parse.where, change.parse.outputs = [], []
    words = condition_words(other, change.index).strip()
    change.said.append(words if not words.endswith("with") else "the other ones")
    base = as_list(query, change) if not re.match(r"(and |but )?how many\b", change.text) else query
    return replace(base, where=(*query.where[:-1], other))


def _complement(query: Query, last: Condition, change: Change) -> Query:
    """ "And the others?": what was asked, of the rows that the condition said last left out."""
    if isinstance(last, AnyOf) or (isinstance(last, Compare) and last.op not in _TURNED):
        return query
    other = affirmed(replace(last, negated=not last.negated))
    for item in change.parse.items:
        item.role = item.role or "condition"
    change.parse.where, change.parse.outputs = [], []
    change.said.append(condition_words(other, change.index).strip())
    return replace(query, where=(*query.where[:-1], other))


def _outside(query: Query, change: Change) -> Query | None:
    """ "And from the other teams?", after those of one team: of all but that one."""
    found = _OTHER_ONES.match(change.text)
    if not found:
        return None
    word = lemma(found[7])
    names = change.index.names
    last = query.where[-1] if query.where else None
    if last is not None and query.limit is None and word in map(lemma, names.tables[query.subject]):
        rest = _complement(query, last, change)
        return rest if rest != query else None
    for at, held in enumerate(query.where):
        ref = held.field.expr if isinstance(held, Compare) and held.op in ("=", "in") and held.query is None else None
        if not isinstance(held, Compare) or not isinstance(ref, Ref) or held.negated:
            continue
        if word in {lemma(said) for said in (*names.columns[ref.table, ref.column], *names.tables[ref.table])}:
            for item in change.parse.items:
                item.role = item.role or "condition"
            change.parse.where, change.parse.outputs, change.parse.groups = [], [], []
            other = replace(held, negated=True)
            change.said.append(condition_words(other, change.index).strip())
            change.settled = True
            return replace(query, where=(*query.where[:at], other, *query.where[at + 1 :]))
    return None


def _turned(query: Query, change: Change) -> Query | None:
    """ "And younger?", after those older than 40 or than the average: the same bound from the other side."""
    found = _TURNS.match(change.text)
    last = query.where[-1] if query.where else None
    if found is None or not isinstance(last, Compare) or last.op not in (">", ">=", "<", "<="):
        return None
    op = ">" if found[4] in _UP else "<"
    if last.op[0] == op or last.negated:
        return None
    for item in change.parse.items:
        item.role = item.role or "condition"
    change.parse.where, change.parse.outputs, change.parse.having, change.parse.order = [], [], [], []
    other = replace(last, op=op)
    change.said.append(f"{condition_words(other, change.index)} instead of {condition_words(last, change.index)}")
    change.settled = True
    return replace(query, where=(*query.where[:-1], other))


def _other_side(condition: Condition, change: Change) -> Condition | None:
    if isinstance(condition, Related) or (
        isinstance(condition, Compare) and condition.query is not None and condition.op == "in"
    ):
        return replace(condition, negated=not condition.negated)
    ref = condition.field.expr if isinstance(condition, Compare) and condition.op == "=" else None
    if isinstance(condition, Compare) and isinstance(ref, Ref) and yes_cell(change.parse, ref) is not None:
        return replace(condition, negated=not condition.negated)
    return None
