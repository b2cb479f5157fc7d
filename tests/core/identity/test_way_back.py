"""The way back from a provider leads to a page of this site or nowhere."""

from __future__ import annotations

import pytest
import redis

from core.identity.way_back import WaysBack
from core.sessions import keys

HERE = "kZ3vQm9XbT7cLw2RjY8nHg"


@pytest.fixture
def ways(redis_url: str) -> WaysBack:
    return WaysBack(redis.Redis.from_url(redis_url))


def test_it_leads_back_once(ways: WaysBack) -> None:
    ways.keep(HERE, "sessions", {"session": "A" * 22})
    assert ways.take("x" * 22) == ""
    assert ways.take(HERE) == "sessions?session=" + "A" * 22
    assert ways.take(HERE) == ""


def test_the_latest_counts_and_the_home_page_has_no_name(ways: WaysBack) -> None:
    ways.keep(HERE, "sessions", {})
    ways.keep(HERE, "", {"share": "t-_9"})
    assert ways.take(HERE) == "?share=t-_9"


def test_it_is_forgotten_after_a_while(ways: WaysBack, redis_url: str) -> None:
    ways.keep(HERE, "data", {})
    assert 0 < redis.Redis.from_url(redis_url).ttl(keys.way_back(HERE)) <= 15 * 60


@pytest.mark.parametrize(
    "page",
    [
        "/evil.example",
        "//evil.example",
        "\\evil.example",
        "https:evil",
        "..",
        "a/b",
        "a?b",
        "a#b",
        "a\r\nSet-Cookie: x",
        "@a.b",
        "x" * 41,
    ],
)
def test_a_page_that_is_no_name_leads_home(ways: WaysBack, page: str) -> None:
    ways.keep(HERE, page, {})
    assert ways.take(HERE) == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("session", "https://evil.example"),
        ("session", "a\r\nb"),
        ("session", ""),
        ("session", "x" * 65),
        ("a&b", "c"),
        ("", "c"),
        ("A", "c"),
    ],
)
def test_parameters_that_are_no_ids_are_left_behind(ways: WaysBack, name: str, value: str) -> None:
    ways.keep(HERE, "", {name: value, "share": "t"})
    assert ways.take(HERE) == "?share=t"


@pytest.mark.parametrize(
    "stored", [b"", b"{", b"[]", b'{"page":"//evil.example","query":{}}', b'{"page":"","query":{"x":"//e"}}', b"\xff"]
)
def test_what_somebody_else_wrote_there_leads_home(ways: WaysBack, redis_url: str, stored: bytes) -> None:
    redis.Redis.from_url(redis_url).set(keys.way_back(HERE), stored)
    assert ways.take(HERE) == ""
