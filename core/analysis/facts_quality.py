"""Facts about the result itself: cut short, values missing."""

from __future__ import annotations

from core.analysis.reading import Layout
from core.analysis.telling import Sentence, Telling
from core.models import Fact

MOST_MISSING_TOLD = 2
_NO_ROWS = (Layout.EMPTY, Layout.NULLS)


def quality_facts(t: Telling) -> list[Fact]:
    if t.reading.layout in _NO_ROWS:
        return []
    return [*_truncated(t), *_missing(t)]


def _truncated(t: Telling) -> list[Fact]:
    result, s = t.reading.shape.result, Sentence(t)
    if not result.truncated:
        return []
    text = f"Only the first {s.count(result.row_count)} rows were read, so the figures describe those rows, not everything."
    return [s.fact("truncated", text, 0.95)]


def _missing(t: Telling) -> list[Fact]:
    """Of the columns with the most gaps."""
    shape = t.reading.shape
    if shape.rows < 2:
        return []
    holed = sorted((c for c in shape.columns if c.missing > 0), key=lambda c: -c.missing)
    facts = []
    for column in holed[:MOST_MISSING_TOLD]:
        s = Sentence(t)
        if column.missing == shape.rows and not column.endless:
            facts.append(s.fact("missing", f"{column.title} is empty in every row.", 0.45))
            continue
        part = 100 * column.missing / shape.rows
        share = f" ({s.percent(part)})" if shape.rows >= 10 else ""
        lacking = "is not a number one can reckon with" if column.endless == column.missing else "is missing"
        text = f"{column.title} {lacking} in {s.count(column.missing)} of {s.count(shape.rows)} rows{share}."
        facts.append(s.fact("missing", text, 0.3 + 0.3 * part / 100))
    return facts
