"""Profiles: how guests want to be called, and when somebody last signed in, in Redis."""

from __future__ import annotations

from core.errors import QuestionError
from core.identity.words import plain_name
from core.sessions import keys
from core.sessions.client import Client
from core.sessions.outage import store_errors
from core.sessions.scripts import Script

_DAY_MS = 86_400_000
LIFE_MS = 400 * _DAY_MS
_SET = Script(
    """
redis.call('HSET', KEYS[1], 'name', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
"""
)
# ARGV: seconds since 1970 of the sign-in, the profile's life in ms.
_SIGNED = Script(
    """
if tonumber(ARGV[1]) <= tonumber(redis.call('HGET', KEYS[1], 'signed') or '0') then return 0 end
redis.call('HSET', KEYS[1], 'signed', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
"""
)
# ARGV: seconds since 1970 of the sign-in, how long it would have counted in ms.
_END = Script(
    """
redis.call('SADD', KEYS[1], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
"""
)


class Profiles:
    """Every method raises StoreUnavailable where Redis fails."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def name(self, person_id: str) -> str:
        """Empty until they gave one."""
        with store_errors():
            stored = self._client.hget(keys.profile(person_id), "name")
        return plain_name(stored.decode("utf-8", "replace")) if isinstance(stored, bytes) else ""

    def rename(self, person_id: str, name: str) -> str:
        """Stores the name as plain text on one line, cut; returns what was stored. Raises QuestionError for none."""
        plain = plain_name(name)
        if not plain:
            raise QuestionError("A name needs at least one letter.", "Type how the others should see you.")
        with store_errors():
            _SET.run(self._client, [keys.profile(person_id)], [plain.encode("utf-8", "replace"), LIFE_MS])
        return plain

    def is_new(self, person_id: str, signed_in: int) -> bool:
        """Whether that sign-in, by its second, is newer than all that were asked about; from now on it is not."""
        with store_errors():
            return bool(_SIGNED.run(self._client, [keys.profile(person_id)], [signed_in, LIFE_MS]))

    def end(self, person_id: str, signed_in: int, life_s: float) -> None:
        """That sign-in counts no longer, in whatever tab or copy of its cookie; it would have counted for `life_s` at most."""
        with store_errors():
            _END.run(self._client, [keys.signed_out(person_id)], [signed_in, round(life_s * 1000) + _DAY_MS])

    def has_ended(self, person_id: str, signed_in: int) -> bool:
        with store_errors():
            return bool(self._client.sismember(keys.signed_out(person_id), str(signed_in)))
