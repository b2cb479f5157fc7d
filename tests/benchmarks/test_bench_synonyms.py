"""How questions are made that call columns by other words."""

from __future__ import annotations

import pytest

from tests.benchmarks.bench_synonyms import rename

SYNONYMS = {"birth year": "year born", "year": "season", "Company_Name": "firm", "category": "kind", "boss": "chief"}


@pytest.mark.parametrize(
    ("question", "renamed"),
    [
        ("What is the birth year of each singer?", "What is the year born of each singer?"),
        ("List all years and categories.", "List all seasons and kinds."),
        ("Year of the yearly fair", "Season of the yearly fair"),
        ("the company_name and COMPANY NAME", "the firm and firm"),
        ("Who has 'year' or \"birth year\" as the boss's year?", "Who has 'year' or \"birth year\" as the chief's season?"),
        ("Which bosses are there?", "Which chiefs are there?"),
        ("How many are there?", "How many are there?"),
    ],
)
def test_columns_get_other_names_outside_quotes(question: str, renamed: str) -> None:
    assert rename(question, SYNONYMS) == renamed


def test_without_synonyms_a_question_stays() -> None:
    assert rename("What is the year?", {}) == "What is the year?"
