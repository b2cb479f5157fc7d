"""As if time had passed: what a test wants to have expired, it makes so, rather than race the clock with a short life."""

from __future__ import annotations

import json
import time

from core.sessions import keys
from core.sessions.client import Client


def expire_session(client: Client, session_id: str) -> None:
    """Its time came a second ago, its grace did not."""
    client.hset(keys.session(session_id), "expires", _a_second_ago())


def expire_link(client: Client, session_id: str, token: str) -> None:
    shares, field = keys.shares(session_id), f"link:{token}"
    link = json.loads(client.hget(shares, field)) | {"expires": _a_second_ago()}
    client.hset(shares, field, json.dumps(link))


def _a_second_ago() -> int:
    return int(time.time() * 1000) - 1_000
