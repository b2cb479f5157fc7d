"""Whatever words come in whatever order, there is an answer that runs or a question back, and never an error."""

from __future__ import annotations

import random

import pytest

from core.models import Clarification
from core.nl2sql.builtin.linking.index import Index, index_of
from tests.core.nl2sql.builtin.schemas import NAMES, Samples, ask, cases, context, drafted

FRAGMENTS = (
    "oldest first", "most expensive first", "the newest", "cheapest one", "top 3", "the second one", "how many of them",
    "as a share", "by month", "and the rest", "only those", "not", "without", "reverse", "undo", "each", "on average",
    "more than", "the most", "which one", "late", "on time", "above that", "who are they", "and which haven't",
)  # fmt: skip
WORDS = (
    "how many", "which", "the most", "not", "per", "by", "average", "and", "or", "than", "more than 3", "in 2024", "last month",
    "first", "top", "without", "only", "each", "share of", "difference", "between", "growth", "running total", "both", "than the",
    "same", "as", "never", "sorted by", "descending", "distinct", "late", "of those", "that", "with", "%", "(", ")", "?", ".",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_any_words_are_read_alone_and_after_a_question(name: str, samples: Samples) -> None:
    catalog, connection = samples[name].catalog, samples[name].connection
    asked = next(case["question"] for database, case in cases("cases") if database == name)
    before = context((asked, drafted(asked, catalog)))
    for said in (*FRAGMENTS, *_salads(index_of(catalog), random.Random(name))):
        for given in (None, before):
            answer = ask(said, catalog, given)
            draft = answer.draft if isinstance(answer, Clarification) else answer
            if draft is not None:
                connection.execute(draft.sql).fetchmany(1)


def _salads(index: Index, dice: random.Random) -> list[str]:
    """Words of asking among the names and cells of a database."""
    names = [" ".join(words) for words in (*index.names.tables.values(), *index.names.columns.values())]
    cells = [value for held in index.catalog.values for value in held.values[:5]]
    return [" ".join(dice.choices([*WORDS, *names, *cells], k=dice.randint(2, 9))) for _ in range(60)]
