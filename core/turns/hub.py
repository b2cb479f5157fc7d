"""Hub: one reader for all sessions watched in this process, fanned out to every open page's own queue.

It reads with the process's one client in a thread, so that the embedded server, TLS, Sentinel and Cluster need no second factory.
"""

from __future__ import annotations

import asyncio
import logging
import re
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from redis.cluster import RedisCluster

from core.errors import StoreUnavailable
from core.sessions import keys
from core.sessions.outage import store_errors
from core.turns.events import FIELD, last_id, streams

log = logging.getLogger(__name__)

BLOCK_MS = 250
"""How long a page that just opened may wait for its first live event; what came before it is read at once."""
CLUSTER_PAUSE_S = 0.1
BATCH = 500
MOST_WAITING = 500
EVENT_ID = re.compile(r"\d{1,20}-\d{1,20}", re.ASCII)

Entry = tuple[str, bytes]
"""Id and JSON of an event."""


@dataclass(eq=False)
class _Watcher:
    loop: asyncio.AbstractEventLoop
    entries: asyncio.Queue[Entry | None] = field(default_factory=asyncio.Queue)

    def deliver(self, batch: list[Entry]) -> None:
        """In the loop's thread. A page that reads too slowly is cut off; it comes again with the last id it saw."""
        for entry in batch if self.entries.qsize() < MOST_WAITING else [None]:
            self.entries.put_nowait(entry)


class Hub:
    """Starts its thread with the first watcher; `close` ends it and every watcher."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._watchers: dict[str, set[_Watcher]] = {}
        self._positions: dict[str, str] = {}
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    async def watch(self, session_id: str, after: str = "") -> AsyncIterator[Entry]:
        """Events after the id, oldest first and without end; after an empty id only what comes from now on.

        Ends when the hub is closed or the reader is too slow. Raises StoreUnavailable at the start.
        """
        key, watcher = keys.events(session_id), _Watcher(asyncio.get_running_loop())
        newest = await asyncio.to_thread(last_id, self._client, session_id)
        self._add(key, watcher, newest)
        try:
            start = after if EVENT_ID.fullmatch(after) else newest
            seen = _order(start)
            for entry in await asyncio.to_thread(self._history, key, start):
                seen = _order(entry[0])
                yield entry
            while (live := await watcher.entries.get()) is not None:
                if _order(live[0]) > seen:
                    yield live
        finally:
            self._remove(key, watcher)

    def close(self) -> None:
        with self._changed:
            self._closed = True
            watchers = [watcher for group in self._watchers.values() for watcher in group]
            self._changed.notify_all()
        for watcher in watchers:
            _in_loop(watcher, [None])  # type: ignore[list-item]  # the end
        if self._thread:
            self._thread.join(timeout=1)

    def _add(self, key: str, watcher: _Watcher, newest: str) -> None:
        with self._changed:
            self._watchers.setdefault(key, set()).add(watcher)
            self._positions.setdefault(key, newest)
            if self._thread is None:
                self._thread = threading.Thread(target=self._read_on, name="tabletalk-hub", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def _remove(self, key: str, watcher: _Watcher) -> None:
        with self._changed:
            group = self._watchers[key]
            group.discard(watcher)
            if not group:
                del self._watchers[key], self._positions[key]

    def _history(self, key: str, after: str) -> list[Entry]:
        with store_errors():
            found = self._client.xread({key: after}, count=10 * BATCH)
        return [entry for _, entries in streams(found) for entry in _entries(entries)]

    def _read_on(self) -> None:
        while positions := self._watched():
            try:
                with store_errors():
                    found = self._read(positions)
            except StoreUnavailable as exc:
                log.warning("%s Open pages are told later. %s", exc.message, exc.detail)
                with self._changed:
                    self._changed.wait(timeout=1)
                continue
            for key, entries in found:
                self._fan_out(key.decode(), _entries(entries))

    def _watched(self) -> dict[str, str]:
        """What to read; waits while nobody watches. Empty once closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._positions or self._closed)
            return {} if self._closed else dict(self._positions)

    def _read(self, positions: dict[str, str]) -> list[tuple[bytes, list[tuple[bytes, dict[bytes, bytes]]]]]:
        if not isinstance(self._client, RedisCluster):
            return streams(self._client.xread(dict(positions), count=BATCH, block=BLOCK_MS))
        # Sessions live in different slots, which one command cannot name; nor can one connection block for all.
        found = [one for key, after in positions.items() for one in streams(self._client.xread({key: after}, count=BATCH))]
        if not found:
            with self._changed:
                self._changed.wait(timeout=CLUSTER_PAUSE_S)
        return found

    def _fan_out(self, key: str, batch: list[Entry]) -> None:
        with self._changed:
            if key not in self._positions:
                return
            self._positions[key] = batch[-1][0]
            watchers = tuple(self._watchers[key])
        for watcher in watchers:
            _in_loop(watcher, batch)


def _in_loop(watcher: _Watcher, batch: list[Entry]) -> None:
    try:
        watcher.loop.call_soon_threadsafe(watcher.deliver, batch)
    except RuntimeError:  # the loop is closed, the page with it
        log.debug("a watcher's loop is closed")


def _entries(entries: list[tuple[bytes, dict[bytes, bytes]]]) -> list[Entry]:
    return [(event_id.decode(), fields[FIELD]) for event_id, fields in entries]


def _order(event_id: str) -> tuple[int, int]:
    time_ms, _, number = event_id.partition("-")
    return int(time_ms), int(number)
