"""Milliseconds the builtin engine takes per draft on the demo database, and what its index costs once.

python tests/benchmarks/bench_builtin.py
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from statistics import quantiles

sys.path.insert(0, str(Path(__file__).parents[2]))

from core.execution.catalog import read_catalog
from core.execution.connections import open_database
from core.execution.demo import ensure_demo
from core.models import Catalog, Context
from core.nl2sql.builtin import BuiltinEngine
from core.nl2sql.builtin.linking.index import build_index

QUESTIONS = (
    "How many orders are there?",
    "Revenue per month",
    "Revenue by region in 2024",
    "Top 10 products by revenue",
    "Average order value by segment",
    "Which customers have never placed an order?",
    "orders by channel per quarter",
    "How many custmers signed up in 2024?",
    "refund amount by reason, highest first",
    "Which store sold the most last year?",
    "products launched since June 2024 that cost more than 100",
    "number of employees by store and job title",
    "who is the highest paid employee",
    "what colour is the sky over Lisbon",
)
ROUNDS = 20


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(ensure_demo(Path(folder)))
        catalog = read_catalog(database)
        database.close()
    held = sum(len(column.values) for column in catalog.values)
    print(f"index: {_index_ms(catalog):.0f} ms for {len(catalog.tables)} tables and {held} values")
    engine, context = BuiltinEngine(), Context()
    engine.draft(QUESTIONS[0], context, catalog)
    took = sorted(_draft_ms(engine, question, context, catalog) for _ in range(ROUNDS) for question in QUESTIONS)
    cuts = quantiles(took, n=100)
    print(f"draft: p50 {cuts[49]:.1f} ms, p95 {cuts[94]:.1f} ms (aim: under 50), slowest {took[-1]:.1f} ms of {len(took)}")


def _index_ms(catalog: Catalog) -> float:
    started = time.perf_counter()
    build_index(catalog)
    return 1000 * (time.perf_counter() - started)


def _draft_ms(engine: BuiltinEngine, question: str, context: Context, catalog: Catalog) -> float:
    started = time.perf_counter()
    engine.draft(question, context, catalog)
    return 1000 * (time.perf_counter() - started)


if __name__ == "__main__":
    main()
