"""The demo's file: written under a temporary name and renamed, behind a lock, so that racing processes make it once."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from core.config import DEMO_CONNECTION, ConnectionSpec
from core.errors import DatabaseUnavailable

VERSION = 1
"""Kept in the file's user_version; a file of another version is made anew."""
SEED = 20230101
FILE_NAME = "demo.sqlite"
_WAIT_S = 120.0

Progress = Callable[[str, float], None]


def ensure_demo(data_dir: Path, progress: Progress | None = None) -> ConnectionSpec:
    """The connection of the demo database, which is made in data_dir first where it is not there yet.

    Raises DatabaseUnavailable when it cannot be written.
    """
    path = data_dir / FILE_NAME
    if not _is_made(path):
        try:
            data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
            with _alone(data_dir / "demo.lock"):
                if not _is_made(path):  # nobody else made it meanwhile
                    make(path, progress)
        except (OSError, sqlite3.Error) as exc:
            raise DatabaseUnavailable(
                "The demo database could not be made.",
                "Free some disk space, or set TABLETALK_DATA_DIR to a folder this app may write to.",
                detail=str(exc),
            ) from exc
    return ConnectionSpec(DEMO_CONNECTION, f"sqlite:///{path}")


def make(path: Path, progress: Progress | None = None) -> None:
    """Writes the whole file, then gives it its name in one step; a file that is there is replaced."""
    from core.execution.demo.content import tables  # numpy is not needed by those who have the file

    tell = progress or _silent
    tell("Making the demo data", 0.0)
    content = tables(SEED)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.touch(mode=0o600)
        with closing(sqlite3.connect(temporary, isolation_level=None)) as connection:
            _write(connection, content, tell)
        temporary.replace(path)
    finally:
        with suppress(FileNotFoundError):
            temporary.unlink()
    tell("The demo database is ready", 1.0)


def _write(connection: sqlite3.Connection, content: dict[str, dict[str, list[object]]], tell: Progress) -> None:
    from core.execution.demo.tables import INDEXES, SCHEMA

    for pragma in ("page_size = 4096", "journal_mode = OFF", "synchronous = OFF", f"user_version = {VERSION}"):
        connection.execute(f"PRAGMA {pragma}")
    connection.executescript(SCHEMA)
    connection.execute("BEGIN")
    for number, (table, columns) in enumerate(content.items()):
        tell(f"Writing the demo data: {table.replace('_', ' ')}", 0.4 + 0.5 * number / len(content))
        places = ", ".join("?" * len(columns))
        connection.executemany(f"INSERT INTO {table} VALUES ({places})", zip(*columns.values(), strict=True))
    connection.execute("COMMIT")
    tell("Indexing the demo data", 0.9)
    connection.executescript(INDEXES)
    connection.execute("ANALYZE")


def _is_made(path: Path) -> bool:
    if not path.is_file():
        return False
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            return bool(connection.execute("PRAGMA user_version").fetchone()[0] == VERSION)
    except sqlite3.Error:  # damaged, or no database at all
        return False


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Holds a lock that ends with the process; SQLite's own, because it works on every platform."""
    with closing(sqlite3.connect(lock, timeout=_WAIT_S, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        yield


def _silent(message: str, fraction: float) -> None:
    return
