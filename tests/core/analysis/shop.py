"""A small bakery chain in memory: two years of sales by a formula, with a stop in the summer of 2024 and one odd city."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from core.models import ResultSet, SqlDraft
from tests.core.analysis.made import table

CITIES = ("Aarhus", "Bergen", "Cork", "Delft", "Evora", "Faro", "Gent", "Huesca", "Ivrea", "Jena", "Kiel")
GOODS = ("Bread", "Cake", "Rolls", "*Special*")


def open_shop() -> sqlite3.Connection:
    shop = sqlite3.connect(":memory:")
    shop.execute("create table sale (id int, month text, sold_on text, city text, good text, units int, amount real, note text)")
    shop.executemany("insert into sale values (?, ?, ?, ?, ?, ?, ?, ?)", list(_sales()))
    shop.execute("create table baker (id integer, first_name text, last_name text, age integer, wage real)")
    shop.executemany("insert into baker values (?, ?, ?, ?, ?)", list(_bakers()))
    return shop


def _sales() -> Iterator[tuple[object, ...]]:
    row = 0
    for month in range(24):
        year, part = 2023 + month // 12, month % 12 + 1
        if (year, part) in ((2024, 7), (2024, 8)):
            continue
        for place, city in enumerate(CITIES):
            for kind, good in enumerate(GOODS[: 2 + place % 3]):
                row += 1
                units = 10 + month + (7 * place + 3 * kind) % 13 + (900 if city == "Cork" and good == "Cake" else 0)
                amount = round(units * (1.25 + kind), 2)
                day = f"{year}-{part:02}-{1 + row % 28:02}"
                yield row, f"{year}-{part:02}", day, city, good, units, amount, None if row % 10 else "gift"


def _bakers() -> Iterator[tuple[object, ...]]:
    for i in range(25):
        yield i + 1, f"Ada{i}", f"Loaf{i}", 20 + i, 1500.0 + 40 * i + (i % 3)


def ask(shop: sqlite3.Connection, sql: str, **more: object) -> tuple[ResultSet, SqlDraft]:
    """The result of the SQL and the draft it came from, without outputs."""
    cursor = shop.execute(sql)
    result = table([column[0] for column in cursor.description], cursor.fetchall())
    return result, SqlDraft(sql=sql, dialect="sqlite", engine="llm", **more)  # type: ignore[arg-type]
