"""EventTokens: lets a page of ours follow one session as the person it was drawn for; signed with a secret kept in Redis.

A token says who asks, not what they may: rights are checked when it is shown, and again while the socket is open.
"""

from __future__ import annotations

import time
from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer

from core.models import Person, PersonKind
from core.sessions import codec
from core.sessions.secret import AppSecret

VALID_DAYS = 7
DAY_S = 86_400
NAME_LENGTH = 80


class EventTokens:
    """The secret is read once and shared by all processes of one Redis."""

    def __init__(self, client: Any) -> None:
        self._secret = AppSecret(client)
        self._serializer: URLSafeSerializer | None = None

    def make(self, session_id: str, person: Person) -> str:
        """By the day, so that a page drawn again sends the browser the same one."""
        name = codec.clean_text(person.name)[:NAME_LENGTH]
        day = int(time.time()) // DAY_S
        who = [codec.clean_text(person.id), name, person.kind.value, person.signed_in_at]
        return str(self._signed().dumps([session_id, day, *who]))

    def opens(self, token: str, session_id: str) -> Person | None:
        """Whom the token was made for (id, name, kind, sign-in); None for one that is forged, too old, or another session's."""
        try:
            signed_for, day, person_id, name, kind, signed_in_at = self._signed().loads(token)
            if signed_for != session_id or not 0 <= int(time.time()) // DAY_S - day <= VALID_DAYS:
                return None
            return Person(str(person_id), str(name), kind=PersonKind(kind), signed_in_at=int(signed_in_at))
        except (BadSignature, ValueError, TypeError):
            return None

    def _signed(self) -> URLSafeSerializer:
        if self._serializer is None:
            self._serializer = URLSafeSerializer(self._secret.read(), salt="events")
        return self._serializer
