"""EventTokens: lets a browser follow only the sessions a page of ours opened for it; signed with a secret kept in Redis."""

from __future__ import annotations

import time
from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer

from core.sessions.secret import AppSecret

VALID_DAYS = 7
DAY_S = 86_400


class EventTokens:
    """The secret is read once and shared by all processes of one Redis."""

    def __init__(self, client: Any) -> None:
        self._secret = AppSecret(client)
        self._serializer: URLSafeSerializer | None = None

    def make(self, session_id: str) -> str:
        """By the day, so that a page drawn again sends the browser the same one."""
        return str(self._signed().dumps([session_id, int(time.time()) // DAY_S]))

    def accepts(self, token: str, session_id: str) -> bool:
        try:
            signed_for, day = self._signed().loads(token)
        except (BadSignature, ValueError, TypeError):
            return False
        return bool(signed_for == session_id and 0 <= int(time.time()) // DAY_S - day <= VALID_DAYS)

    def _signed(self) -> URLSafeSerializer:
        if self._serializer is None:
            self._serializer = URLSafeSerializer(self._secret.read(), salt="events")
        return self._serializer
