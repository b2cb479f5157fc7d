"""Listing: an owner's sessions, newest activity first. The sorted set is a hint: whoever reads it removes what is gone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from redis.cluster import RedisCluster

from core.models import SessionListing
from core.sessions import keys, record, scripts
from core.sessions.client import Client
from core.sessions.ids import is_session_id
from core.sessions.outage import store_errors

_SETTLED_MS = 60_000
"""An entry this old whose session is not there is dead; a younger one may belong to a session that is being created."""
_DAY_MS = 86_400_000
_BATCH = 200


class Listing:
    def __init__(self, client: Client, life_ms: int) -> None:
        """`life_ms`: how long a session lives after its last write; an owner's set lives a day longer."""
        self._client = client
        self._ttl_ms = life_ms + _DAY_MS

    def touch(self, owner: str, session_id: str, *, active: bool = True) -> None:
        """Moves the session to the top; with active=False it keeps its place and is only added where it is missing."""
        with store_errors():
            scripts.TOUCH.run(self._client, [keys.owner_sessions(owner)], [self._ttl_ms, session_id, int(active)])

    def remove(self, owner: str, members: Sequence[str | bytes]) -> None:
        with store_errors():
            self._client.zrem(keys.owner_sessions(owner), *members)

    def page(self, owner: str, offset: int, limit: int) -> tuple[SessionListing, ...]:
        """Two round trips, and two more for every page of dead entries that was in the way."""
        while limit > 0:
            rows, dead = self._read(owner, scripts.NEWEST, offset, limit)
            if not dead:
                return tuple(sorted(rows, key=lambda row: row.updated, reverse=True))
            self.remove(owner, dead)
        return ()

    def count(self, owner: str) -> int:
        """Dead entries are removed from the old end, where expiry puts them; then the rest is counted."""
        while True:
            _, dead = self._read(owner, scripts.OLDEST, 0, _BATCH)
            if dead:
                self.remove(owner, dead)
            if len(dead) < _BATCH:
                break
        with store_errors():
            return int(self._client.zcard(keys.owner_sessions(owner)))

    def cleanup(self) -> int:
        """Removes the dead entries of every owner and returns how many there were; reads the whole of every list."""
        with store_errors():
            owners = [keys.owner_of(key) for key in self._client.scan_iter(match=keys.OWNER_SESSIONS)]
        return sum(self._cleaned(owner) for owner in owners)

    def _cleaned(self, owner: str) -> int:
        with store_errors():
            total = kept = int(self._client.zcard(keys.owner_sessions(owner)))
        offset = 0
        while offset < kept:
            _, dead = self._read(owner, scripts.OLDEST, offset, _BATCH)
            if dead:
                self.remove(owner, dead)
            offset, kept = offset + _BATCH - len(dead), kept - len(dead)
        return total - kept

    def _read(self, owner: str, script: scripts.Script, offset: int, limit: int) -> tuple[list[SessionListing], list[bytes]]:
        """The rows of that range of ranks, and the members in it that are no session, or none any more."""
        with store_errors():
            now, entries = script.run(self._client, [keys.owner_sessions(owner)], [offset, offset + limit - 1])
            known = {member: member.decode() for member in entries[::2] if is_session_id(member.decode("utf-8", "replace"))}
            found = self._fields([keys.session(session_id) for session_id in known.values()]) if known else []
        values = dict(zip(known, found, strict=True))
        rows: list[SessionListing] = []
        dead: list[bytes] = []
        for member, score in zip(entries[::2], entries[1::2], strict=True):
            row = record.listing(known[member], values[member], int(now)) if member in known else None
            if row is not None:
                rows.append(row)
            elif member not in known or int(now) - float(score) > _SETTLED_MS:
                dead.append(member)
        return rows, dead

    def _fields(self, session_keys: Sequence[str]) -> Sequence[Sequence[bytes | None]]:
        """One round trip; a cluster gets a pipeline, for its scripts must keep to one slot (and fifty replies cost 1 ms)."""
        if not isinstance(self._client, RedisCluster):
            return cast(Sequence[Sequence[bytes | None]], scripts.ROWS.run(self._client, session_keys, record.LISTED))
        pipeline = self._client.pipeline(transaction=False)  # type: ignore[no-untyped-call]
        for key in session_keys:
            pipeline.hmget(key, record.LISTED)
        return cast(Sequence[Sequence[bytes | None]], pipeline.execute())
