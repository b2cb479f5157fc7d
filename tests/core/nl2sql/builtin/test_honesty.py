"""What the engine does when it does not know: it asks back, names the words, and never makes something up."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from core.cancellation import Cancellation
from core.errors import Cancelled, EmptyDatabase
from core.models import Catalog, Clarification, Context, SqlDraft
from core.nl2sql.builtin import BuiltinEngine
from core.nl2sql.builtin.compound import in_steps
from core.nl2sql.builtin.query.query_json import from_json, to_json
from tests.core.nl2sql.builtin.schemas import NAMES, Samples, ask, cases, catalog_of, context, drafted

NOT_ANSWERED = [
    "",
    "   ",
    "?!",
    "asdf qwer zxcv",
    "Wie viele Kunden gibt es?",
    "¿Cuántos pedidos hay?",
    "How many unicorns do we have?",
    "how many of our customers are women",
    "What is the weather today?",
    "what is the weather like in Madrid",
    "show me the wombats from Spain",
    "delete all customers",
    "profit by astronaut",
    "what percentage of orders in 2023 came",
    "year over year revenue growth by month",
    "return rate by category",
    "top 5 wombats by revenue",
    "yearly revenue growth in 2023",
    "share of revenue",
    "number of orders by zodiac sign",
    "top 3 per category by revenue",
    "average salary by category",
    "orders of customers in Brazil by channel",
    "x" * 10_000,
]


@pytest.fixture
def shop(samples: Samples) -> Catalog:
    return samples["shop"].catalog


@pytest.mark.parametrize("question", NOT_ANSWERED, ids=lambda question: question[:30] or "empty")
def test_what_it_cannot_answer_is_asked_back_with_questions_it_can(question: str, shop: Catalog) -> None:
    answer = ask(question, shop)
    assert isinstance(answer, Clarification)
    assert answer.reason == "unknown"
    assert 1 <= len(answer.choices) <= 3
    assert all(isinstance(ask(choice.question, shop), SqlDraft) for choice in answer.choices)


@pytest.mark.parametrize("day", ["2024-02-30", "February 30, 2024", "2/30/2024", "31 June 2024", "April 31st 2023"])
def test_a_day_no_calendar_has_is_said_and_not_widened(day: str, shop: Catalog) -> None:
    answer = ask(f"revenue on {day}", shop)
    assert isinstance(answer, Clarification)
    assert f"“{day}” is not a day" in answer.question


def test_the_words_it_does_not_know_are_named(shop: Catalog) -> None:
    answer = ask("How many unicorns do we have?", shop)
    assert isinstance(answer, Clarification)
    assert answer.unused_words == ("unicorns",)
    assert "unicorns" in answer.question


def test_a_value_of_two_columns_is_asked_about_and_the_choice_is_remembered(shop: Catalog) -> None:
    twice = replace(
        shop, values=tuple(replace(v, values=(*v.values, "Nord")) if v.column in ("city", "country") else v for v in shop.values)
    )
    twice = replace(twice, fingerprint="twice")
    answer = ask("How many customers in Nord?", twice)
    assert isinstance(answer, Clarification)
    assert answer.reason == "ambiguous"
    labels = {choice.label: choice.resolves for choice in answer.choices}
    assert len(labels) == 2
    settled = drafted("How many customers in Nord?", twice, context(resolutions=answer.choices[1].resolves))
    assert answer.choices[1].resolves["nord"].split(".")[1] + " = 'Nord'" in settled.sql


BOATS = """CREATE TABLE boats (boat_id INTEGER PRIMARY KEY, boat_name VARCHAR(30) NOT NULL, length INTEGER NOT NULL,
day_rate DECIMAL(6,2) NOT NULL, repair_cost DECIMAL(6,2) NOT NULL)"""


@pytest.fixture
def boats(tmp_path: Path) -> Catalog:
    path = tmp_path / "boats.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute(BOATS)
        connection.execute("INSERT INTO boats VALUES (1, 'Gull', 7, 40.5, 900), (2, 'Tern', 9, 62.0, 700)")
    connection.close()
    return catalog_of(f"sqlite:///{path}")


@pytest.mark.parametrize("question", ["boats cheaper than 50", "the most expensive boat", "boats with a price above 50"])
def test_a_measure_two_columns_fit_alike_is_asked_about_and_remembered(question: str, boats: Catalog) -> None:
    answer = ask(question, boats)
    assert isinstance(answer, Clarification)
    assert [choice.label for choice in answer.choices] == ["Boat day rate", "Boat repair cost"]
    chosen = context(resolutions=answer.choices[0].resolves)
    assert "day_rate" in drafted(question, boats, chosen).sql
    assert "day_rate" in drafted("the cheapest boat", boats, chosen).sql


def test_a_follow_up_is_asked_about_too(boats: Catalog) -> None:
    first = drafted("list the boats", boats)
    answer = ask("only those cheaper than 50", boats, context(("list the boats", first)))
    assert isinstance(answer, Clarification)
    assert len(answer.choices) == 2


def test_a_column_of_that_name_is_no_question(boats: Catalog, shop: Catalog) -> None:
    assert "list_price" in drafted("products cheaper than 10", shop).sql
    assert "day_rate" in drafted("boats with a day rate above 50", boats).sql
    assert "length" in drafted("the longest boat", boats).sql


def test_an_empty_database_is_refused(shop: Catalog) -> None:
    with pytest.raises(EmptyDatabase):
        BuiltinEngine().draft("How many orders?", Context(), replace(shop, tables=()))
    assert not BuiltinEngine().can_answer("How many orders?", Context(), replace(shop, tables=()))


def test_stop_is_heeded(shop: Catalog) -> None:
    stopped = Cancellation()
    stopped.cancel()
    with pytest.raises(Cancelled):
        BuiltinEngine().draft("How many orders?", Context(), shop, cancellation=stopped)


def test_periods_and_measures_it_took_for_granted_are_said(shop: Catalog) -> None:
    kinds = {assumption.kind for assumption in drafted("Revenue by category last month", shop).assumptions}
    assert {"period", "measure", "join"} <= kinds


@pytest.mark.parametrize("name", NAMES)
def test_starter_questions_can_be_answered(name: str, samples: Samples) -> None:
    catalog = samples[name].catalog
    questions = BuiltinEngine().suggest(catalog)
    assert 3 <= len(questions) <= 6
    assert all(isinstance(ask(question, catalog), SqlDraft) for question in questions)


def test_a_question_with_a_strange_word_is_no_edit_of_the_one_before(shop: Catalog) -> None:
    before = context(("revenue by country", drafted("revenue by country", shop)))
    answer = ask("how many of our customers are women", shop, before)
    assert isinstance(answer, Clarification) and answer.unused_words == ("women",)
    assert drafted("number of customers instead", shop, before).changes
    answer = ask("what is the weather like in Madrid", shop, before)
    assert isinstance(answer, Clarification) and answer.unused_words == ("weather",)


def test_the_representation_survives_json(shop: Catalog) -> None:
    for name, case in cases("cases"):
        if name == "shop":
            query = from_json(drafted(case["question"], shop).reads)
            assert query is not None
            assert from_json(to_json(query)) == query


def test_reads_of_another_engine_are_left_alone() -> None:
    assert from_json({"tables": ["orders"]}) is None
    assert from_json(None) is None


def test_rows_a_join_leaves_out_are_said(samples: Samples) -> None:
    market = samples["market"].catalog
    texts = [assumption.text for assumption in drafted("revenue by promotion", market).assumptions]
    assert "Orders with no promotion are left out (67 % of them)" in texts
    assert not any("left out" in a.text for a in drafted("revenue by category per year", market).assumptions)


def test_what_is_offered_instead_is_about_what_was_understood(shop: Catalog) -> None:
    answer = ask("salary of employees above zodiac", shop)
    assert isinstance(answer, Clarification)
    assert answer.choices[0].question == "Average salary of employees"
    assert all("employees" in choice.question for choice in answer.choices)


def test_the_nearest_reading_is_kept_for_who_wants_it_in_spite_of_the_doubt(shop: Catalog, boats: Catalog) -> None:
    unknown = ask("late orders last month", shop)
    assert isinstance(unknown, Clarification) and unknown.reason == "unknown" and unknown.draft
    assert "2024-02-01" in unknown.draft.sql
    ambiguous = ask("the cheapest boat", boats)
    assert isinstance(ambiguous, Clarification) and ambiguous.reason == "ambiguous" and ambiguous.draft
    nothing = ask("asdf qwer zxcv", shop)
    assert isinstance(nothing, Clarification) and nothing.draft is None


def test_a_follow_up_with_a_word_nobody_knows_is_asked_about(shop: Catalog) -> None:
    first = drafted("list the customers", shop)
    answer = ask("only the grumpy ones sorted by city", shop, context(("list the customers", first)))
    assert isinstance(answer, Clarification)
    assert "grumpy" in answer.unused_words


def test_words_that_point_at_the_answer_before_are_not_answered_without_it(shop: Catalog) -> None:
    before = context(("which customers are from Spain", drafted("which customers are from Spain", shop)))
    answer = ask("do they want to be customers", shop, before)
    assert isinstance(answer, Clarification)
    assert answer.question.startswith("That seems to be about the answer before")
    assert answer.draft is not None and answer.draft.confidence < 0.5


def test_a_question_asked_once_more_is_answered_once_more(shop: Catalog) -> None:
    first = drafted("total freight by status", shop)
    assert drafted("total freight by status", shop, context(("total freight by status", first))).sql == first.sql


@pytest.mark.parametrize("question", ["customers without phone", "customers that are not women", "products that are not wooden"])
def test_a_denied_word_nobody_knows_is_not_taken_for_a_deed(question: str, shop: Catalog) -> None:
    assert isinstance(ask(question, shop), Clarification)


@pytest.mark.parametrize("question", ["list the products" + ", which" * 40, "list products, which " * 100])
def test_a_question_of_very_many_clauses_is_tried_in_a_few_places_only(question: str, shop: Catalog) -> None:
    whole = drafted("List the products", shop)
    tried: list[str] = []

    def draft(clause: str, before: Context) -> SqlDraft | Clarification:
        tried.append(clause)
        return whole

    in_steps(question, context(), replace(whole, unused_words=("which",)), draft)
    assert len(tried) <= 12
