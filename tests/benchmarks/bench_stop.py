"""How long a statement goes on after Stop, on each database, beside the round trip of a statement that does nothing.

python -m tests.benchmarks.bench_stop
"""

from __future__ import annotations

import statistics
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path

from core.cancellation import Cancellation
from core.errors import Cancelled
from core.execution.connections import Database
from core.execution.run import run
from tests.core.execution.conftest import Shops
from tests.core.execution.shops import DIALECTS
from tests.core.execution.test_run import SLOW

RUNS = 7


def main() -> None:
    print(f"{'':<10}{'SELECT 1 ms':>12}{'stop p50 ms':>12}{'stop max ms':>12}{'x SELECT 1':>12}")
    with tempfile.TemporaryDirectory(prefix="tt-") as directory, ExitStack() as stack:
        shops = Shops(Path(directory), stack)
        for dialect in DIALECTS:
            base = statistics.median(_round_trip(shops[dialect]) for _ in range(RUNS))
            stops = [_stop(shops[dialect]) for _ in range(RUNS)]
            median = statistics.median(stops)
            print(f"{dialect:<10}{base:>12.1f}{median:>12.1f}{max(stops):>12.1f}{median / base:>12.1f}")


def _round_trip(database: Database) -> float:
    began = time.perf_counter()
    run(database, "SELECT 1")
    return 1000 * (time.perf_counter() - began)


def _stop(database: Database) -> float:
    """Milliseconds from the Stop of an endless statement until its caller is free."""
    cancellation, pressed = Cancellation(), list[float]()

    def press() -> None:
        pressed.append(time.perf_counter())
        cancellation.cancel()

    threading.Timer(0.3, press).start()
    try:
        run(database, SLOW[database.dialect], cancellation=cancellation)
    except Cancelled:
        return 1000 * (time.perf_counter() - pressed[0])
    raise AssertionError(f"the statement on {database.dialect} ended by itself")


if __name__ == "__main__":
    main()
