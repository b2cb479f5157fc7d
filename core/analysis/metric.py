"""Metric: one number shown big, with what it is and what it compares to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.analysis.humanise import format_compact
from core.analysis.reading import read
from core.models import ChartKind, ChartSpec, Fact, ResultSet, SqlDraft

LONGEST_VALUE = 12
"""Characters that fit on a phone in large type."""
_COMPARING = ("share", "range")


@dataclass(frozen=True)
class Metric:
    """Plain text throughout: escape it where markdown is read."""

    value: str
    """As large type shows it: shortened when it is long."""
    label: str
    exact: str
    """The value in full."""
    comparison: str = ""
    """One short sentence, or empty."""


def metric(
    spec: ChartSpec, result: ResultSet, draft: SqlDraft | None = None, *, facts: Sequence[Fact] = (), locale: str = "en"
) -> Metric | None:
    """None for any chart but a METRIC with a value. The comparison is the fact that puts the number in its context, else
    what the engine limited the question to."""
    if spec.kind is not ChartKind.METRIC or not spec.y or not result.row_count:
        return None
    shape = read(result, draft).shape
    number = shape.numbers(spec.y[0])[0] if 0 <= spec.y[0] < len(shape.columns) else None
    if number is None:
        return None
    exact = shape.value_text(spec.y[0], number, locale)
    short = exact if len(exact) <= LONGEST_VALUE else format_compact(number, locale=locale)
    label = shape[spec.y[0]].title
    if spec.x is not None and 0 <= spec.x < len(shape.columns):
        label = f"{shape.labels(spec.x, locale)[0]} · {label}"
    return Metric(short, label, exact, _comparison(draft, facts))


def _comparison(draft: SqlDraft | None, facts: Sequence[Fact]) -> str:
    told = next((fact.text for fact in facts if fact.kind in _COMPARING), "")
    if told or draft is None:
        return told
    limits = [a.text for a in draft.assumptions if a.kind in ("filter", "period")]
    return " · ".join(limits)
