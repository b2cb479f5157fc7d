"""Sessions: restoring, appending and listing, against raw Redis and against a SQLite store of the plain kind, in one run.

    python -m tests.benchmarks.bench_sessions

A session of 50 turns of about 1 kB, the first 25 without and the last 25 with a result of 200 rows × 6 columns. Restoring
brings all turns and the last 5 results. Times are in milliseconds, client included.
"""

from __future__ import annotations

import json
import socket
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from core.config import Settings
from core.models import (
    Analysis,
    Assumption,
    ChartKind,
    ChartSpec,
    Fact,
    Kind,
    ResultColumn,
    ResultRef,
    ResultSet,
    SqlDraft,
    Turn,
    TurnState,
)
from core.sessions import codec, keys
from core.sessions.connect import connect
from core.sessions.ids import new_session_id
from core.sessions.store import SessionStore

TURNS, RESULTS, LAST, ROWS, SESSIONS = 50, 25, 5, 200, 10_000
COLUMNS = tuple(
    ResultColumn(name, kind)
    for name, kind in (
        ("month", Kind.DATE),
        ("region", Kind.TEXT),
        ("orders", Kind.INTEGER),
        ("revenue", Kind.DECIMAL),
        ("share", Kind.FLOAT),
        ("customer", Kind.TEXT),
    )
)


def result(seed: int) -> ResultSet:
    days = [date(2021, 1, 1) + timedelta(days=(seed * 7 + row) % 900) for row in range(ROWS)]
    table = pa.table(
        {
            "c0": days,
            "c1": [("North", "South", "East", "West")[(row + seed) % 4] for row in range(ROWS)],
            "c2": [(row * 7919 + seed) % 5000 for row in range(ROWS)],
            "c3": pa.array([Decimal((row * 104729 + seed) % 9_999_999) / 100 for row in range(ROWS)], pa.decimal128(18, 2)),
            "c4": [((row * 31 + seed) % 997) / 9.97 for row in range(ROWS)],
            "c5": [f"Customer {(row * 17 + seed) % 400:04d}" for row in range(ROWS)],
        }
    )
    return ResultSet(COLUMNS, table, ROWS, elapsed_s=0.021)


def turn(session_id: str, number: int) -> Turn:
    now = datetime.now(UTC)
    ref = ResultRef(f"r{number}", COLUMNS, ROWS, size_bytes=6_400, digest="month, region, revenue: 2021-01-01, North, 1047.29; …")
    draft = SqlDraft(
        sql=f"SELECT region, SUM(amount) AS revenue FROM orders WHERE year = {2000 + number} GROUP BY 1 ORDER BY 2 DESC",
        dialect="sqlite",
        engine="builtin",
        explanation="Adds up the amount of the orders of each region.",
        assumptions=(Assumption("period", f"the year {2000 + number}"),),
        confidence=0.93,
    )
    return Turn(
        id=f"turn{number:04d}",
        session_id=session_id,
        question=f"Revenue per region in {2000 + number}?",
        author="me",
        created=now,
        state=TurnState.DONE,
        started=now,
        finished=now,
        draft=draft,
        result=ref if number >= TURNS - RESULTS else None,
        chart=ChartSpec(ChartKind.LINE, x=0, y=(3,), color=1, title="Revenue", y_title="Revenue"),
        analysis=Analysis(
            "Revenue reached **1,204,331.20**, 12.4% more than before.",
            (Fact("total", "The total is 1,204,331.20", (1204331.2,)),),
            ("By customer", "Only North"),
        ),
        elapsed_ms={"draft": 8.25, "execute": 21.5, "analyse": 14.0},
    )


class PlainSqlite:
    """What such apps usually do: a row of JSON per message, results as JSON rows, read with three queries."""

    def __init__(self, path: Path) -> None:
        self.db = sqlite3.connect(path)
        self.db.executescript(
            "CREATE TABLE sessions (id TEXT PRIMARY KEY, title TEXT, owner TEXT, updated TEXT);"
            "CREATE TABLE messages (session TEXT, position INTEGER, body TEXT, PRIMARY KEY (session, position));"
            "CREATE TABLE results (session TEXT, id TEXT, body TEXT, PRIMARY KEY (session, id));"
            "CREATE INDEX by_activity ON sessions (owner, updated);"
        )

    def add_session(self, session_id: str) -> None:
        now = datetime.now(UTC).isoformat()
        self.db.execute("INSERT INTO sessions VALUES (?, ?, ?, ?)", (session_id, f"Session {session_id}", "everyone", now))

    def add(self, session_id: str, position: int, added: Turn) -> None:
        self.db.execute("INSERT INTO messages VALUES (?, ?, ?)", (session_id, position, json.dumps(asdict(added), default=str)))
        self.db.execute("UPDATE sessions SET updated = ? WHERE id = ?", (datetime.now(UTC).isoformat(), session_id))
        self.db.commit()

    def add_result(self, session_id: str, result_id: str, added: ResultSet) -> None:
        body = json.dumps({"columns": added.names, "rows": added.rows()}, default=str)
        self.db.execute("INSERT INTO results VALUES (?, ?, ?)", (session_id, result_id, body))

    def restore(self, session_id: str) -> Any:
        head = self.db.execute("SELECT * FROM sessions WHERE id = ?", (session_id,)).fetchone()
        rows = self.db.execute("SELECT body FROM messages WHERE session = ? ORDER BY position", (session_id,)).fetchall()
        turns = [json.loads(body) for (body,) in rows]
        wanted = [one["result"]["id"] for one in turns if one["result"]][-LAST:]
        marks = ",".join("?" * len(wanted))
        found = self.db.execute(f"SELECT id, body FROM results WHERE session = ? AND id IN ({marks})", (session_id, *wanted))
        return head, turns, {result_id: json.loads(body) for result_id, body in found.fetchall()}

    def list(self) -> Any:
        return self.db.execute("SELECT * FROM sessions WHERE owner = 'everyone' ORDER BY updated DESC LIMIT 50").fetchall()


def timed(runs: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """The 5th, 50th and 95th percentile in milliseconds; on a busy machine the 5th says most.

    The runs take turns, so that a busy moment of the machine hits them alike.
    """
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for number in range(rounds + rounds // 10):
        for name, run in runs.items():
            start = time.perf_counter()
            run()
            if number >= rounds // 10:
                taken[name].append((time.perf_counter() - start) * 1000)
    return {name: statistics.quantiles(times, n=20)[::9] for name, times in taken.items()}


def raw_hgetall(path: str, key: str) -> Callable[[], int]:
    """HGETALL over a bare socket, the reply only counted: the floor under every client."""
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(path)
    request = b"*2\r\n$7\r\nHGETALL\r\n$%d\r\n%s\r\n" % (len(key), key.encode())
    buffer = bytearray(1 << 20)

    def first() -> int:
        connection.sendall(request)
        time.sleep(0.2)
        return connection.recv_into(buffer)

    size = first()

    def run() -> int:
        connection.sendall(request)
        got = 0
        while got < size:
            got += connection.recv_into(buffer)
        return got

    return run


def filled(store: SessionStore, plain: PlainSqlite) -> str:
    session_id = store.create("demo").id
    plain.add_session(session_id)
    for number in range(TURNS):
        made = turn(session_id, number)
        stored = store.add_turn(made)
        store.save_turn(replace(made, index=stored.index))
        plain.add(session_id, number, made)
        if made.result is not None:
            store.save_result(session_id, made.result.id, result(number))
            plain.add_result(session_id, made.result.id, result(number))
    plain.db.commit()
    return session_id


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="tt-") as directory:
        client: Any = connect(Settings(data_dir=Path(directory)))
        store, plain = SessionStore(client, 3600, 3600), PlainSqlite(Path(directory) / "plain.sqlite")
        session_id = filled(store, plain)
        same = {**client.hgetall(keys.session(session_id)), **client.hgetall(keys.turns(session_id))}
        wanted = [f"r{number}" for number in range(TURNS - LAST, TURNS)]
        same |= dict(zip(wanted, client.hmget(keys.results(session_id), wanted), strict=True))
        client.hset("raw", mapping=same)
        size = sum(len(key) + len(value) for key, value in same.items())
        print(f"{TURNS} turns + {LAST} results: {size / 1000:.1f} kB; a turn {len(codec.encode_turn(turn(session_id, 1)))} B")

        def first() -> object:
            codec.forget()
            return store.restore(session_id, LAST)

        raw = "raw HGETALL of the same bytes, bare socket"
        rows = timed(
            {
                raw: raw_hgetall(f"{directory}/redis/redis.sock", "raw"),
                "raw HGETALL of the same bytes, redis-py": lambda: client.hgetall("raw"),
                "restore, the first time in a process": first,
                "restore again": lambda: store.restore(session_id, LAST),
                "restore, plain SQLite": lambda: plain.restore(session_id),
            },
            500,
        )
        numbers, more, other = iter(range(10_000)), turn(session_id, 1), store.create("demo").id
        rows |= timed(
            {
                "append a turn": lambda: store.add_turn(replace(more, id=f"n{next(numbers)}", session_id=other)),
                "append a turn, plain SQLite": lambda: plain.add(session_id, 100 + next(numbers), more),
            },
            300,
        )
        for _ in range(SESSIONS):
            store.create("demo", title="One of many")
            plain.add_session(new_session_id())
        plain.db.commit()
        rows |= timed({f"list 50 of {SESSIONS}": store.list, f"list 50 of {SESSIONS}, plain SQLite": plain.list}, 300)
        for name, (best, middle, slow) in rows.items():
            ratios = f"×{best / rows[raw][0]:5.1f} and ×{middle / rows[raw][1]:5.1f} raw"
            print(f"{name:42} p5 {best:6.3f}  p50 {middle:6.3f}  p95 {slow:7.3f}  p5, p50: {ratios}")
        plain.db.close()
        client.close()


if __name__ == "__main__":
    main()
