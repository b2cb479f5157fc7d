"""How long after a submit a page hears of the turn, and how long a whole turn takes beside its steps.

python tests/benchmarks/bench_turns.py: one run on this machine, every figure with its ratio to a bare Redis round trip.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from core.config import ConnectionSpec, Settings
from core.models import Event, EventKind
from core.turns import events
from core.turns.desk import Turns
from core.turns.hub import Hub
from core.turns.worker import Workers
from tests.core.turns.scripted import close_rooms, open_rooms

ROUNDS = 200
SQL = "SELECT region, SUM(amount) AS amount FROM sale GROUP BY region"


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="tt-bench-") as directory:
        path = Path(directory) / "shop.sqlite"
        with contextlib.closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("CREATE TABLE sale (id INTEGER PRIMARY KEY, region TEXT, amount NUMERIC)")
            connection.executemany("INSERT INTO sale VALUES (?, ?, ?)", [(None, "NSW"[n % 3], n) for n in range(1000)])
        settings = Settings(Path(directory), connections=(ConnectionSpec("shop", f"sqlite:///{path}"),), demo=False)
        rooms = open_rooms(settings)
        workers, hub = Workers(rooms, 4), Hub(rooms.redis)
        workers.start()
        session_id, turns = rooms.sessions.create("shop").id, Turns(rooms)
        try:
            ping_ms = told("bare Redis round trip (PING)", timed(rooms.redis.ping, 2000), 0)
            submits, firsts, dones = zip(*(one_turn(turns, session_id) for _ in range(ROUNDS)), strict=True)
            told("submit (the page's part)", submits, ping_ms)
            told("submit → first status read", firsts, ping_ms)
            told("submit → done (echo engine, chart, analysis, fold)", dones, ping_ms)
            event = Event(EventKind.CHUNK, "t", {"type": "text", "text": "some words "})
            told("publish one event", timed(lambda: events.publish(rooms.redis, session_id, event), 2000), ping_ms)
            told("publish → hub → asyncio reader", asyncio.run(through_the_hub(rooms.redis, hub, session_id)), ping_ms)
            told("progress of a session", timed(lambda: turns.progress(session_id), 2000), ping_ms)
        finally:
            hub.close()
            workers.stop()
            close_rooms(rooms)


def one_turn(turns: Turns, session_id: str) -> tuple[float, float, float]:
    """Milliseconds of the submit, to the first status and to the end."""
    seen: dict[EventKind, float] = {}
    ready, found = threading.Event(), threading.Event()
    after = turns.cursor(session_id)

    def read() -> None:
        position = after
        ready.set()
        while EventKind.DONE not in seen:
            for event in events.read(turns._client, session_id, position, block_ms=1000):
                seen.setdefault(event.kind, time.perf_counter())
                position = event.id
        found.set()

    threading.Thread(target=read, daemon=True).start()
    ready.wait()
    time.sleep(0.005)
    began = time.perf_counter()
    turns.submit(session_id, SQL)
    submitted = time.perf_counter()
    found.wait(10)
    return tuple(1000 * (at - began) for at in (submitted, seen[EventKind.STATUS], seen[EventKind.DONE]))  # type: ignore[return-value]


async def through_the_hub(client: object, hub: Hub, session_id: str) -> list[float]:
    """Milliseconds from before a publish to its arrival at an asyncio reader, which is what a WebSocket gets."""
    took: list[float] = []
    watching = hub.watch(session_id)
    for _ in range(ROUNDS):
        began = time.perf_counter()
        coming = asyncio.ensure_future(anext(watching))  # type: ignore[arg-type]
        await asyncio.sleep(0 if took else 0.3)
        began = time.perf_counter()
        await asyncio.to_thread(events.publish, client, session_id, Event(EventKind.STATUS, "t", {"step": "s", "message": "m"}))
        await coming
        took.append(1000 * (time.perf_counter() - began))
    return took


def timed(call: Callable[[], object], rounds: int) -> list[float]:
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        call()
        took.append(1000 * (time.perf_counter() - began))
    return took


def told(what: str, took_ms: tuple[float, ...] | list[float], ping_ms: float) -> float:
    p50, p95 = statistics.median(took_ms), statistics.quantiles(took_ms, n=20)[-1]
    ratio = f"{p50 / ping_ms:8.1f} × round trip" if ping_ms else ""
    print(f"{what:52} p50 {p50:7.3f} ms   p95 {p95:7.3f} ms {ratio}")
    return p50


if __name__ == "__main__":
    main()
