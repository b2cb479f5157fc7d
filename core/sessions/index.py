"""Index: every person's list of sessions, sorted, filtered and searched in one step. It is a hint: whoever reads it mends it.

What it holds of a session is reckoned from the session itself (see entry), which alone is the truth.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any, cast

from redis.cluster import RedisCluster

from core.errors import SessionNotFound
from core.models import SessionListing, SessionPage, SessionQuery, SessionSort
from core.sessions import index_scripts as scripts
from core.sessions import keys, record
from core.sessions.client import Client
from core.sessions.codec import clean_text
from core.sessions.entry import CONNECTION, Head, status_filter
from core.sessions.ids import is_session_id
from core.sessions.outage import store_errors
from core.sessions.words import asked

MOST_WORDS = 300
"""Of one session; the first ones are kept."""
_BATCH = 200
_MOST_ROUNDS = 100

Words = Callable[[str], Iterable[str]]
"""All words of a session, read from its turns. Raises SessionNotFound."""


class Index:
    """Every method raises StoreUnavailable where Redis fails."""

    def __init__(self, client: Client, grace_ms: int, words: Words) -> None:
        """`words` is asked for a session whose words the index has lost."""
        self._client, self._grace_ms, self._words = client, grace_ms, words

    # --- writing

    def put(self, session_id: str, flat: Sequence[bytes], now: int, words: Iterable[str] = (), *, whole: bool = False) -> None:
        """Brings the session up to date in the list of everybody it stands in; `flat`: its hash."""
        head, words = Head.read(session_id, flat), tuple(words)
        for person in head.listed_by:
            self._put(person, [head], now, words, whole=whole)

    def drop(self, session_id: str, flat: Sequence[bytes]) -> None:
        for person in Head.read(session_id, flat).listed_by:
            self._drop(person, [session_id])

    def drop_from(self, person: str, session_id: str) -> None:
        """Out of one person's list alone, where it must not stand any more."""
        self._drop(clean_text(person), [session_id])

    def add_member(self, person: str, session_id: str) -> None:
        """Puts somebody else's session into that person's list as well. Raises SessionNotFound. Adds no life."""
        person = clean_text(person)
        now, flat = self._mark(session_id, keys.member_field(person), True)
        self._put(person, [Head.read(session_id, flat)], now, self._words(session_id), whole=True)

    def remove_member(self, person: str, session_id: str) -> None:
        """Its owner has it in the list all the same. Raises SessionNotFound."""
        person = clean_text(person)
        _, flat = self._mark(session_id, keys.member_field(person), False)
        if Head.read(session_id, flat).owner != person:
            self._drop(person, [session_id])

    def pin(self, person: str, session_id: str, on: bool) -> None:
        """On top of that person's list where it stands in it, and of nobody else's. Raises SessionNotFound. Adds no life."""
        person = clean_text(person)
        now, flat = self._mark(session_id, keys.pin_field(person), on)
        head = Head.read(session_id, flat)
        if person in head.listed_by:
            self._put(person, [head], now)

    # --- reading

    def find(self, person: str, query: SessionQuery) -> SessionPage:
        """Two round trips, and some more where entries had to be mended."""
        person = clean_text(person)
        for _ in range(_MOST_ROUNDS):
            now, total, ids, due, sums = self._page(person, query)
            rows = self._rows(person, ids, int(now))
            gone = [session_id for session_id, row in zip(ids, rows, strict=True) if row is None]
            if not gone and not due:
                return _shown(rows[: max(0, query.limit)], total, sums)
            self._drop(person, gone)
            self._mend(person, due, int(now))
        return _shown(rows, total, sums)

    def sums(self, person: str) -> tuple[int, int]:
        """How many sessions are the person's own, and the bytes their turns and results hold."""
        person = clean_text(person)
        page = self._page(person, SessionQuery(limit=1))
        while page[3]:
            self._mend(person, page[3], int(page[0]))
            page = self._page(person, SessionQuery(limit=1))
        sums = _counts(page[4])
        return sums.get("mine", 0), sums.get("bytes", 0)

    def people(self) -> list[str]:
        """Everybody who has a list; reads the names of all keys."""
        with store_errors():
            return sorted(keys.owner_of(key) for key in self._client.scan_iter(match=keys.OWNER_SESSIONS, count=1_000))

    def cleanup(self) -> int:
        """Mends the lists of everybody and returns how many entries were dropped; reads all of every list."""
        return sum(self._cleaned(person) for person in self.people())

    # --- inside

    def _cleaned(self, person: str) -> int:
        offset = dropped = 0
        while True:
            with store_errors():
                now, ids = scripts.OLDEST.run(self._client, [keys.owner_sessions(person)], [offset, offset + _BATCH - 1])
            if not ids:
                return dropped
            gone = self._mend(person, ids, int(now))
            dropped, offset = dropped + gone, offset + len(ids) - gone

    def _mend(self, person: str, ids: Sequence[bytes], now: int) -> int:
        """Drops those that are gone and puts the others as they are now; returns how many are gone."""
        known = [raw.decode() for raw in ids if is_session_id(raw.decode("utf-8", "replace"))]
        heads = [Head.read(session_id, flat) for session_id, flat in zip(known, self._heads(known), strict=True) if flat]
        alive = [head for head in heads if person in head.listed_by and now < head.expires + self._grace_ms]
        there = {head.id.encode() for head in alive}
        gone = [raw for raw in ids if raw not in there]
        self._put(person, alive, now)
        return self._drop(person, gone)

    def _put(self, person: str, heads: Sequence[Head], now: int, words: Iterable[str] = (), *, whole: bool = False) -> None:
        """Entries that were lost get all their words again."""
        if not heads:
            return
        words = tuple(words)
        entries = [head.entry(person, now, self._grace_ms, words, whole=whole) for head in heads]
        bare = {raw.decode() for raw in self._run(scripts.PUT, person, json.dumps(entries, ensure_ascii=False), MOST_WORDS)}
        for head in (head for head in heads if head.id in bare and head.questions):
            try:
                entry = head.entry(person, now, self._grace_ms, self._words(head.id), whole=True)
            except SessionNotFound:  # deleted meanwhile: the next reader drops it
                continue
            self._run(scripts.PUT, person, json.dumps([entry], ensure_ascii=False), MOST_WORDS)

    def _drop(self, person: str, ids: Sequence[str | bytes]) -> int:
        return int(self._run(scripts.DROP, person, *ids)) if ids else 0

    def _page(self, person: str, query: SessionQuery) -> Any:
        words, typing = asked(query.text)
        sets = [f"word:{word}" for word in words] + [f"in:{name}" for name in _filters(query)]
        by = "sessions" if query.sort is SessionSort.ACTIVITY else f"by:{query.sort.value}"
        return self._run(scripts.PAGE, person, by, max(0, query.offset), max(1, query.limit), _BATCH, typing, *sets)

    def _run(self, script: Any, person: str, *args: str | bytes | int) -> Any:
        with store_errors():
            return script.run(self._client, [keys.owner_sessions(person)], args)

    def _mark(self, session_id: str, field: str, on: bool) -> tuple[int, Sequence[bytes]]:
        with store_errors():
            reply = scripts.MARK.run(self._client, [keys.session(session_id)], [field, int(on)])
        if not reply[1]:
            raise SessionNotFound("There is no such session (any more).", "Open another one from the list, or start a new one.")
        return int(reply[0]), reply[1]

    def _rows(self, person: str, ids: Sequence[bytes], now: int) -> list[SessionListing | None]:
        """One per id, in their order; None for one that is gone, or was none."""
        known = [raw.decode() for raw in ids if is_session_id(raw.decode("utf-8", "replace"))]
        fields = (*record.LISTED, keys.pin_field(person))
        found = dict(zip(known, self._read_all(scripts.ROWS, known, fields), strict=True))
        texts = [raw.decode("utf-8", "replace") for raw in ids]
        return [record.listing(text, found[text], now) if text in found else None for text in texts]

    def _heads(self, ids: Sequence[str]) -> Sequence[Sequence[bytes]]:
        return self._read_all(scripts.HEADS, ids, ())

    def _read_all(self, script: Any, ids: Sequence[str], args: Sequence[str]) -> Sequence[Any]:
        """One round trip; a cluster gets a pipeline, for its scripts must keep to one slot (and fifty replies cost 1 ms)."""
        names = [keys.session(session_id) for session_id in ids]
        if not names:
            return []
        with store_errors():
            if not isinstance(self._client, RedisCluster):
                return cast(Sequence[Any], script.run(self._client, names, args))
            pipeline = self._client.pipeline(transaction=False)  # type: ignore[no-untyped-call]
            for name in names:
                pipeline.hmget(name, args) if args else pipeline.hgetall(name)
            replies = pipeline.execute()
        return [reply if args else [part for pair in reply.items() for part in pair] for reply in replies]


def _filters(query: SessionQuery) -> list[str]:
    chosen = [CONNECTION + clean_text(query.connection)] if query.connection else []
    if query.status is not None:
        chosen.append(status_filter(query.status))
    if query.mine is not None:
        chosen.append("mine" if query.mine else "shared")
    return [*chosen, "pinned"] if query.pinned else chosen


def _counts(flat: Sequence[bytes]) -> dict[str, int]:
    return {name.decode("utf-8", "replace"): int(number) for name, number in zip(flat[::2], flat[1::2], strict=True)}


def _shown(rows: Sequence[SessionListing | None], total: int, sums: Sequence[bytes]) -> SessionPage:
    counts = _counts(sums)
    connections = sorted(name.removeprefix(CONNECTION) for name in counts if name.startswith(CONNECTION))
    plain = {name.removeprefix("status:"): count for name, count in counts.items() if not name.startswith(CONNECTION)}
    plain.pop("bytes", None)
    return SessionPage(tuple(row for row in rows if row is not None), int(total), plain, tuple(connections))
