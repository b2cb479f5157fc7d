from __future__ import annotations

import pytest

from core.errors import InvalidSessionId
from core.sessions import keys
from core.sessions.ids import check_field_id, check_session_id, new_session_id


def test_a_new_id_is_accepted_and_never_the_same() -> None:
    ids = {check_session_id(new_session_id()) for _ in range(1000)}
    assert len(ids) == 1000


@pytest.mark.parametrize(
    "malformed",
    [
        "",
        "abc",
        "a" * 21,
        "a" * 23,
        "a" * 21 + "}",
        "a" * 21 + "\n",
        "a" * 21 + "é",
        "../../../etc/passwd/xxx",
        "*" * 22,
        "a" * 22 + "\n",
    ],
)
def test_a_malformed_session_id_never_becomes_a_key(malformed: str) -> None:
    with pytest.raises(InvalidSessionId) as caught:
        keys.session(malformed)
    assert caught.value.hint


def test_a_field_id_with_a_colon_is_refused_because_it_could_name_another_field() -> None:
    with pytest.raises(ValueError, match="turn1:chart"):
        check_field_id("turn1:chart")


def test_all_keys_of_a_session_share_one_hash_tag() -> None:
    session_id = new_session_id()
    assert len(set(keys.of_session(session_id))) == 7
    assert all(key.startswith(f"session:{{{session_id}}}") for key in keys.of_session(session_id))
    assert keys.of_session(session_id) == (
        keys.session(session_id),
        keys.turns(session_id),
        keys.results(session_id),
        keys.events(session_id),
        keys.queue(session_id),
        keys.lease(session_id),
        keys.shares(session_id),
    )


def test_no_new_id_looks_like_an_option_of_a_command() -> None:
    assert not any(new_session_id().startswith("-") for _ in range(2_000))
