"""Three databases behind one connection name, each with rows of its own: what all share, Ann's and Ben's."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from pathlib import Path

from core.models import Person, PersonKind

QUESTION = "Total amount by region"
ROWS = {"shared": ("Everland", 33037033), "ann": ("Annland", 70015007), "ben": ("Benland", 52071025)}
"""Region and total that each account alone gives; totals too long to stand in an id or a time by chance."""
ANN = Person("login:ann", "Ann", "ann@example.com", PersonKind.LOGIN, signed_in_at=int(time.time()))
BEN = Person("proxy:Ben", "Ben B.", kind=PersonKind.PROXY)
CARL = Person("login:carl", "Carl", "carl@example.com", PersonKind.LOGIN, signed_in_at=int(time.time()))
"""Signed in, without an account."""
DAN = Person("browser:dan", "ann@example.com", "ann@example.com")
"""A guest; nobody vouches for what they call themselves."""

FOR_EVER = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500000000) SELECT COUNT(*) AS total FROM n"


def make_own_shops(directory: Path) -> dict[str, str]:
    """Name of an account → its URL."""
    urls = {}
    for name, (region, total) in ROWS.items():
        path = directory / f"{name}.sqlite"
        with contextlib.closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("CREATE TABLE sale (id INTEGER PRIMARY KEY, region TEXT, amount NUMERIC)")
            rows = [(region, total - 1000), (region, 1000), ("Elsewhere", 1)]
            connection.executemany("INSERT INTO sale (region, amount) VALUES (?, ?)", rows)
        urls[name] = f"sqlite:///{path}"
    return urls


def said_of(name: str, text: str) -> bool:
    """Whether the text gives away a row of that account."""
    region, total = ROWS[name]
    return any(word in text for word in (region, str(total), f"{total:,}"))


def told(text: str) -> set[str]:
    """Names of the accounts whose rows the text gives away."""
    return {name for name in ROWS if said_of(name, text)}
