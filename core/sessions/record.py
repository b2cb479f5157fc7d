"""Record: a session's hash as Redis returns it, read into a Session or a row of the list. Readers accept missing fields."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeVar

from core.models import Mode, Session, SessionListing, SessionStatus

LISTED = (
    *("title", "connection", "updated", "expires", "turn_count", "status", "preview"),
    *("owner", "owner_name", "created", "tokens", "closed", "life"),
)
"""What a row of the list needs, in the order `listing` takes it; behind it comes the pin of the person whose list it is."""

_RESOLVE = b"resolve:"
_T = TypeVar("_T", bound=StrEnum)


def resolve_field(word: str) -> str:
    return f"resolve:{word}"


def session(session_id: str, flat: Sequence[bytes], now_ms: int) -> Session:
    """From HGETALL's flat reply; status EXPIRED from `expires` on."""
    fields = dict(zip(flat[::2], flat[1::2], strict=True))
    expires = int(fields.get(b"expires", 0))
    return Session(
        id=session_id,
        title=_text(fields.get(b"title")),
        connection=_text(fields.get(b"connection")),
        owner=_text(fields.get(b"owner")),
        created=_time(fields.get(b"created")),
        updated=_time(fields.get(b"updated")),
        expires=_time(expires),
        mode=_member(Mode, fields.get(b"mode"), Mode.ANALYSIS),
        status=_status(fields.get(b"status"), fields.get(b"closed"), expires, now_ms),
        turn_count=int(fields.get(b"turn_count", 0)),
        summary=_text(fields.get(b"summary")),
        summarized_to=int(fields.get(b"summarized_to", 0)),
        resolutions={_text(key[len(_RESOLVE) :]): _text(fields[key]) for key in fields if key.startswith(_RESOLVE)},
        tokens=int(fields.get(b"tokens", 0)),
        size_bytes=int(fields.get(b"bytes", 0)),
        kept=b"life" in fields,
        version=int(fields.get(b"version", 1)),
        owner_name=_text(fields.get(b"owner_name")),
    )


def listing(session_id: str, values: Sequence[bytes | None], now_ms: int) -> SessionListing | None:
    """From HMGET of LISTED and a pin; None where the session is gone."""
    title, connection, updated, expires, turn_count, status, preview = values[:7]
    owner, owner_name, created, tokens, closed, life, pin = values[7:]
    if expires is None:
        return None
    return SessionListing(
        id=session_id,
        title=_text(title),
        connection=_text(connection),
        updated=_time(updated),
        expires=_time(expires),
        turn_count=int(turn_count or 0),
        status=_status(status, closed, int(expires), now_ms),
        preview=_text(preview),
        owner=_text(owner),
        owner_name=_text(owner_name),
        created=_time(created),
        tokens=int(tokens or 0),
        kept=life is not None,
        pinned=pin is not None,
    )


def _text(value: bytes | None) -> str:
    return value.decode("utf-8", "replace") if value else ""


def _time(ms: bytes | int | None) -> datetime:
    return datetime.fromtimestamp(int(ms or 0) / 1000, UTC)


def _member(kind: type[_T], value: bytes | None, default: _T) -> _T:
    """A value of a newer version reads as the default."""
    try:
        return kind(_text(value))
    except ValueError:
        return default


def _status(value: bytes | None, closed: bytes | None, expires_ms: int, now_ms: int) -> SessionStatus:
    if now_ms >= expires_ms:
        return SessionStatus.EXPIRED
    return SessionStatus.CLOSED if closed else _member(SessionStatus, value, SessionStatus.IDLE)
