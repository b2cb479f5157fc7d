"""A real Valkey, a real SQLite database, and an engine that does what the question says: the seam to a slow or failing engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.config import ConnectionSpec, Settings
from core.sessions.connect import connect
from core.sessions.store import SessionStore
from core.turns.desk import Turns
from core.turns.rooms import Rooms
from tests.core.turns.scripted import close_rooms, make_shop, open_rooms


@pytest.fixture
def settings(redis_url: str, data_dir: Path, database_url: str) -> Settings:
    return Settings(data_dir, redis_url, (ConnectionSpec("shop", database_url),), demo=False)


@pytest.fixture
def database_url(data_dir: Path) -> str:
    return make_shop(data_dir)


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


@pytest.fixture
def rooms(settings: Settings) -> Iterator[Rooms]:
    made = open_rooms(settings)
    yield made
    close_rooms(made)


@pytest.fixture
def turns(rooms: Rooms) -> Turns:
    return Turns(rooms)
