"""The words inside identifiers, whatever the habit of their author."""

from __future__ import annotations

import pytest

from core.nl2sql.builtin.linking.lexicon import lexicon
from core.nl2sql.builtin.linking.names import name_words
from core.nl2sql.builtin.linking.text import lemma

NAMES = [
    ("OrderDate", ("order", "date")),
    ("order_dates", ("order", "date")),
    ("CustNo", ("customer", "number")),
    ("HTTPServerName2", ("http", "server", "name", "2")),
    ("Größe in cm", ("größe", "in", "cm")),
    ("LName", ("last", "name")),
    ("tblOrders", ("order",)),
]


@pytest.mark.parametrize(("name", "words"), NAMES)
def test_an_identifier_is_read_as_words(name: str, words: tuple[str, ...]) -> None:
    assert name_words(name, lexicon().abbreviations) == words


def test_run_together_words_are_cut_where_the_schema_knows_both_halves() -> None:
    assert name_words("customername", {}, {"customer"}) == ("customer", "name")
    assert name_words("candidate", {}, {"customer"}) == ("candidate",)


@pytest.mark.parametrize(
    ("word", "base"),
    [("categories", "category"), ("addresses", "address"), ("people", "person"), ("paid", "pay"), ("buses", "bus")],
)
def test_a_word_meets_its_base_form(word: str, base: str) -> None:
    assert lemma(word) == base
