"""Overlap: rows that the last two answers have in common ("is anybody in both lists?", "who did both?")."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from core.nl2sql.builtin.followups.listing import key_of, keys_within
from core.nl2sql.builtin.query.query import Compare, Query
from core.nl2sql.builtin.reading.parse import Parse

_BOTH = re.compile(
    r"^(?:and |but |so )*(?:is|are|was|were|does|do|did|has|have|who|which|any|anyone|anybody|which ones?)\b[\w ]*?"
    r"\b(?:(?:in|on|part of|among) both(?: of (?:them|those|these))?(?: (?:lists?|groups?|answers?|results?|sets?))?"
    r"|(?:do|does|did|done) both(?: of (?:them|those|these))?)\W*$"
)


def in_both(asked: Sequence[Query], text: str, parse: Parse) -> Query | None:
    """The rows of the last answer that are in the one before it too; None unless both list rows of one table."""
    if not _BOTH.match(text) or len(asked) < 2:
        return None
    last, before = asked[0], asked[1]
    alike = last.subject == before.subject and last.where != before.where
    key = key_of(last, parse)
    if not alike or key is None or any(query.grouped or query.combine or query.limit for query in (last, before)):
        return None
    return replace(last, where=(*last.where, Compare(key, "in", query=keys_within(before, key))))
