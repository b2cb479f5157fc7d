"""Time of the analysis of one answer without a model, and of its figure: python tests/benchmarks/bench_analysis.py

Prints one line per result: rows × columns, and the median of 15 runs in ms of facts + text, chart choice and figure."""

from __future__ import annotations

import datetime as dt
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[2]))

from core.analysis import analyse, build_figure, choose_chart, to_csv, to_excel, to_frame
from core.models import ResultSet
from tests.core.analysis.made import draft, table

DAY = dt.date(2020, 1, 1)


def results() -> dict[str, ResultSet]:
    cities = [f"city {i:03}" for i in range(16)]
    return {
        "groups": table(["city", "total_amount"], [(c, 1000.0 - i * 13) for i, c in enumerate(cities)]),
        "months": table(["month", "total_amount"], [(f"{2020 + m // 12}-{m % 12 + 1:02}", 10.5 * m) for m in range(60)]),
        "months by city": table(
            ["month", "city", "order_count"], [(f"2024-{m:02}", c, m * i) for m in range(1, 13) for i, c in enumerate(cities, 1)]
        ),
        "records": table(
            ["name", "city", "value", "other", "day"],
            [(f"name {i}", cities[i % 16], i * 1.5, i % 97, DAY + dt.timedelta(days=i % 900)) for i in range(10_000)],
        ),
        "wide": table([f"column {i}" for i in range(100)], [tuple(range(row, row + 100)) for row in range(1_000)]),
    }


def timed(work: Callable[[], object]) -> float:
    times = []
    for _ in range(15):
        start = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - start))
    return median(times)


def main() -> None:
    asked = draft("select a, sum(b) from t group by 1")
    print(f"{'':16}{'rows × columns':>16}{'analyse':>9}{'choose':>9}{'figure':>9}{'frame':>9}{'csv':>9}{'excel':>9}   ms")
    for name, result in results().items():
        spec = choose_chart(result, asked)
        figures = [
            timed(lambda r=result: analyse("Which?", r, asked)),
            timed(lambda r=result: choose_chart(r, asked)),
            timed(lambda r=result, s=spec: build_figure(s, r, draft=asked)),
            timed(lambda r=result: to_frame(r)),
            timed(lambda r=result: to_csv(r)),
            timed(lambda r=result: to_excel(r)) if result.row_count < 5_000 else float("nan"),
        ]
        size = f"{result.row_count:,} × {len(result.columns)}"
        print(f"{name:16}{size:>16}" + "".join(f"{figure:9.1f}" for figure in figures))


if __name__ == "__main__":
    main()
