"""An engine whose questions say what it does, and workers on it, also as a process of its own to be killed."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

from core.cancellation import Cancellation
from core.config import ConnectionSpec, Settings
from core.errors import ModelUnavailable, SqlRefused
from core.execution.catalog_cache import CatalogCache
from core.execution.databases import Databases
from core.models import Catalog, Choice, Clarification, Context, SqlDraft
from core.nl2sql.engine import Engine
from core.sessions.connect import connect
from core.sessions.store import SessionStore
from core.turns.rooms import Rooms
from core.turns.worker import Workers

FOREVER = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n"
"""A statement that never ends by itself."""


class ScriptedEngine:
    """A question is its own SQL, or `wait SECONDS SQL`, `which`, `resolve`, `fail`, `refuse`, `crash`."""

    name = "builtin"

    def __init__(self, repairs: Mapping[str, str] | None = None, name: str = "builtin") -> None:
        self.name = name
        self.repairs = repairs or {}
        self.errors: list[str] = []
        self.contexts: list[Context] = []

    def draft(
        self, question: str, context: Context, catalog: Catalog, *, cancellation: Cancellation | None = None
    ) -> SqlDraft | Clarification:
        self.contexts.append(context)
        word, _, rest = question.partition(" ")
        match word:
            case "wait":
                seconds, _, rest = rest.partition(" ")
                stop = cancellation or Cancellation()
                stop.wait(float(seconds))
                stop.raise_if_cancelled()
                return self._draft(rest or "SELECT 1 AS one")
            case "which":
                return Clarification("Which one?", (Choice("All", "SELECT COUNT(*) FROM sale"), Choice("North")))
            case "perhaps":
                return Clarification("Do you mean all?", draft=self._draft(rest))
            case "resolve":
                if context.resolutions:
                    return self._draft("SELECT COUNT(*) FROM sale WHERE region = 'North'")
                return Clarification("Which region?", (Choice("North", resolves={"region": "North"}),))
            case "fail":
                raise ModelUnavailable("The model is asleep.", "Wake it.", detail="503")
            case "refuse":
                raise SqlRefused("Only questions can be asked.", "Ask for data.")
            case "crash":
                raise ZeroDivisionError("secret internals")
        return self._draft(question)

    def repair(
        self,
        question: str,
        draft: SqlDraft,
        error: str,
        context: Context,
        catalog: Catalog,
        *,
        cancellation: Cancellation | None = None,
    ) -> SqlDraft | None:
        self.errors.append(error)
        better = self.repairs.get(draft.sql)
        return self._draft(better, repairs=(*draft.repairs, error)) if better else None

    def _draft(self, sql: str, repairs: tuple[str, ...] = ()) -> SqlDraft:
        return SqlDraft(sql, "sqlite", self.name, explanation="As asked.", repairs=repairs)


def make_shop(directory: Path) -> str:
    """URL of a database with 60 sales in three regions."""
    path = directory / "shop.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE sale (id INTEGER PRIMARY KEY, region TEXT, amount NUMERIC)")
        rows = [(None, ("North", "South", "West")[number % 3], number) for number in range(60)]
        connection.executemany("INSERT INTO sale VALUES (?, ?, ?)", rows)
    return f"sqlite:///{path}"


def open_rooms(settings: Settings, engine: Engine | None = None) -> Rooms:
    engine = engine or ScriptedEngine()
    client = connect(settings)
    databases = Databases(settings, CatalogCache(settings.data_dir / "catalogs"))
    sessions = SessionStore(client, ttl_s=3600, grace_s=3600)
    return Rooms(settings, client, sessions, databases, {"auto": engine, "builtin": engine})


def close_rooms(rooms: Rooms) -> None:
    rooms.databases.close()
    rooms.redis.close()


def main(data_dir: str, redis_url: str, database_url: str, lease_ttl_s: str) -> None:
    """A worker process: python -m tests.core.turns.scripted …; it ends when its standard input does."""
    settings = Settings(Path(data_dir), redis_url, (ConnectionSpec("shop", database_url),), demo=False)
    rooms = open_rooms(settings)
    workers = Workers(rooms, 2, lease_ttl_s=float(lease_ttl_s))
    workers.start()
    print(os.getpid(), threading.active_count(), flush=True)  # noqa: T201
    sys.stdin.read()
    workers.stop()
    close_rooms(rooms)


if __name__ == "__main__":
    main(*sys.argv[1:])
