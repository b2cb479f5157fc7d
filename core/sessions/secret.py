"""AppSecret: the one secret that signs what browsers hold; made by the first process and kept in Redis for all of them."""

from __future__ import annotations

import secrets
from typing import cast

from core.sessions import keys
from core.sessions.client import Client
from core.sessions.outage import store_errors


class AppSecret:
    def __init__(self, client: Client) -> None:
        self._client = client
        self._secret: bytes | None = None

    def read(self) -> bytes:
        """32 bytes, read once. Sign with a salt of its own per purpose. Raises StoreUnavailable."""
        if self._secret is None:
            with store_errors():
                self._client.set(keys.APP_SECRET, secrets.token_bytes(32), nx=True)
                self._secret = cast(bytes, self._client.get(keys.APP_SECRET))
        return self._secret
