"""Flipping: follow-ups that ask for the other side of what was asked ("and which haven't?", "list those that don't")."""

from __future__ import annotations

import re
from dataclasses import replace

from core.nl2sql.builtin.change import Change
from core.nl2sql.builtin.explain import condition_words
from core.nl2sql.builtin.flags import yes_cell
from core.nl2sql.builtin.listing import as_list
from core.nl2sql.builtin.query import Compare, Condition, Query, Ref, Related

_VERB = r"(do|does|did|have|has|had|is|are|was|were)"
_FLIPS = re.compile(
    r"^(and |but |so |now )*(list|show|name|give me|who|which|what|how about|what about)?( me)?( all)?"
    rf"( ?(those|the ones|ones|them|of them))?( (that|which|who))?( ?{_VERB}( not|n't)|n't)( have)?( one| any| so)?\W*$"
    rf"|^(and |but )*(who|which)( of them)? (has|have|had) none\W*$|^(and |but )*(those )?without\W*$"
)


def flipped(query: Query, change: Change) -> Query:
    """The rows for which the condition said last does not hold; where it did not hold, those for which it does."""
    last = query.where[-1] if query.where else None
    other = _other_side(last, change) if last is not None and _FLIPS.match(change.text) else None
    if other is None:
        return query
    for item in change.parse.items:
        item.role = item.role or "condition"
    change.parse.where, change.parse.outputs = [], []
    words = condition_words(other, change.index).strip()
    change.said.append(words if not words.endswith("with") else "the other ones")
    base = as_list(query, change) if not re.match(r"(and |but )?how many\b", change.text) else query
    return replace(base, where=(*query.where[:-1], other))


def _other_side(condition: Condition, change: Change) -> Condition | None:
    if isinstance(condition, Related) or (
        isinstance(condition, Compare) and condition.query is not None and condition.op == "in"
    ):
        return replace(condition, negated=not condition.negated)
    ref = condition.field.expr if isinstance(condition, Compare) and condition.op == "=" else None
    if isinstance(condition, Compare) and isinstance(ref, Ref) and yes_cell(change.parse, ref) is not None:
        return replace(condition, negated=not condition.negated)
    return None
