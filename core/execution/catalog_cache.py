"""CatalogCache: catalogs in memory and on disk, valid while the schema's fingerprint is the same, for a day at most."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import zstandard

from core.cancellation import Cancellation
from core.execution.catalog import read_catalog, read_fingerprint
from core.models.catalog import Catalog

if TYPE_CHECKING:
    from core.execution.connections import Database

VERSION = 1
"""Of the stored form; a file of another version is read anew."""
MAX_AGE_S = 24 * 3600.0
TRUSTED_S = 60.0
"""How long a catalog in memory is given without asking the database for its schema again."""
SIZE_LIMIT_BYTES = 512 * 2**20
_WAIT_S = 0.2

Progress = Callable[[str, float], None]


class _Stored(msgspec.Struct):
    version: int
    catalog: Catalog


@dataclass
class _Entry:
    """What is known of one database; the lock is held by the one who reads it."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    catalog: Catalog | None = None
    checked: float = 0.0
    """When the fingerprint was last compared, on the monotonic clock."""


class CatalogCache:
    """Thread-safe. One thread reads a database at a time; others who want the same one wait for its catalog."""

    def __init__(self, directory: Path, *, max_age_s: float = MAX_AGE_S, trusted_s: float = TRUSTED_S) -> None:
        self._directory = directory
        self._max_age_s, self._trusted_s = max_age_s, trusted_s
        self._entries: dict[str, _Entry] = {}
        self._lock = threading.Lock()

    def get(
        self,
        database: Database,
        *,
        refresh: bool = False,
        progress: Progress | None = None,
        cancellation: Cancellation | None = None,
    ) -> Catalog:
        """The catalog of the database, read where none is kept, its schema has changed, or `refresh` asks for it.

        A file that cannot be read or written costs time, never an error. Raises what `read_catalog` raises.
        """
        with self._lock:
            entry = self._entries.setdefault(database.id, _Entry())
        if not refresh and (kept := self._trusted(entry)):
            return kept
        asked = time.monotonic()
        _acquire(entry.lock, cancellation)
        try:
            if entry.checked > asked and entry.catalog:  # somebody else read it while we waited
                return entry.catalog
            catalog = None if refresh else self._unchanged(entry, database, cancellation)
            if catalog is None:
                catalog = read_catalog(database, progress=progress, cancellation=cancellation)
                self._store(catalog)
            entry.catalog, entry.checked = catalog, time.monotonic()
            return catalog
        finally:
            entry.lock.release()

    def _trusted(self, entry: _Entry) -> Catalog | None:
        catalog = entry.catalog
        recent = time.monotonic() - entry.checked < self._trusted_s
        return catalog if catalog and recent and self._is_young(catalog) else None

    def _unchanged(self, entry: _Entry, database: Database, cancellation: Cancellation | None) -> Catalog | None:
        kept = entry.catalog or self._load(database.id)
        if kept is None or not self._is_young(kept):
            return None
        return kept if read_fingerprint(database, cancellation=cancellation) == kept.fingerprint else None

    def _is_young(self, catalog: Catalog) -> bool:
        if catalog.read_at is None:
            return False
        return 0 <= (datetime.now(UTC) - catalog.read_at).total_seconds() < self._max_age_s

    def _path(self, database_id: str) -> Path:
        return self._directory / f"{hashlib.sha256(database_id.encode()).hexdigest()[:32]}.catalog"

    def _load(self, database_id: str) -> Catalog | None:
        """None where there is no file, or one that is damaged or of another version."""
        try:
            packed = self._path(database_id).read_bytes()
            content = zstandard.ZstdDecompressor().decompress(packed, max_output_size=SIZE_LIMIT_BYTES)
            stored = msgspec.json.decode(content, type=_Stored)
        except (OSError, zstandard.ZstdError, msgspec.MsgspecError, UnicodeDecodeError):
            return None
        is_ours = stored.version == VERSION and stored.catalog.database == database_id
        return stored.catalog if is_ours else None

    def _store(self, catalog: Catalog) -> None:
        path = self._path(catalog.database)
        temporary = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
        packed = zstandard.ZstdCompressor(level=3).compress(msgspec.json.encode(_Stored(VERSION, catalog)))
        try:
            _make_private(self._directory)
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(packed)
            temporary.replace(path)
        except OSError:  # a full or read-only disk: the catalog stays in memory
            with suppress(OSError):
                temporary.unlink()


def _make_private(directory: Path) -> None:
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    if directory.stat().st_mode & 0o077:
        directory.chmod(0o700)


def _acquire(lock: threading.Lock, cancellation: Cancellation | None) -> None:
    """Waits for the lock; raises Cancelled when Stop is pressed meanwhile."""
    while not lock.acquire(timeout=_WAIT_S):
        if cancellation:
            cancellation.raise_if_cancelled()
