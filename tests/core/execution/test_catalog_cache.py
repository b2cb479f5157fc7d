"""Catalogs are kept in memory and on disk, and read again when they must be."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.cancellation import Cancellation
from core.errors import Cancelled, EmptyDatabase
from core.execution.catalog_cache import CatalogCache
from core.execution.connections import Database
from core.models import Catalog
from tests.core.execution.catalog_databases import sqlite_database


class Reader:
    """Gets catalogs and counts how often the database was read in full."""

    def __init__(self, cache: CatalogCache, database: Database) -> None:
        self.cache, self.database, self.reads = cache, database, 0

    def get(self, *, refresh: bool = False, cancellation: Cancellation | None = None) -> Catalog:
        return self.cache.get(self.database, refresh=refresh, progress=self._told, cancellation=cancellation)

    def _told(self, message: str, fraction: float) -> None:
        self.reads += fraction == 1.0


@pytest.fixture
def database(data_dir: Path) -> Database:
    return sqlite_database(data_dir / "some.sqlite", "CREATE TABLE t (name TEXT, n INTEGER); INSERT INTO t VALUES ('Ann', 1);")


@pytest.fixture
def reader(data_dir: Path, database: Database) -> Reader:
    return Reader(CatalogCache(data_dir / "catalogs", trusted_s=0), database)


def test_a_second_get_gives_the_same_catalog_without_reading(reader: Reader) -> None:
    assert reader.get() is reader.get()
    assert reader.reads == 1


def test_a_new_process_finds_the_catalog_on_disk(reader: Reader, data_dir: Path) -> None:
    first = reader.get()
    other = Reader(CatalogCache(data_dir / "catalogs", trusted_s=0), reader.database)
    assert other.get() == first
    assert other.reads == 0


def test_a_changed_schema_is_read_again_and_changed_data_on_refresh(reader: Reader, data_dir: Path) -> None:
    reader.get()
    sqlite_database(data_dir / "some.sqlite", "INSERT INTO t VALUES ('Bob', 2);")
    assert reader.get().by_name["t"].row_count == 1
    assert reader.get(refresh=True).by_name["t"].row_count == 2
    sqlite_database(data_dir / "some.sqlite", "CREATE TABLE more (x TEXT);")
    assert set(reader.get().by_name) == {"t", "more"}
    assert reader.reads == 3


def test_a_trusted_catalog_is_given_without_asking_the_database(data_dir: Path, database: Database) -> None:
    cache = CatalogCache(data_dir / "catalogs", trusted_s=60)
    cache.get(database)
    (data_dir / "some.sqlite").unlink()
    assert set(cache.get(database).by_name) == {"t"}


def test_an_old_catalog_is_read_again(data_dir: Path, database: Database) -> None:
    reader = Reader(CatalogCache(data_dir / "catalogs", max_age_s=0, trusted_s=60), database)
    reader.get()
    time.sleep(0.001)
    reader.get()
    assert reader.reads == 2


@pytest.mark.parametrize("content", [b"", b"junk", b"\x28\xb5\x2f\xfd\x04\x00\x01\x00\x00"])
def test_a_damaged_file_is_read_anew(reader: Reader, data_dir: Path, content: bytes) -> None:
    first = reader.get()
    (file,) = (data_dir / "catalogs").iterdir()
    file.write_bytes(content)
    other = Reader(CatalogCache(data_dir / "catalogs", trusted_s=0), reader.database)
    assert other.get().tables == first.tables
    assert other.reads == 1


def test_files_are_private_and_hold_no_name_of_the_database(reader: Reader, data_dir: Path) -> None:
    reader.get()
    directory = data_dir / "catalogs"
    (file,) = directory.iterdir()
    assert (directory.stat().st_mode & 0o777, file.stat().st_mode & 0o777) == (0o700, 0o600)
    assert "some" not in file.name


def test_a_folder_that_cannot_be_made_costs_nothing_but_time(data_dir: Path, database: Database) -> None:
    (data_dir / "file").write_text("in the way")
    reader = Reader(CatalogCache(data_dir / "file" / "catalogs", trusted_s=0), database)
    assert reader.get() is reader.get()


def test_threads_that_want_the_same_database_share_one_reading(reader: Reader) -> None:
    start = threading.Barrier(8)

    def get() -> Catalog:
        start.wait()
        return reader.get()

    with ThreadPoolExecutor(8) as pool:
        found = [future.result() for future in [pool.submit(get) for _ in range(8)]]
    assert reader.reads == 1
    assert all(catalog is found[0] for catalog in found)


def test_who_waits_for_another_reading_can_stop(reader: Reader) -> None:
    reading, go_on = threading.Event(), threading.Event()
    cancellation = Cancellation()

    def hold(message: str, fraction: float) -> None:
        reading.set()
        go_on.wait(10)

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(reader.cache.get, reader.database, progress=hold)
        assert reading.wait(10)
        second = pool.submit(reader.get, cancellation=cancellation)
        cancellation.cancel()
        with pytest.raises(Cancelled):
            second.result(5)
        go_on.set()
        assert set(first.result(10).by_name) == {"t"}


def test_a_failed_reading_leaves_the_next_one_free(data_dir: Path) -> None:
    cache = CatalogCache(data_dir / "catalogs")
    empty = sqlite_database(data_dir / "empty.sqlite", "")
    with pytest.raises(EmptyDatabase):
        cache.get(empty)
    sqlite_database(data_dir / "empty.sqlite", "CREATE TABLE t (x TEXT);")
    assert set(cache.get(empty).by_name) == {"t"}
