from __future__ import annotations

import pytest

from core.sessions.words import asked, fold, sql_words, title_rank, words


def test_case_and_accents_make_no_difference() -> None:
    assert fold("GRÖSSE") == fold("größe") == "grosse"
    assert words("Café, CAFE ... café") == ["cafe"]


def test_a_name_with_underscores_is_found_by_its_parts() -> None:
    assert words("order_date x 2024-05") == ["order", "date", "2024", "05"]
    assert sql_words("SELECT COUNT(*) FROM order_line WHERE state = 'Ohio'") == ["count", "order", "line", "state", "ohio"]


@pytest.mark.parametrize(
    ("text", "whole", "typing"),
    [
        ("", [], ""),
        ("rev", [], "rev"),
        ("revenue ", ["revenue"], ""),
        ("Revenue per mon", ["revenue", "per"], "mon"),
        ("select name from film", ["name"], "film"),
        ("select ", ["select"], ""),
        ("r", [], ""),
        ("%_*?[]{}\x00", [], ""),
        ("a\ud800bc", [], "bc"),
    ],
)
def test_the_last_word_is_still_being_typed_unless_something_follows_it(text: str, whole: list[str], typing: str) -> None:
    assert asked(text) == (whole, typing)


def test_titles_are_ordered_by_their_first_letters_and_untitled_ones_come_last() -> None:
    titles = ["äpfel", "Banana", "beta", "zoo", "数", ""]
    assert sorted(titles, key=title_rank) == titles
    assert max(map(title_rank, titles)) < 2**48
