"""The same question on the same database is answered alike by every process, whatever its hash seed."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[4]
ASK = """
import sys
from core.config import ConnectionSpec
from core.execution.catalog import read_catalog
from core.execution.connections import open_database
from core.models import Context
from core.nl2sql.builtin import BuiltinEngine

catalog = read_catalog(open_database(ConnectionSpec("test", sys.argv[1])))
for question in sys.argv[2:]:
    answer = BuiltinEngine().draft(question, Context(), catalog)
    print(question, getattr(answer, "sql", None) or answer.question)
"""
QUESTIONS = ("total sales", "sales", "sales in the USA by year", "revenue by customer", "sales and number of invoices by country")


def test_no_answer_depends_on_the_order_of_a_set(tmp_path: Path) -> None:
    path = tmp_path / "shop.sqlite"
    with sqlite3.connect(path) as connection:
        connection.executescript(
            """
            CREATE TABLE customer (customer_id INTEGER PRIMARY KEY, name TEXT NOT NULL);
            CREATE TABLE invoice (invoice_id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customer(customer_id),
                invoice_date DATE NOT NULL, country TEXT NOT NULL, total NUMERIC NOT NULL);
            CREATE TABLE invoice_line (line_id INTEGER PRIMARY KEY, invoice_id INTEGER NOT NULL REFERENCES invoice(invoice_id),
                unit_price NUMERIC NOT NULL, quantity INTEGER NOT NULL);
            INSERT INTO customer VALUES (1, 'Ada'), (2, 'Ben');
            INSERT INTO invoice VALUES (1, 1, '2023-02-01', 'USA', 12), (2, 2, '2024-03-01', 'Canada', 7);
            INSERT INTO invoice_line VALUES (1, 1, 3, 4), (2, 2, 7, 1);
            """
        )
    connection.close()
    told = {_told(path, seed) for seed in range(6)}
    assert len(told) == 1 and all(question in next(iter(told)) for question in QUESTIONS)


def _told(path: Path, seed: int) -> str:
    argv = [sys.executable, "-c", ASK, f"sqlite:///{path}", *QUESTIONS]
    environment = {**os.environ, "PYTHONHASHSEED": str(seed)}
    return subprocess.run(argv, cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout
