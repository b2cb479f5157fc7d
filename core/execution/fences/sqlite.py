"""SQLite's fence: the file is opened read-only, query_only is set, and an authorizer refuses everything but reading."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from core.errors import DatabaseUnavailable
from core.execution.fences.base import Fence, Verdict
from core.execution.words import words

ALLOWED_ACTIONS = frozenset(
    {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE, sqlite3.SQLITE_TRANSACTION}  # BEGIN and ROLLBACK
)
READING_PRAGMAS = words("""
    collation_list compile_options data_version database_list encoding foreign_key_list freelist_count function_list
    index_info index_list index_xinfo page_count page_size read_uncommitted schema_version table_info table_list table_xinfo
    user_version
""")
"""Refused all the same when they are given a value to set, except those whose argument names a table."""
ARGUMENT_PRAGMAS = words("foreign_key_list index_info index_list index_xinfo table_info table_list table_xinfo")
DENIED_FUNCTIONS = words("load_extension readfile writefile edit fts3_tokenizer fsdir lsmode zipfile eval")
VALUE_LIMIT_BYTES = 256 * 2**20
SHADOW_SUFFIXES = ("_node", "_rowid", "_parent")
WRITES = frozenset({sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE})


class SqliteFence(Fence):
    fetches_lazily = True

    def create_engine(self) -> sa.Engine:
        # No pool: opening a file costs well under a millisecond, and a replaced file is seen at the next question.
        return sa.create_engine("sqlite://", creator=self._open, poolclass=NullPool)

    def interrupt(self, driver: Any) -> None:
        driver.interrupt()

    def verdict(self, error: BaseException) -> Verdict:
        text = str(error)
        return Verdict.TIMEOUT if text == "interrupted" else Verdict.LOST if _is_gone(text) else Verdict.FAILED

    @property
    def errors(self) -> tuple[type[BaseException], ...]:
        return (sa.exc.DBAPIError, sqlite3.Error)

    def unavailable(self, name: str, error: BaseException) -> DatabaseUnavailable:
        message, hint = self._sentence(name, str(error))
        return DatabaseUnavailable(message, hint, detail=self.reason(error))

    def _sentence(self, name: str, reason: str) -> tuple[str, str]:
        path = self.address.path
        if not path.exists():
            return (
                f"The file of the database “{name}” is missing.",
                f"Put it back at {path}, or correct the connection's address.",
            )
        if path.is_dir():
            return f"The address of the database “{name}” is a folder, not a file.", "Name the SQLite file inside it."
        if "not a database" in reason:
            return f"The file of the database “{name}” is not a SQLite database, or it is encrypted.", "Choose a SQLite file."
        if "malformed" in reason:
            return f"The file of the database “{name}” is damaged.", "Restore it from a backup."
        if "locked" in reason or "busy" in reason:
            return f"The database “{name}” is being changed by another program.", "Try again in a moment."
        if not os.access(path, os.R_OK):
            return f"The file of the database “{name}” may not be read.", "Ask its owner for the right to read it."
        return (
            f"The file of the database “{name}” cannot be opened.",
            "If a -wal file lies beside it in a read-only folder, open it once with its own program to merge the changes.",
        )

    def _open(self) -> sqlite3.Connection:
        path = self.address.path
        if not path.is_file():
            raise sqlite3.OperationalError("unable to open database file")
        try:
            return _fenced(_uri(path))
        except sqlite3.OperationalError as exc:
            if "unable to open" in str(exc) or "readonly" in str(exc):
                return self._open_immutable(path, exc)
            raise

    def _open_immutable(self, path: Path, error: sqlite3.OperationalError) -> sqlite3.Connection:
        """A WAL file where nothing may be written beside it. Not with a filled -wal: its changes would silently be missing."""
        wal = Path(f"{path}-wal")
        if not os.access(path, os.R_OK) or (wal.exists() and wal.stat().st_size):
            raise error
        return _fenced(_uri(path) + "&immutable=1")


def _uri(path: Path) -> str:
    return f"file:{quote(os.fsencode(path))}?mode=ro"


def _fenced(uri: str) -> sqlite3.Connection:
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False, timeout=5)
    try:
        connection.text_factory = _text
        connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, VALUE_LIMIT_BYTES)
        connection.execute("PRAGMA query_only = ON")
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        connection.set_authorizer(_authorize)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")


def _authorize(action: int, first: str | None, second: str | None, database: str | None, trigger: str | None) -> int:
    """SQLITE_OK or SQLITE_DENY for one action of a statement being prepared."""
    if action in ALLOWED_ACTIONS:
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_FUNCTION:
        return sqlite3.SQLITE_DENY if (second or "").lower() in DENIED_FUNCTIONS else sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_PRAGMA:
        name = (first or "").lower()
        allowed = name in READING_PRAGMAS and (second is None or name in ARGUMENT_PRAGMAS)
        return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY
    # A virtual table (json_each, full text) declares itself when it is first read, and an R-tree prepares its writes.
    # Neither runs; mode=ro with query_only would stop it.
    if (action == sqlite3.SQLITE_UPDATE and first == "sqlite_master") or (action in WRITES and _is_shadow(first)):
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY


def _is_shadow(table: str | None) -> bool:
    return (table or "").endswith(SHADOW_SUFFIXES)


def _is_gone(text: str) -> bool:
    return "disk I/O error" in text or "unable to open" in text or "malformed" in text or "not a database" in text
