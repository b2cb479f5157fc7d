"""Facts: what a result says, computed exactly. The heaviest comes first and answers the question."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from core.analysis.facts_groups import cross_facts, group_facts
from core.analysis.facts_one import empty_facts, null_facts, one_facts
from core.analysis.facts_quality import quality_facts
from core.analysis.facts_records import record_facts
from core.analysis.facts_series import series_facts, time_group_facts
from core.analysis.reading import Layout, Reading, read
from core.analysis.telling import Telling
from core.models import Catalog, Fact, ResultSet, SqlDraft

Teller = Callable[[Telling, SqlDraft | None], list[Fact]]

_TELLERS: dict[Layout, Teller] = {
    Layout.EMPTY: empty_facts,
    Layout.NULLS: null_facts,
    Layout.ONE: one_facts,
    Layout.SERIES: series_facts,
    Layout.TIME_GROUPS: time_group_facts,
    Layout.GROUPS: group_facts,
    Layout.CROSS: cross_facts,
    Layout.RECORDS: record_facts,
}


def compute_facts(
    result: ResultSet,
    draft: SqlDraft | None = None,
    *,
    question: str = "",
    catalog: Catalog | None = None,
    today: date | None = None,
    locale: str = "en",
) -> tuple[Fact, ...]:
    """Heaviest first; at least one, whatever the result. `catalog` and `today` tell whether the last period is complete."""
    return facts_of(read(result, draft), draft, question=question, catalog=catalog, today=today, locale=locale)


def facts_of(
    reading: Reading,
    draft: SqlDraft | None = None,
    *,
    question: str = "",
    catalog: Catalog | None = None,
    today: date | None = None,
    locale: str = "en",
) -> tuple[Fact, ...]:
    telling = Telling(reading, question, catalog, today, locale)
    facts = [*_TELLERS[reading.layout](telling, draft), *quality_facts(telling)]
    return tuple(sorted(facts, key=lambda fact: -fact.weight))
