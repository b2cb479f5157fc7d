"""The demo company: made once, the same everywhere, consistent, and with things to find."""

from __future__ import annotations

import multiprocessing
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from core.config import DEMO_CONNECTION
from core.errors import DatabaseUnavailable
from core.execution.catalog import read_catalog
from core.execution.demo import ensure_demo
from core.execution.demo.file import FILE_NAME
from core.models import Role
from tests.core.execution.catalog_databases import opened


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("demo")
    ensure_demo(directory)
    return directory / FILE_NAME


@pytest.fixture
def ask(demo: Path) -> Iterator[Any]:
    with closing(sqlite3.connect(demo)) as connection:
        yield lambda sql: connection.execute(sql).fetchall()


def test_it_is_made_with_progress_and_found_the_next_time(data_dir: Path) -> None:
    told: list[float] = []
    spec = ensure_demo(data_dir / "new", lambda message, fraction: told.append(fraction))
    path = data_dir / "new" / FILE_NAME
    assert (spec.name, spec.url) == (DEMO_CONNECTION, f"sqlite:///{path}")
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert path.stat().st_mode & 0o777 == 0o600
    made = path.stat().st_mtime_ns
    ensure_demo(data_dir / "new")
    assert path.stat().st_mtime_ns == made
    assert {file.name for file in path.parent.iterdir()} == {FILE_NAME, "demo.lock"}


def test_it_holds_the_same_whenever_it_is_made(demo: Path, data_dir: Path) -> None:
    ensure_demo(data_dir)
    assert (data_dir / FILE_NAME).read_bytes() == demo.read_bytes()


@pytest.mark.parametrize("content", [b"", b"junk" * 1000])
def test_a_damaged_or_half_written_file_is_made_anew(data_dir: Path, content: bytes) -> None:
    (data_dir / FILE_NAME).write_bytes(content)
    ensure_demo(data_dir)
    with closing(sqlite3.connect(data_dir / FILE_NAME)) as connection:
        assert connection.execute("SELECT count(*) FROM regions").fetchone() == (5,)


def test_racing_processes_make_it_once(data_dir: Path) -> None:
    context = multiprocessing.get_context("spawn")
    with context.Pool(2) as pool:
        inodes = pool.map(_made_by, [data_dir] * 2)
    assert len(set(inodes)) == 1


def _made_by(directory: Path) -> int:
    ensure_demo(directory)
    return (directory / FILE_NAME).stat().st_ino


def test_a_folder_that_cannot_be_written_is_a_sentence(data_dir: Path) -> None:
    (data_dir / "file").write_text("in the way")
    with pytest.raises(DatabaseUnavailable, match="could not be made"):
        ensure_demo(data_dir / "file")


def test_it_is_large_enough_and_keeps_its_own_rules(ask: Any) -> None:
    assert ask("SELECT count(*) FROM order_items")[0][0] >= 100_000
    assert len(ask("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")) >= 8
    assert ask("SELECT min(order_date), max(order_date) FROM orders") == [("2023-01-01", "2025-12-31")]
    assert ask("PRAGMA foreign_key_check") == []


@pytest.mark.parametrize(
    "violation",
    [
        """SELECT 1 FROM orders o
            WHERE abs(total_amount - (SELECT sum(net_amount) FROM order_items i WHERE i.order_id = o.order_id)) > 0.004""",
        "SELECT 1 FROM order_items WHERE abs(net_amount - quantity * unit_price * (100 - discount_percent) / 100.0) > 0.0051",
        "SELECT 1 FROM order_items WHERE round(net_amount, 2) <> net_amount OR quantity < 1 OR net_amount <= 0",
        """SELECT 1 FROM orders WHERE ship_date < order_date OR delivery_date < ship_date
            OR (ship_date ISNULL AND delivery_date NOTNULL)""",
        "SELECT 1 FROM orders WHERE (channel = 'Store') <> (store_id NOTNULL) OR (store_id NOTNULL) <> (employee_id NOTNULL)",
        "SELECT 1 FROM orders o JOIN stores s USING (store_id) WHERE s.region_id <> o.region_id OR opened_date > order_date",
        "SELECT 1 FROM orders o JOIN employees e USING (employee_id) WHERE e.store_id <> o.store_id OR hire_date > order_date",
        """SELECT 1 FROM orders o JOIN customers c USING (customer_id) WHERE c.region_id <> o.region_id OR
            signup_date > order_date""",
        """SELECT 1 FROM order_items JOIN orders USING (order_id) JOIN products USING (product_id)
            WHERE order_date < launch_date OR order_date > discontinued_date""",
        """SELECT 1 FROM returns r JOIN order_items i USING (order_item_id) JOIN orders USING (order_id)
            WHERE r.quantity > i.quantity OR refund_amount > net_amount
            OR return_date < delivery_date OR status <> 'Completed'""",
        "SELECT 1 FROM orders JOIN promotions p USING (promotion_id) WHERE order_date NOT BETWEEN p.start_date AND p.end_date",
        "SELECT 1 FROM purchase_orders WHERE expected_date < ordered_date OR received_date < ordered_date",
    ],
)
def test_no_row_contradicts_another(ask: Any, violation: str) -> None:
    assert ask(f"SELECT count(*) FROM ({violation})") == [(0,)]


def test_some_things_are_not_known_or_not_done_yet(ask: Any) -> None:
    (counts,) = ask(
        "SELECT count(*) FILTER (WHERE ship_date ISNULL), count(*) FILTER (WHERE status = 'Cancelled'), "
        "count(*) FILTER (WHERE promotion_id ISNULL) FROM orders"
    )
    assert all(counts)
    assert ask("SELECT count(*) FROM customers WHERE phone ISNULL")[0][0] > 500


def test_sales_have_a_season_and_regions_grow_apart(ask: Any) -> None:
    months = dict(ask("SELECT strftime('%m', order_date), sum(total_amount) FROM orders GROUP BY 1"))
    assert sorted(months, key=lambda month: -months[month])[:2] == ["12", "11"]
    growth = dict(
        ask(
            """SELECT region_name, sum(total_amount) FILTER (WHERE order_date >= '2025-01-01') / sum(total_amount) FILTER (
            WHERE order_date < '2024-01-01') FROM orders JOIN regions USING (region_id) GROUP BY 1"""
        )
    )
    assert growth["Asia Pacific"] > 1.7
    assert growth["Southern Europe"] < 1.0 < growth["Central Europe"]
    share = dict(ask("SELECT strftime('%Y', order_date), avg(channel IN ('Online', 'Mobile App')) FROM orders GROUP BY 1"))
    assert share["2025"] - share["2023"] > 0.1
    week = dict(ask("SELECT strftime('%w', order_date), count(*) FROM orders WHERE channel = 'Store' GROUP BY 1"))
    assert max(week, key=lambda day: week[day]) == "6"


def test_prices_rise_and_clothes_come_back_most(ask: Any) -> None:
    prices = ask(
        """SELECT max(unit_price) FILTER (WHERE order_date < '2024-01-01'),
        min(unit_price) FILTER (WHERE order_date > '2025-01-01')
        FROM order_items JOIN orders USING (order_id) JOIN products USING (product_id)
        WHERE category_id = 2 AND launch_date < '2023-01-01' AND discontinued_date ISNULL GROUP BY product_id"""
    )
    assert len(prices) > 5
    assert all(before < after for before, after in prices)
    rates = ask(
        """SELECT category_name, count(return_id) * 1.0 / count(*) FROM order_items JOIN products USING (product_id)
        JOIN categories USING (category_id) LEFT JOIN returns USING (order_item_id)
        WHERE product_name <> 'Ember Electric Kettle' GROUP BY 1 ORDER BY 2 DESC"""
    )
    assert rates[0][0] == "Clothing"


def test_the_anomalies_are_there_to_be_found(ask: Any) -> None:
    assert ask(
        """SELECT count(*) FROM orders JOIN regions USING (region_id) WHERE region_name = 'Nordics' AND channel = 'Store'
        AND order_date BETWEEN '2024-03-04' AND '2024-03-17'"""
    ) == [(0,)]
    returns = ask("SELECT strftime('%Y-%m', return_date), count(*) FROM returns GROUP BY 1 ORDER BY 2 DESC")
    assert returns[0][0] == "2024-09"
    assert returns[0][1] > 1.7 * returns[1][1]
    orders = ask("SELECT order_date, total_amount FROM orders ORDER BY 2 DESC LIMIT 2")
    assert orders[0][0] == "2025-05-14"
    assert orders[0][1] > 3 * orders[1][1]
    delays = ask(
        """SELECT strftime('%Y-%m', expected_date), avg(julianday(received_date) - julianday(expected_date)) FROM purchase_orders
        JOIN suppliers USING (supplier_id) WHERE supplier_name = 'Shenlan Electronics' GROUP BY 1 ORDER BY 2 DESC LIMIT 3"""
    )
    assert sorted(month for month, _ in delays) == ["2025-02", "2025-03", "2025-04"]
    assert all(days > 20 for _, days in delays)


def test_its_catalog_has_keys_roles_and_values_to_ask_with(demo: Path) -> None:
    catalog = read_catalog(opened(f"sqlite:///{demo}"))
    assert not [key for table in catalog.tables for key in table.foreign_keys if key.inferred]
    labels = {table.name: [c.name for c in table.columns if c.role is Role.LABEL] for table in catalog.tables}
    assert labels["products"] == ["product_name"]
    assert labels["customers"] == ["first_name", "last_name"]
    orders = catalog.by_name["orders"]
    assert [c.name for c in orders.columns if c.role is Role.MEASURE] == ["shipping_cost", "total_amount"]
    assert [c.name for c in orders.columns if c.role is Role.TIME] == ["order_date", "ship_date", "delivery_date"]
    values = {(entry.table, entry.column): entry for entry in catalog.values}
    assert set(values["orders", "channel"].values) == {"Store", "Online", "Mobile App", "Wholesale"}
    assert values["products", "product_name"].complete
