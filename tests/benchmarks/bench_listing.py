"""Listing and searching sessions, of one user and among a thousand, against SQLAlchemy on SQLite, in one run.

    python -m tests.benchmarks.bench_listing [MOST]      (100,000 sessions by default: some ten minutes)

The SQLAlchemy store is of the usual kind: rows for sessions and messages with indexes on what is listed, LIKE for the search, and
one COUNT of messages per session listed. Both are filled with the same sessions; times are p5 and p50 in milliseconds.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ForeignKey, create_engine, event, exists, func, or_, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from core.config import Settings
from core.models import ListedStatus, SessionQuery, SessionSort, SqlDraft, Turn, TurnState
from core.sessions import codec, index_scripts, keys
from core.sessions.connect import connect
from core.sessions.entry import Head
from core.sessions.ids import new_session_id
from core.sessions.index import MOST_WORDS
from core.sessions.store import SessionStore
from core.sessions.words import sql_words, words

SIZES = (10, 1_000, 10_000, 100_000)
USERS = 1_000
PAGE = 20
TURNS = 2
REPEATS = 41
BATCH = 500
ONE = "login:the-one"

MEASURES = ("revenue", "profit", "orders", "customers", "returns", "discount", "freight", "rentals", "late payments", "stock")
GROUPS = ("month", "region", "country", "category", "customer", "product", "store", "employee", "supplier", "quarter")
PLACES = ("Germany", "France", "Brazil", "Canada", "Japan", "Italy", "Mexico", "Poland", "Spain", "Norway", "Kenya", "India")


@dataclass(frozen=True)
class Made:
    title: str
    turns: tuple[tuple[str, str], ...]
    """Question and SQL."""


def made(number: int) -> Made:
    """Every second session asks for revenue or profit first; one in a hundred is of a customer with a name of its own."""
    dice = random.Random(number)
    turns = []
    for _ in range(TURNS):
        measure, group, place = dice.choice(MEASURES), dice.choice(GROUPS), dice.choice(PLACES)
        year = dice.randrange(2015, 2026)
        question = f"What is the {measure} per {group} in {place} in {year}?"
        if dice.random() < 0.01:
            question += f" Only for customer{number % 997}"
        table = measure.replace(" ", "_")
        sql = f"SELECT {group}, SUM(amount) AS total FROM {table} WHERE country = '{place}' AND year = {year} GROUP BY {group}"
        turns.append((question, sql))
    return Made(turns[0][0], tuple(turns))


# --- the usual kind


class Base(DeclarativeBase):
    pass


class SessionRow(Base):
    __tablename__ = "session"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[str] = mapped_column(index=True)
    title: Mapped[str]
    connection: Mapped[str]
    updated: Mapped[datetime] = mapped_column(index=True)


class MessageRow(Base):
    __tablename__ = "message"
    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("session.id"), index=True)
    question: Mapped[str]
    sql: Mapped[str]


class UsualStore:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.engine = create_engine(f"sqlite:///{path}")
        event.listen(self.engine, "connect", lambda connection, _: connection.execute("PRAGMA journal_mode=WAL"))
        Base.metadata.create_all(self.engine)

    def add(self, owners: list[str], first: int) -> None:
        with Session(self.engine) as work:
            for number, owner in enumerate(owners, first):
                one = made(number)
                row = SessionRow(id=number + 1, owner=owner, title=one.title, connection="demo", updated=datetime.now(UTC))
                work.add(row)
                work.add_all(MessageRow(session_id=number + 1, question=question, sql=sql) for question, sql in one.turns)
            work.commit()

    def find(self, owner: str, text: str = "", offset: int = 0) -> tuple[list[tuple[str, int]], int]:
        with Session(self.engine) as work:
            where = [SessionRow.owner == owner]
            for word in text.split():
                asked = exists().where(
                    MessageRow.session_id == SessionRow.id, or_(MessageRow.question.contains(word), MessageRow.sql.contains(word))
                )
                where.append(or_(SessionRow.title.contains(word), asked))
            found = select(SessionRow).where(*where).order_by(SessionRow.updated.desc()).offset(offset).limit(PAGE)
            rows = []
            for row in work.scalars(found):
                count = work.scalar(select(func.count()).where(MessageRow.session_id == row.id)) or 0
                rows.append((row.title, count))
            return rows, work.scalar(select(func.count()).select_from(SessionRow).where(*where)) or 0


# --- ours


def ask(store: SessionStore, owner: str, number: int) -> None:
    """As the app does it: one session, its questions and answers, one call after another."""
    one = made(number)
    session = store.create("demo" if number % 3 else "sales", owner=owner, owner_name="Ann")
    for position, (question, sql) in enumerate(one.turns):
        turn = store.add_turn(Turn(f"t{position}", session.id, question, "Ann", datetime.now(UTC)))
        store.save_turn(answered(turn, sql, number))


def answered(turn: Turn, sql: str, number: int) -> Turn:
    draft = SqlDraft(sql, "sqlite", "builtin", explanation="What was asked.")
    return replace(turn, state=TurnState.DONE, draft=draft, tokens=number % 900)


class Filler:
    """The same keys as `ask` leaves, written in batches: filling 100,000 sessions one call after another takes half an hour."""

    def __init__(self, client: Any, life_ms: int, grace_ms: int) -> None:
        self.client, self.life_ms, self.grace_ms = client, life_ms, grace_ms

    def fill(self, owners: list[str], first: int) -> None:
        for start in range(0, len(owners), BATCH):
            self._batch(owners[start : start + BATCH], first + start)

    def _batch(self, owners: list[str], first: int) -> None:
        pipeline, entries = self.client.pipeline(transaction=False), defaultdict(list)
        now = int(time.time() * 1000)
        for number, owner in enumerate(owners, first):
            session_id, one = new_session_id(), made(number)
            fields = self._session(owner, one, number, now)
            turns = [
                answered(Turn(f"t{n}", session_id, question, "Ann", datetime.now(UTC), index=n), sql, number)
                for n, (question, sql) in enumerate(one.turns)
            ]
            stored = {turn.id: codec.encode_turn(turn) for turn in turns} | {f"{turn.id}:tokens": turn.tokens for turn in turns}
            head, rest = keys.of_session(session_id)[:2]
            pipeline.hset(head, mapping=fields)
            pipeline.hset(rest, mapping=stored)
            for key in (head, rest):
                pipeline.pexpireat(key, now + self.life_ms + self.grace_ms)
            flat = [str(part).encode() for pair in fields.items() for part in pair]
            found = [word for turn in turns for word in (*words(turn.question), *sql_words(turn.draft.sql if turn.draft else ""))]
            entry = Head.read(session_id, flat).entry(owner, now, self.grace_ms, dict.fromkeys(found), whole=True)
            entries[owner].append(entry)
        for owner, some in entries.items():
            pipeline.eval(index_scripts.PUT.text, 1, keys.owner_sessions(owner), json.dumps(some), MOST_WORDS)
        pipeline.execute()

    def _session(self, owner: str, one: Made, number: int, now: int) -> dict[str, str | int]:
        return {
            **{"version": 1, "title": one.title, "owner": owner, "owner_name": "Ann", "mode": "analysis", "status": "idle"},
            **{"connection": "demo" if number % 3 else "sales", "turn_count": len(one.turns), "preview": one.turns[-1][0]},
            **{"created": now + number, "updated": now + number, "expires": now + self.life_ms, "bytes": 900},
            "tokens": len(one.turns) * (number % 900),
        }


def timed(call: Callable[[], Any]) -> tuple[float, float]:
    """p5 and p50 in milliseconds: what it takes, and what it took on a machine that has other things to do."""
    call()
    took = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        call()
        took.append(1000 * (time.perf_counter() - began))
        if sum(took) > 20_000:
            break
    return sorted(took)[len(took) // 20], statistics.median(took)


def memory(client: Any, pattern: str) -> int:
    keys = list(client.scan_iter(match=pattern, count=10_000))
    pipeline = client.pipeline(transaction=False)
    for key in keys:
        pipeline.memory_usage(key, samples=0)
    return sum(size or 0 for size in pipeline.execute())


def measure(store: SessionStore, usual: UsualStore, owner: str, size: int) -> None:
    middle = max(0, store.count(owner) // 2 - PAGE)
    cases: dict[str, tuple[SessionQuery, Callable[[], Any] | None]] = {
        "list, first page": (SessionQuery(limit=PAGE), lambda: usual.find(owner)),
        "list, page in the middle": (SessionQuery(offset=middle, limit=PAGE), lambda: usual.find(owner, offset=middle)),
        "list by title": (SessionQuery(sort=SessionSort.TITLE, limit=PAGE), None),
        "filter: connection, open": (SessionQuery(connection="sales", status=ListedStatus.OPEN, limit=PAGE), None),
        "search: customer7 (rare)": (SessionQuery(text="customer7 ", limit=PAGE), lambda: usual.find(owner, "customer7")),
        "search: revenue (1 in 5)": (SessionQuery(text="revenue ", limit=PAGE), lambda: usual.find(owner, "revenue")),
        "search: germany late pay (3 words)": (
            SessionQuery(text="germany late pay", limit=PAGE),
            lambda: usual.find(owner, "Germany late pay"),
        ),
        "typing: re": (SessionQuery(text="re", limit=PAGE), lambda: usual.find(owner, "re")),
        "typing: custom": (SessionQuery(text="custom", limit=PAGE), lambda: usual.find(owner, "custom")),
    }
    for name, (query, other) in cases.items():
        total = store.find(owner, query).total
        best, middle = timed(lambda query=query: store.find(owner, query))  # type: ignore[misc]
        text = f"{size:9,}  {name:36} {total:8,} found   ours p5 {best:7.2f} p50 {middle:7.2f}"
        if other is not None:
            their_best, theirs = timed(other)
            text += f"   SQLAlchemy p5 {their_best:8.2f} p50 {theirs:8.2f}   ×{their_best / best:6.1f} ×{theirs / middle:6.1f}"
        print(text, flush=True)


def run(title: str, owner_of: Callable[[int], str], directory: Path, sizes: tuple[int, ...]) -> None:
    directory.mkdir()
    client: Any = connect(Settings(data_dir=directory))
    store, usual = SessionStore(client, 30 * 86_400, 86_400), UsualStore(directory / "usual.sqlite")
    filler = Filler(client, 30 * 86_400_000, 86_400_000)
    print(f"\n{title}", flush=True)
    done = 0
    for size in sizes:
        owners = [owner_of(number) for number in range(done, size)]
        filler.fill(owners, done)
        usual.add(owners, done)
        done = size
        measure(store, usual, owner_of(0), size)
        index, sessions = memory(client, "user:*") / size, memory(client, "session:*") / size
        on_disk = sum(path.stat().st_size for path in directory.glob("usual.sqlite*")) / size
        print(f"{size:9,}  bytes per session: index {index:,.0f}, session {sessions:,.0f}; SQLite {on_disk:,.0f}", flush=True)
        asked = min(200, size)
        began = time.perf_counter()
        for number in range(asked):
            ask(store, owner_of(0), number)
        each = 1000 * (time.perf_counter() - began) / asked
        print(f"{size:9,}  a session with {TURNS} questions and answers is stored and indexed in {each:.1f} ms", flush=True)
        for row in store.list(owner_of(0), limit=asked):
            client.delete(*keys.of_session(row.id))
        store.list(owner_of(0))
    client.close()
    usual.engine.dispose()


def main(most: int) -> None:
    sizes = tuple(size for size in SIZES if size <= most)
    with tempfile.TemporaryDirectory(prefix="tt-") as directory:
        run("All sessions of one user", lambda number: ONE, Path(directory) / "one", sizes)
        run(f"Among {USERS:,} users: one of them", lambda number: f"login:{number % USERS}", Path(directory) / "many", sizes)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else SIZES[-1])
