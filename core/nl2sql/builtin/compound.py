"""Compound: a question of several clauses ("which schools are public, and where are they?"), asked one after the other.

The first clause is a question, or an edit of the one before; what follows it is an edit of the first, as if the person had asked
twice and seen nothing in between.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice

from core.models import Clarification, Context, SqlDraft, Turn, TurnState
from core.nl2sql.builtin.linking.shorthand import written_out

Draft = Callable[[str, Context], SqlDraft | Clarification]

_ASKING = r"(?:(?:in|on|at|from|for|to|of|by|with|since) )?(?:which|what|where|when|who|whose|how)\b"
_DOING = (
    r"(?:then )?(?:also )?(?:sort|order|rank|leave out|exclude|drop|show|give|add|list|put|keep|only|just|with|group|limit)\b"
)
_OPENS = re.compile(
    rf"(?:and |so |now )?(?:{_ASKING}|(?:list|show|find|give|name|display|return|tell|get|see|count|number of)\b)", re.IGNORECASE
)
_CLAUSE = re.compile(rf"(?:,? and |, |; ?|[.?!] +(?:and )?)(?={_ASKING})", re.IGNORECASE)
_STEP = re.compile(rf"(?:,? and |, |; ?|[.?!] +(?:and )?)(?={_DOING})|[.?!;] +(?=\S)|, (?=\S)|,? and (?=\w+est\b)", re.IGNORECASE)
_NARROWS = re.compile(
    r",? (?:but )?(?=(?:only|just) (?:the |those )?\w+ (?:with|that|who|which|from|in|where|over|above|under|below)\b)",
    re.IGNORECASE,
)
_LEAST, _LONGEST, _TRIED = 8, 400, 3
"""Characters of a first clause (less is an exclamation) and of a question that is divided, and how many places are tried."""
_THEIRS = re.compile(r"\b(?:do|does|did|have|has|had) (?:they|it|each)\b", re.IGNORECASE)
_THEN = re.compile(
    r"(?:,? and (?=(?:then |also )*(?:sort|order|rank|show|add|include)\b)"
    r"|[.?!;] +(?=(?:please |also |and |then )*(?:show|add|give|list|sort|order|rank|include|only|just|[a-z]+ first)\b))",
    re.IGNORECASE,
)
"""What follows is done to the answer of what is before it, however well the whole may be read at once."""


def in_steps(question: str, context: Context, whole: SqlDraft | Clarification, draft: Draft) -> SqlDraft | Clarification:
    """The question clause by clause where that says more than the whole, else the whole."""
    if len(question) > _LONGEST:
        return whole
    lost = isinstance(whole, Clarification) or bool(whole.unused_words)
    if context.turns and (then := _THEN.search(question)):
        found = _stepped(question[: then.start()].strip(), question[then.end() :].strip(), context, draft, edits=True)
        if found:
            return found
    for first, rest, pattern in islice(_split(question, every=lost and bool(context.turns)), _TRIED):
        found = _stepped(first, rest, context, draft, edits=pattern is _STEP)
        if found and (lost or pattern is _NARROWS or _says_more(rest, found, whole)):
            return found
    return whole


def _split(question: str, *, every: bool) -> Iterator[tuple[str, str, re.Pattern[str]]]:
    """Two parts at every clause that asks or narrows; with `every`, also where something is to be done, or a sentence ends."""
    for pattern in (_CLAUSE, _NARROWS, _STEP) if every else (_CLAUSE, _NARROWS):
        for found in pattern.finditer(question):
            first, rest = question[: found.start()].strip(), question[found.end() :].strip()
            if len(first) >= _LEAST and re.search(r"\w", rest):
                yield first, rest, pattern


def _stepped(first: str, rest: str, context: Context, draft: Draft, *, edits: bool) -> SqlDraft | None:
    """Both clauses answered, the second as an edit of the first; None where one of them is not understood to the last word.

    With `edits` the first must be an edit, too: what is to be done is done to an answer that was there.
    """
    base = draft(first, context)
    if (
        not isinstance(base, SqlDraft)
        or base.unused_words
        or not (base.changes or (_OPENS.match(written_out(first)) and not edits))
    ):
        return None
    answered = Turn("", "", first, "", datetime.now(UTC), state=TurnState.DONE, draft=base)
    then = _then(rest, replace(context, turns=(*context.turns[-2:], answered)), base, draft, asks=not edits)
    if then is None:
        return None
    changes = (*base.changes, *then.changes) if base.changes else ()
    return replace(then, changes=changes, confidence=min(base.confidence, then.confidence))


def _then(rest: str, context: Context, base: SqlDraft, draft: Draft, *, asks: bool) -> SqlDraft | None:
    """The second clause as an edit of the first; what it asks of one row is shown beside that."""
    plain = _edit(f"and {rest}", context, draft)
    if not asks or (plain and _keeps(plain, base)):
        return plain
    return _edit(f"and also {rest}", context, draft) or plain


def _edit(question: str, context: Context, draft: Draft) -> SqlDraft | None:
    """None where it edits nothing, or not to the last word."""
    then = draft(question, context)
    return then if isinstance(then, SqlDraft) and not then.unused_words and then.changes else None


def _keeps(found: SqlDraft, base: SqlDraft) -> bool:
    """Whether all that the base shows is shown still."""
    shown, before = ({(one.source, one.aggregate) for one in draft.outputs} for draft in (found, base))
    return before <= shown


def _says_more(rest: str, found: SqlDraft, whole: SqlDraft | Clarification) -> bool:
    return isinstance(whole, SqlDraft) and (_shows_more(found, whole) or _of_each(rest, found, whole))


def _of_each(rest: str, found: SqlDraft, whole: SqlDraft) -> bool:
    """ "… and how many students do they have?": of each of those the first clause lists, not one figure for all."""
    alone = bool(whole.outputs) and all(one.aggregate for one in whole.outputs)
    return alone and bool(_THEIRS.search(rest)) and any(not one.aggregate for one in found.outputs)


def _shows_more(found: SqlDraft, whole: SqlDraft) -> bool:
    """Whether the clauses show a column of the same rows that the whole leaves out."""
    more = len(found.outputs) > len(whole.outputs)
    return more and not any(one.aggregate for one in found.outputs) and _keeps(found, whole)
