"""Ids: a session's id is its secret (whoever has the link can open it), so it is random and checked before it is used."""

from __future__ import annotations

import re
import secrets

from core.errors import InvalidSessionId

_SESSION_ID = re.compile(r"[A-Za-z0-9_-]{22}", re.ASCII)
_FIELD_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


def new_session_id() -> str:
    """128 random bits as 22 URL-safe characters; none begins with a dash, which a command would take for an option."""
    while (identifier := secrets.token_urlsafe(16)).startswith("-"):
        pass
    return identifier


def is_session_id(text: str) -> bool:
    return _SESSION_ID.fullmatch(text) is not None


def check_session_id(session_id: str) -> str:
    """The id itself. Raises InvalidSessionId for anything that `new_session_id` cannot have made."""
    if not isinstance(session_id, str) or not is_session_id(session_id):
        raise InvalidSessionId(
            "This link does not lead to a session.", "Check that it was copied whole, or open a session from the list."
        )
    return session_id


def check_field_id(field_id: str) -> str:
    """The id of a turn or a result: 1–64 of A–Z, a–z, 0–9, _ and -. Raises ValueError: these ids are ours, never typed."""
    if not _FIELD_ID.fullmatch(field_id):
        raise ValueError(f"not an id of a turn or a result: {field_id!r}")
    return field_id
