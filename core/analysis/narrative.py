"""Narrative: two to four sentences from facts, without a model. The first answers the question."""

from __future__ import annotations

from collections.abc import Sequence

from core.analysis.markup import bold, escape
from core.models import Fact, ResultSet

MOST_SENTENCES = 4
LEAST_WEIGHT = 0.35


def write(facts: Sequence[Fact], result: ResultSet | None = None, question: str = "") -> str:
    """Markdown in which only our own **bold** is markup. Empty without facts."""
    if not facts:
        return ""
    lead, *rest = sorted(facts, key=lambda fact: -fact.weight)
    chosen, kinds = [bold(lead.text, lead.emphasis)], {lead.kind}
    for fact in rest:
        if fact.kind not in kinds and fact.weight >= LEAST_WEIGHT and len(chosen) < MOST_SENTENCES:
            chosen.append(escape(fact.text))
            kinds.add(fact.kind)
    return " ".join(chosen)
