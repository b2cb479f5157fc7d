"""Excluding: the ways to say that rows are left out ("take X out", "everything but X", "minus the X ones") as "exclude X"."""

from __future__ import annotations

import re
from datetime import date

from core.nl2sql.builtin.linking.index import Index
from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.linking.linking import link
from core.nl2sql.builtin.query.query import Query, comparisons

_LEAD = r"(?:(?:and|but|now|then|so|also|just|please|let's|lets|let us|could you|can you) )*"
_VERBS = "leave|take|throw|keep|cut|filter|rule|kick|weed|strip|drop"
_OUT = re.compile(
    rf"^{_LEAD}(?:{_VERBS}) (?!out\b)(.+?) (?:out|aside)(?: of (?:it|this|that|there|the \w+))?(\W*)$", re.IGNORECASE
)
_OPENS = re.compile(
    rf"^{_LEAD}(?:with |show |list |give me )?(?:"
    rf"(?:{_VERBS}) out|skip|drop|remove|ditch|discard|disregard|discount|lose|minus|less|hide|bar|barring"
    r"|get rid of|do without|take away"
    r"|(?:not|without|never) (?:counting|including|considering)"
    r"|(?:don't|dont|do not) (?:count|include|show|list|want|need|consider)"
    r"|(?:everything|everyone|everybody|anything|anyone|anybody|all|all of them|anywhere|everywhere)"
    r" (?:but|except(?: for)?|apart from|aside from|bar|besides|other than)"
    r"|aside from|apart from|other than|no more"
    r") (?!than\b|of\b)(.+)$",
    re.IGNORECASE,
)
_TRAILING = re.compile(
    rf"^{_LEAD}(?!(?:what|which|who|how|list|show|give)\b)(.+?),? (?:excluded|left out|not included|not counted)(\W*)$",
    re.IGNORECASE,
)
_AND_OUT = re.compile(
    rf"^(.+?)(?:,? (?:and|but) |, )((?:(?:{_VERBS}) out|skip|drop|remove|ditch|discard|get rid of) "
    r"(?:the ones|those|anything|anyone|anybody|everything|everyone|everybody|whatever|whoever) .+)$",
    re.IGNORECASE,
)
"""Another wish stands before: "biggest first, and drop anything under 100"."""
_PLAIN = ("value", "number", "period")
_ROWS = re.compile(
    r"^(?:the )?(?:anything|anyone|anybody|everything|everyone|everybody|all(?: of)?(?: the)?|whatever|whoever) ", re.IGNORECASE
)
"""Rows of any kind: only what is said of them narrows."""
_LETS_GO = re.compile(rf"^{_LEAD}(?:drop|remove|lose|ditch|discard|get rid of)\b", re.IGNORECASE)


def excluded(text: str, query: Query, index: Index, today: date) -> str:
    """The follow-up opening with "exclude" where it leaves out rows it tells by a cell, a number or a time; else as it is.

    "Drop Oslo" after "only Oslo" lets go of what was asked for.
    """
    if after := _AND_OUT.match(text):
        return f"{after[1]}, {excluded(after[2], query, index, today)}"
    found = _OUT.match(text) or _OPENS.match(text) or _TRAILING.match(text)
    if found is None or not any(_tells_rows(item) for item in link(found[1], index, today)):
        return text
    asked = [
        str(value).lower() for c in comparisons(query.where) if not c.negated for value in c.values if isinstance(value, str)
    ]
    if _LETS_GO.match(text) and any(value and value in found[1].lower() for value in asked):
        return f"forget {found[1]}"
    return f"exclude {_ROWS.sub('the ones ', found[1])}"


def _tells_rows(item: Item) -> bool:
    return (
        item.kind in _PLAIN
        or item.is_cue("compare")
        or item.is_cue("null")
        or (item.is_cue("not") and item.lower in ("no", "without"))
    )
