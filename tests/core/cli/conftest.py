"""A small real database, and the command line as a process of its own."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SCHEMA = """
CREATE TABLE customers (customer_id INTEGER PRIMARY KEY, name TEXT NOT NULL, country TEXT NOT NULL);
CREATE TABLE orders (order_id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customers,
                     order_date TEXT NOT NULL, amount NUMERIC NOT NULL);
INSERT INTO customers VALUES (1, 'Ada', 'Norway'), (2, 'Bo', 'Sweden'), (3, 'Cy', 'Norway');
INSERT INTO orders VALUES (1, 1, '2024-01-05', 10.5), (2, 1, '2024-02-07', 20), (3, 2, '2024-02-09', 5), (4, 3, '2025-03-01', 7);
"""

Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def shop(data_dir: Path) -> str:
    """URL of the database."""
    path = data_dir / "shop.sqlite"
    with sqlite3.connect(path) as connection:
        connection.executescript(SCHEMA)
    connection.close()
    return f"sqlite:///{path}"


@pytest.fixture
def tabletalk(data_dir: Path) -> Command:
    """Runs `python -m core` with these arguments, its data in a directory of the test."""

    def run(*arguments: str, stdin: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
        env = kept | {"TABLETALK_DATA_DIR": str(data_dir / "data")} | environ
        argv = [sys.executable, "-m", "core", *arguments]
        return subprocess.run(argv, cwd=ROOT, env=env, input=stdin, capture_output=True, text=True, timeout=60)

    return run
