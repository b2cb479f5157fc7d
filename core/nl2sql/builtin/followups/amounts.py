"""Amounts: the number a list was ranked or narrowed by, asked for next ("how many did it have?", "how many each?")."""

from __future__ import annotations

import re
from dataclasses import replace

from core.nl2sql.builtin.followups.change import Change, is_number
from core.nl2sql.builtin.followups.ellipsis import counts_its_rank
from core.nl2sql.builtin.query.explain import field_words
from core.nl2sql.builtin.query.query import Field, Query, Ref, comparisons

_OF_THEM = re.compile(r"\b(each|apiece|exactly|ha(ve|s|d)|got|get|show|came|come)\b")
_COUNTS = re.compile(r"\b(of (them|those|these)|are there|there are|different|distinct|unique)\b")
_HOW_MUCH = re.compile(
    r"(and )?(by )?how much( (is|was|are|were) (that|it|they)| (do|does|did) (they|it|he|she|each) \w+)?( each| exactly| apiece)?"
    r"(?=\W*$|,| and (who|where|when|which|what|from|to|by)\b)"
)
_RANGE = (">", ">=", "<", "<=", "between")


def amounts(query: Query, change: Change) -> Query:
    """The number itself where the follow-up names nothing to count; the only row's alone, several rows' beside what they are."""
    if found := _HOW_MUCH.match(change.text):
        return _how_much(query, change, found[0].split())
    cue = next((item for item in change.parse.items if item.is_cue("count") and item.lower.startswith("how many")), None)
    single = query.limit == 1
    if cue is None or _COUNTS.search(change.text) or not (single or _OF_THEM.search(change.text)):
        return query
    named = [item for item in change.parse.items if item.kind in ("name", "value", "period") or item.number is not None]
    unnamed = not named or counts_its_rank(change.parse.items, query)
    amount = _amount(query, change) if unnamed and not query.combine else None
    if amount is None or (amount in query.select and not (single and len(query.select) > 1)):
        return query
    for item in change.parse.items:
        item.role = "measure" if item is cue or (item.kind == "word" and item.start == cue.end) else item.role
        item.role = item.role or ("measure" if item.is_cue("compare", "=") or item.is_cue("group") else "")
    change.parse.outputs, change.parse.groups = [], []
    change.said.append(field_words(amount, change.index) if single else f"+ {field_words(amount, change.index)}")
    keys = query.keys or (query.dimensions if amount.aggregate else ())
    return replace(query, select=(amount,) if single else (*query.select, amount), keys=keys if single else query.keys)


def _how_much(query: Query, change: Change, words: list[str]) -> Query:
    """ "How much exactly, and who is the investor?", of those over a bound: the amount beside what is shown."""
    amount = _amount(query, change) if not query.combine else None
    if amount is None:
        return query
    for item in change.parse.items:
        item.role = item.role or ("measure" if item.lower in words else "")
    change.parse.groups = []
    change.parse.outputs = [output for output in change.parse.outputs if output.field.expr != amount.expr]
    change.said.append("shown already" if amount in query.select else f"+ {field_words(amount, change.index)}")
    return query if amount in query.select else replace(query, select=(*query.select, amount))


def _amount(query: Query, change: Change) -> Field | None:
    """What the rows are ranked by, else what they are compared with."""
    fields: list[Field] = [o.field for o in query.order[:1]] if query.limit is not None else []
    fields += [c.field for c in query.having]
    fields += [c.field for c in comparisons(query.where) if c.op in _RANGE and c.query is None and not query.grouped]
    for field in fields:
        if field.aggregate == "count" or (isinstance(field.expr, Ref) and is_number(field.expr, change.parse)):
            return field
    return None
