"""Milliseconds per check of the guard, over every statement of its corpus: python tests/benchmarks/bench_guard.py"""

from __future__ import annotations

import contextlib
import json
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from core.errors import SqlRefused  # noqa: E402
from core.execution.guard import check  # noqa: E402


def main() -> None:
    for name in ("legitimate", "attacks"):
        lines = (ROOT / "tests/core/execution/guard" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        cases = [json.loads(line) for line in lines]
        for case in cases:  # warm
            _timed_ms(case)
        times = sorted(_timed_ms(case) for case in cases)
        median, p95 = statistics.median(times), times[int(0.95 * len(times))]
        print(f"{name}: {len(times)} statements, median {median:.2f} ms, p95 {p95:.2f} ms, most {times[-1]:.2f} ms")


def _timed_ms(case: dict[str, str]) -> float:
    started = time.perf_counter()
    with contextlib.suppress(SqlRefused):
        check(case["sql"], case["dialect"])
    return 1000 * (time.perf_counter() - started)


if __name__ == "__main__":
    main()
