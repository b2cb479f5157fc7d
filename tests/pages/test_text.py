"""Text of people, models and databases on its way into a page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pages.render.text import ago, count, duration, escape, label, led, line, rich, shortened

NOW = datetime(2026, 3, 14, 12, tzinfo=UTC)


def test_html_in_data_becomes_letters() -> None:
    assert escape('<img src=x onerror="a()">') == "&lt;img src=x onerror=&quot;a()&quot;&gt;"


def test_bold_is_the_only_markup_of_an_answer() -> None:
    assert rich("**12** of [a](http://b)\n\n<b>c</b>") == "<p><strong>12</strong> of [a](http://b)</p><p>&lt;b&gt;c&lt;/b&gt;</p>"


def test_bold_cannot_smuggle_a_tag() -> None:
    assert "<i" not in rich("**<i onload=x>**")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("*a*", r"\*a\*"),
        ("![x](http://e)", "\\!\\[x\\]\\(http\\:\u2060\\/\\/e\\)"),
        (":material/delete:", "\\:\u2060material\\/delete\\:"),
        (":smile:", "\\:\u2060smile\\:"),
        ("www.evil.com", "www\u2060\\.evil\\.com"),
        ("a@b.co", "a\u2060\\@b\\.co"),
        ("$x^2$", r"\$x\^2\$"),
        ("two\nlines", "two lines"),
        ("Umsatz für Köln", "Umsatz für Köln"),
    ],
)
def test_a_label_shows_every_sign_as_it_is(text: str, shown: str) -> None:
    assert label(text) == shown


@pytest.mark.parametrize(
    ("text", "lead", "rest"),
    [
        ("**Karl Seal** spent 221.55. Two others follow.", "**Karl Seal** spent 221.55.", "Two others follow."),
        ("**St. Louis and others** lead. **Two** follow.", "**St. Louis and others** lead.", "**Two** follow."),
        ("Total is **3**.", "Total is **3**.", ""),
        (
            "St. Louis has the most, **31** of 60. The others follow.",
            "St. Louis has the most, **31** of 60.",
            "The others follow.",
        ),
    ],
)
def test_the_first_sentence_of_an_answer_leads(text: str, lead: str, rest: str) -> None:
    assert led(text) == (lead, rest)


def test_the_marks_of_an_analysis_are_gone_from_its_line() -> None:
    assert line("a **b**\n\nc\\_d") == "a b c_d"


def test_an_escaped_mark_is_shown_and_a_lone_one_is_not() -> None:
    assert rich(r"2 \*\* 3 and **4") == "<p>2 ** 3 and 4</p>"


def test_a_long_text_is_cut_with_an_ellipsis() -> None:
    assert shortened("abcdef", 4) == "abc…"
    assert shortened("abcd", 4) == "abcd"


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(seconds=5), "just now"),
        (timedelta(minutes=5), "5 min ago"),
        (timedelta(hours=2, minutes=40), "2 h ago"),
        (timedelta(hours=30), "yesterday"),
        (timedelta(days=3), "3 days ago"),
        (timedelta(days=40), "2 Feb 2026"),
    ],
)
def test_a_moment_is_told_as_people_say_it(age: timedelta, words: str) -> None:
    assert ago(NOW - age, NOW) == words


def test_counts_and_durations_are_readable() -> None:
    assert [count(1, "row"), count(12_000, "row")] == ["1 row", "12,000 rows"]
    assert [duration(0.043), duration(1.24), duration(12.4), duration(125)] == ["0.04 s", "1.2 s", "12 s", "2 min 5 s"]
