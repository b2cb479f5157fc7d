"""A small shop in SQLite, the process's App on an embedded Valkey, and headless Chromium against the real server."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.wiring import App, application, close_application

MONTHS = [f"{year}-{month:02}" for year in (2023, 2024) for month in range(1, 13)]


def make_shop(path: Path) -> str:
    """URL of a database with 480 orders of 24 months, by 4 regions; every figure can be reckoned by hand."""
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE customer (customer_id INTEGER PRIMARY KEY, name TEXT NOT NULL, region TEXT NOT NULL)")
        connection.execute(
            "CREATE TABLE orders (order_id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customer(customer_id),"
            " order_date DATE NOT NULL, amount NUMERIC NOT NULL)"
        )
        regions = ("North", "South", "East", "West")
        connection.executemany(
            "INSERT INTO customer VALUES (?, ?, ?)", [(n, f"Customer {n}", regions[n % 4]) for n in range(1, 41)]
        )
        rows = [(n, n % 40 + 1, f"{MONTHS[n % 24]}-15", 10 + n % 24 + 5 * (n % 4)) for n in range(480)]
        connection.executemany("INSERT INTO orders VALUES (?, ?, ?, ?)", rows)
    connection.close()
    return f"sqlite:///{path}"


@contextmanager
def environment(**values: str) -> Iterator[None]:
    """The process's environment with these variables; unset ones of the project are taken out."""
    before = dict(os.environ)
    for name in ("REDIS_URL", "DATABASE_URL", "OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL"):
        os.environ.pop(name, None)
    os.environ.update(values)
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def app() -> Iterator[App]:
    """The App that the pages of this process find, with the shop as its one database and workers running."""
    directory = Path(tempfile.mkdtemp(prefix="tt-"))
    url = make_shop(directory / "shop.sqlite")
    with environment(TABLETALK_DATA_DIR=str(directory), DATABASE_URL=url, TABLETALK_DEMO="false"):
        yield application()
        close_application()
    shutil.rmtree(directory, ignore_errors=True)
