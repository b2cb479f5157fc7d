"""Tokens of the events socket."""

from __future__ import annotations

import time
from typing import Any

import pytest
from itsdangerous import URLSafeSerializer

from core.models import Person, PersonKind
from core.turns.tokens import DAY_S, VALID_DAYS, EventTokens

SESSION, OTHER = "A" * 22, "B" * 22
ANA = Person("proxy:ana", "Ana", "ana@example.com", PersonKind.PROXY, admin=True)


def test_a_token_opens_its_own_session_only(client: Any) -> None:
    tokens = EventTokens(client)
    token = tokens.make(SESSION, ANA)
    assert tokens.opens(token, SESSION) == Person("proxy:ana", "Ana", kind=PersonKind.PROXY)
    assert tokens.opens(token, OTHER) is None


def test_a_page_drawn_again_gets_the_same_token_and_another_person_another(client: Any) -> None:
    tokens = EventTokens(client)
    assert tokens.make(SESSION, ANA) == tokens.make(SESSION, ANA) != tokens.make(SESSION, Person("browser:ben", "Ben"))


def test_names_of_any_signs_go_into_a_token(client: Any) -> None:
    tokens = EventTokens(client)
    person = tokens.opens(tokens.make(SESSION, Person("browser:x", "\ud800<b>" + "é" * 999)), SESSION)
    assert person is not None and person.name == "?<b>" + "é" * 76


def test_processes_on_one_redis_accept_each_others_tokens(client: Any) -> None:
    assert EventTokens(client).opens(EventTokens(client).make(SESSION, ANA), SESSION) is not None


@pytest.mark.parametrize(
    "token",
    ["", "junk", "a.b.c", URLSafeSerializer("guess", salt="events").dumps([SESSION, 20_000, "operator", "Me", "operator"])],
)
def test_a_forged_token_is_refused(client: Any, token: str) -> None:
    assert EventTokens(client).opens(token, SESSION) is None


def test_an_old_token_and_one_of_an_earlier_version_are_refused(client: Any) -> None:
    tokens = EventTokens(client)
    today = int(time.time()) // DAY_S
    for content in (
        [SESSION, today - VALID_DAYS - 1, "browser:x", "X", "browser"],
        [SESSION, today],
        [SESSION, today, "x", "X", "cat"],
    ):
        assert tokens.opens(str(tokens._signed().dumps(content)), SESSION) is None
