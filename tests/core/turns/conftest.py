"""A real Valkey, a real SQLite database, and an engine that does what the question says: the seam to a slow or failing engine."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.config import ConnectionSpec, Settings
from core.sessions.connect import connect
from core.sessions.store import SessionStore


@pytest.fixture
def settings(redis_url: str, data_dir: Path, database_url: str) -> Settings:
    return Settings(data_dir, redis_url, (ConnectionSpec("shop", database_url),), demo=False)


@pytest.fixture
def database_url(data_dir: Path) -> str:
    path = data_dir / "shop.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE sale (id INTEGER PRIMARY KEY, region TEXT, amount NUMERIC)")
        rows = [(None, ("North", "South", "West")[number % 3], number) for number in range(60)]
        connection.executemany("INSERT INTO sale VALUES (?, ?, ?)", rows)
    connection.close()
    return f"sqlite:///{path}"


@pytest.fixture
def client(settings: Settings) -> Iterator[Any]:
    made = connect(settings)
    yield made
    made.close()


@pytest.fixture
def sessions(client: Any) -> SessionStore:
    return SessionStore(client, ttl_s=3600, grace_s=3600)


@pytest.fixture
def session_id(sessions: SessionStore) -> str:
    return sessions.create("shop").id
