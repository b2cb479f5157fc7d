"""Tokens of the events socket."""

from __future__ import annotations

from typing import Any

import pytest
from itsdangerous import URLSafeSerializer

from core.turns.tokens import EventTokens

SESSION, OTHER = "A" * 22, "B" * 22


def test_a_token_opens_its_own_session_only(client: Any) -> None:
    tokens = EventTokens(client)
    token = tokens.make(SESSION)
    assert tokens.accepts(token, SESSION)
    assert not tokens.accepts(token, OTHER)


def test_processes_on_one_redis_accept_each_others_tokens(client: Any) -> None:
    assert EventTokens(client).accepts(EventTokens(client).make(SESSION), SESSION)


@pytest.mark.parametrize("token", ["", "junk", "a.b.c", URLSafeSerializer("guess", salt="events").dumps([SESSION, 20_000])])
def test_a_forged_token_is_refused(client: Any, token: str) -> None:
    assert not EventTokens(client).accepts(token, SESSION)


def test_an_old_token_is_refused(client: Any) -> None:
    tokens = EventTokens(client)
    assert not tokens.accepts(str(tokens._signed().dumps([SESSION, 10])), SESSION)
