"""Readings of a question on a small database: how they are varied, weighed and chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from core.nl2sql.builtin import BENCHMARK
from core.nl2sql.builtin.linking.index import Index, index_of
from core.nl2sql.builtin.query.render import render
from core.nl2sql.builtin.reading.assemble import bare
from core.nl2sql.builtin.reading.reading import parses
from core.nl2sql.builtin.weighing.candidates import Reading, readings
from core.nl2sql.builtin.weighing.ranker import FILE, Ranker, probabilities, ranker, signals
from core.nl2sql.builtin.weighing.view import View
from tests.core.nl2sql.builtin.schemas import TODAY, Samples


@pytest.fixture(scope="module")
def shop(samples: Samples) -> Index:
    return index_of(samples["shop"].catalog)


def weighed(question: str, index: Index, weights: Mapping[str, float] | None = None) -> list[Reading]:
    parse = next(iter(parses(question, index, TODAY, {})))
    return readings(bare(parse, BENCHMARK), View(parse, weights or {}))


def steps(found: list[Reading]) -> set[str]:
    return {step for reading in found for step in reading.steps}


def test_without_weights_the_reading_of_the_grammar_comes_first(shop: Index) -> None:
    assert weighed("names of customers from Canada", shop)[0].steps == ()


def test_no_reading_comes_twice(shop: Index) -> None:
    queries = [reading.query for reading in weighed("names and countries of customers sorted by name", shop)]
    assert len(queries) == len(set(queries)) > 10


@pytest.mark.parametrize(
    ("question", "step"),
    [
        ("names and countries of customers", "drop_shown"),
        ("countries of customers", "distinct"),
        ("distinct countries of customers", "not_distinct"),
        ("names of customers in Madrid", "drop_compare"),
        ("names of customers sorted by name", "drop_order"),
        ("the 3 most expensive products", "drop_limit"),
        ("number of customers per country", "count_distinct"),
    ],
)
def test_a_reading_is_varied(question: str, step: str, shop: Index) -> None:
    assert step in steps(weighed(question, shop))


def test_weights_of_its_features_choose_a_reading(shop: Index) -> None:
    best = weighed("countries of customers", shop, {"distinct": 5.0})[0]
    assert best.query.distinct
    assert best.steps[0] == "distinct"


def test_a_weight_of_a_word_counts_only_where_it_is_said(shop: Index) -> None:
    weights = {"distinct|different": 5.0, "step:distinct": -1.0}
    assert not weighed("countries of customers", shop, weights)[0].query.distinct
    assert weighed("different countries of customers", shop, weights)[0].query.distinct


def test_revenue_is_left_as_the_grammar_reads_it(shop: Index) -> None:
    assert len(weighed("revenue per month", shop)) == 1


def test_filters_joined_flat_repeat_a_row_for_each_match(shop: Index) -> None:
    found = {reading.steps: reading.query for reading in weighed("cities of customers with a cancelled order", shop)}
    flat = found.get(("flat",))
    assert flat is not None
    assert "IN (" in render(replace(flat, flat=False), shop)
    assert "IN (" not in render(flat, shop)


def test_probabilities_add_up_to_one_and_keep_the_order() -> None:
    found = probabilities([1.0, 3.0, -2.0])
    assert sum(found) == pytest.approx(1.0)
    assert found[1] > found[0] > found[2]


def test_a_larger_lead_makes_a_reading_surer() -> None:
    known = Ranker({}, {"lead": 1.0})
    assert known.sure(signals(0.9, 0.5, [])) > known.sure(signals(0.4, 0.5, []))


def test_the_shipped_weights_are_small_and_readable() -> None:
    assert FILE.stat().st_size < 1_000_000
    assert ranker().ranking
    assert all(line.count(":") for line in FILE.read_text(encoding="utf-8").splitlines() if line.startswith('"'))
