"""Listing and searching sessions, of one user and among a thousand, against SQLAlchemy on SQLite, in one run.

    python -m tests.benchmarks.bench_listing [MOST]      (100,000 sessions by default: some ten minutes)

The SQLAlchemy store is of the usual kind: rows for sessions and messages with indexes on what is listed, LIKE for the search, and
one COUNT of messages per session listed. Both are filled with the same sessions; times are medians in milliseconds.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ForeignKey, create_engine, event, exists, func, or_, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from core.config import Settings
from core.models import ListedStatus, SessionQuery, SessionSort, SqlDraft, Turn, TurnState
from core.sessions.connect import connect
from core.sessions.store import SessionStore

SIZES = (10, 1_000, 10_000, 100_000)
USERS = 1_000
PAGE = 20
TURNS = 2
REPEATS = 41
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


def fill(store: SessionStore, owner: str, number: int) -> None:
    one = made(number)
    session = store.create("demo" if number % 3 else "sales", owner=owner, owner_name="Ann")
    for position, (question, sql) in enumerate(one.turns):
        turn = store.add_turn(Turn(f"t{position}", session.id, question, "Ann", datetime.now(UTC)))
        draft = SqlDraft(sql, "sqlite", "builtin", explanation="What was asked.")
        store.save_turn(replace(turn, state=TurnState.DONE, draft=draft, tokens=number % 900))


def p50(call: Callable[[], Any]) -> float:
    call()
    took = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        call()
        took.append(1000 * (time.perf_counter() - began))
        if sum(took) > 20_000:
            break
    return statistics.median(took)


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
        ours = p50(lambda query=query: store.find(owner, query))  # type: ignore[misc]
        text = f"{size:9,}  {name:36} {total:8,} found   ours {ours:8.2f} ms"
        if other is not None:
            theirs = p50(other)
            text += f"   SQLAlchemy {theirs:9.2f} ms   ×{theirs / ours:7.1f}"
        print(text, flush=True)


def grow(store: SessionStore, usual: UsualStore, owners: list[str], first: int) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda pair: fill(store, pair[1], pair[0]), enumerate(owners, first)))
    usual.add(owners, first)


def run(title: str, owner_of: Callable[[int], str], directory: Path, sizes: tuple[int, ...]) -> None:
    directory.mkdir()
    client: Any = connect(Settings(data_dir=directory))
    store, usual = SessionStore(client, 30 * 86_400, 86_400), UsualStore(directory / "usual.sqlite")
    print(f"\n{title}", flush=True)
    done = 0
    for size in sizes:
        began = time.perf_counter()
        grow(store, usual, [owner_of(number) for number in range(done, size)], done)
        each = 1000 * (time.perf_counter() - began) / (size - done)
        done = size
        measure(store, usual, owner_of(0), size)
        index, sessions = memory(client, "user:*") / size, memory(client, "session:*") / size
        on_disk = sum(path.stat().st_size for path in directory.glob("usual.sqlite*")) / size
        print(
            f"{size:9,}  bytes per session: index {index:,.0f}, session {sessions:,.0f}; SQLite {on_disk:,.0f};"
            f" made in {each:.1f} ms each (both stores)",
            flush=True,
        )
    client.close()
    usual.engine.dispose()


def main(most: int) -> None:
    sizes = tuple(size for size in SIZES if size <= most)
    with tempfile.TemporaryDirectory(prefix="tt-") as directory:
        run("All sessions of one user", lambda number: ONE, Path(directory) / "one", sizes)
        run(f"Among {USERS:,} users: one of them", lambda number: f"login:{number % USERS}", Path(directory) / "many", sizes)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else SIZES[-1])
