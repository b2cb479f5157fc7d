"""Catalog: seconds and memory to make the demo database, to read its catalog, and to get it again from the cache.

    python -m tests.benchmarks.bench_catalog [URL …]

Each step runs in a process of its own; peak memory is what the step added to the process after its imports.
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.config import ConnectionSpec
from core.execution.catalog import read_catalog
from core.execution.catalog_cache import CatalogCache
from core.execution.connections import open_database
from core.execution.demo import ensure_demo
from core.models import Catalog

ROUNDS = 3


def main(urls: list[str]) -> None:
    print(f"{'step':<40}{'seconds':>9}{'MB added':>10}  what")
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        report("make the demo database", make, directory)
        demo = f"sqlite:///{directory / 'demo.sqlite'}"
        for url in (demo, *urls):
            report(f"read the catalog ({url.partition(':')[0]})", read, url)
        report("from the cache on disk", cached, (demo, directory))
        report("from the cache in memory, schema checked", remembered, (demo, directory))


def make(directory: Path) -> str:
    (directory / "demo.sqlite").unlink(missing_ok=True)
    ensure_demo(directory)
    return f"{(directory / 'demo.sqlite').stat().st_size / 1e6:.1f} MB file"


def read(url: str) -> str:
    return described(read_catalog(open_database(ConnectionSpec("bench", url))))


def cached(where: tuple[str, Path]) -> str:
    """The first process fills the cache, the others find it."""
    url, directory = where
    return described(CatalogCache(directory / "catalogs").get(open_database(ConnectionSpec("bench", url))))


def remembered(where: tuple[str, Path]) -> str:
    url, directory = where
    cache, database = CatalogCache(directory / "catalogs", trusted_s=0), open_database(ConnectionSpec("bench", url))
    cache.get(database)
    started = time.perf_counter()
    for _ in range(20):
        cache.get(database)
    return f"{(time.perf_counter() - started) / 20 * 1000:.2f} ms each"


def described(catalog: Catalog) -> str:
    columns = sum(len(table.columns) for table in catalog.tables)
    rows = sum(table.row_count or 0 for table in catalog.tables)
    values = sum(len(entry.values) for entry in catalog.values)
    return f"{len(catalog.tables)} tables, {columns} columns, {rows:,} rows, {values:,} values"


def report(title: str, step: Callable[[Any], str], argument: Any) -> None:
    context = multiprocessing.get_context("spawn")
    runs = []
    for _ in range(ROUNDS):
        with context.Pool(1) as pool:
            runs.append(pool.apply(measured, (step, argument)))
    seconds, added, what = min(runs)
    print(f"{title:<40}{seconds:>9.3f}{added:>10.1f}  {what}")


def measured(step: Callable[[Any], str], argument: Any) -> tuple[float, float, str]:
    before, started = peak_mb(), time.perf_counter()
    what = step(argument)
    return time.perf_counter() - started, peak_mb() - before, what


def peak_mb() -> float:
    scale = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / scale


if __name__ == "__main__":
    main(sys.argv[1:])
