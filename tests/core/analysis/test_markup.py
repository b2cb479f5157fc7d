"""Text of data in markdown: shown as it is, never read as markup."""

from __future__ import annotations

import pytest

from core.analysis.markup import JOINER, bold, clean, escape, plain

HOSTILE = [
    "**bold** and *it* and _it_",
    "![x](http://x.example/a.png)",
    "[x](https://x.example)",
    "https://x.example and www.x.example and a@x.example",
    "`code` and $math$ and ~~gone~~",
    ":red[x] :material/home: :smile: :+1:",
    "<img src=x onerror=alert(1)> &amp;",
    "# head",
    "- item",
    "1. item",
    "> quote",
    "a | b",
    "javascript:alert(1)",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_plain_gives_back_what_escape_was_given(text: str) -> None:
    assert plain(escape(text)) == text


@pytest.mark.parametrize("text", ["https://x.example", "www.x.example", "mailto:a@x.example", ":smile:", ":material/home:"])
def test_what_is_found_after_unescaping_is_broken_by_a_joiner(text: str) -> None:
    assert JOINER in escape(text)


def test_numbers_times_and_names_stay_as_they_are() -> None:
    for text in ("1,234.50", "at 10:30", "O'Brien & Co", "PG-13", "-5.2 is low"):
        assert escape(text).replace("\\&", "&") == text


def test_new_lines_and_control_characters_become_spaces() -> None:
    assert escape("a\n\n# b\x00\u202ec") == "a # b c"


def test_bold_marks_whole_words_of_our_own_only() -> None:
    assert bold("Route 66 has 6 of 12.", ("Route 66", "6")) == "**Route 66** has **6** of 12."
    assert bold("**x** has 5.", ("5",)) == "\\*\\*x\\*\\* has **5**."


def test_of_a_model_only_bold_survives() -> None:
    assert clean("**North** leads *now* with `5`.") == "**North** leads \\*now\\* with \\`5\\`."
    assert clean("an **open bold") == "an open bold"
