"""Running a query on real databases: exact values, limits, timeouts, Stop, and sentences for what fails."""

from __future__ import annotations

import resource
import sqlite3
import threading
from datetime import date, datetime
from datetime import time as clock
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from core.cancellation import Cancellation
from core.errors import Cancelled, DatabaseUnavailable, SqlFailed, SqlRefused, SqlTimeout
from core.execution.connections import Database
from core.execution.run import Limits, run
from core.models import Kind
from tests.core.execution.conftest import Shops
from tests.core.execution.shops import opened

SLOW = {
    "sqlite": "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r",
    "duckdb": "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE (a.range + b.range) % 7 = 1",
    "postgres": "SELECT count(*) FROM generate_series(1, 10000000000) AS n",
    "mysql": "SELECT count(*) FROM information_schema.collations a, information_schema.collations b, "
    "information_schema.collations c, information_schema.collations d, information_schema.collations e",
}
MANY = {
    "sqlite": "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < {n}) SELECT n, '{text}' FROM r",
    "duckdb": "SELECT range + 1, '{text}' FROM range({n})",
    "postgres": "SELECT n, '{text}' FROM generate_series(1, {n}) AS n",
    "mysql": "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 999), "
    "s AS (SELECT 0 AS n UNION ALL SELECT n FROM r) "
    "SELECT a.n + 1000 * b.n, '{text}' FROM s a, s b WHERE a.n + 1000 * b.n BETWEEN 1 AND {n}",
}


def many(database: Database, rows: int, text: str = "x") -> str:
    return MANY[database.dialect].replace("{n}", str(rows)).replace("{text}", text)


@pytest.mark.parametrize(("available", "kept", "truncated"), [(9, 9, False), (10, 10, False), (11, 10, True), (5000, 10, True)])
def test_truncated_is_right_around_the_row_limit(shop: Database, available: int, kept: int, truncated: bool) -> None:
    result = run(shop, many(shop, available), Limits(rows=10))
    assert (result.row_count, result.truncated, result.truncated_by) == (kept, truncated, "rows" if truncated else "")
    assert result.limit == (10 if truncated else 0)


def test_the_byte_limit_cuts_and_says_so(shop: Database) -> None:
    result = run(shop, many(shop, 5000, "y" * 92), Limits(bytes=10_000))
    assert result.truncated and result.truncated_by == "bytes" and result.limit == 10_000
    assert result.row_count in (100, 99)


def test_a_limit_never_changes_an_aggregate(shop: Database) -> None:
    result = run(shop, f"SELECT count(*) FROM ({many(shop, 5000).replace('range + 1', 'range + 1 AS n')}) AS t", Limits(rows=10))
    assert result.rows() == [(5000,)] and not result.truncated


def test_a_large_result_does_not_fill_memory(shop: Database) -> None:
    run(shop, "SELECT 1")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    result = run(shop, many(shop, 990_000, "z" * 200), Limits(rows=1000))
    assert result.row_count == 1000 and result.truncated
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000, "kB more than before"
    assert run(shop, "SELECT 1").rows() == [(1,)], "the database answers the next question"


def test_a_slow_query_is_stopped_at_its_timeout(shop: Database) -> None:
    with pytest.raises(SqlTimeout, match=r"0\.5 seconds") as stopped:
        run(shop, SLOW[shop.dialect], Limits(timeout_s=0.5))
    assert stopped.value.sql == SLOW[shop.dialect]


def test_stop_ends_the_running_statement(shop: Database) -> None:
    cancellation = Cancellation()
    threading.Timer(0.3, cancellation.cancel).start()
    with pytest.raises(Cancelled):
        run(shop, SLOW[shop.dialect], cancellation=cancellation)
    assert run(shop, "SELECT 1").rows() == [(1,)]


def test_the_server_no_longer_works_on_a_stopped_statement(shops: Shops) -> None:
    for dialect, sql in (
        (
            "postgres",
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE state = 'active' AND query LIKE '%10000000000%' AND pid <> pg_backend_pid()",
        ),
        (
            "mysql",
            "SELECT count(*) FROM information_schema.processlist WHERE info LIKE '%collations e%' AND id <> connection_id()",
        ),
    ):
        cancellation = Cancellation()
        threading.Timer(0.2, cancellation.cancel).start()
        with pytest.raises(Cancelled):
            run(shops[dialect], SLOW[dialect], cancellation=cancellation)
        assert run(shops[dialect], sql).rows() == [(0,)]


def test_stop_before_the_start_runs_nothing(shop: Database) -> None:
    cancellation = Cancellation()
    cancellation.cancel()
    with pytest.raises(Cancelled):
        run(shop, "SELECT 1", cancellation=cancellation)


def test_a_failing_query_carries_the_databases_own_words(shop: Database) -> None:
    with pytest.raises(SqlFailed) as failed:
        run(shop, "SELECT missing_column FROM orders")
    assert "missing_column" in failed.value.detail and "sqlalche" not in failed.value.detail
    assert failed.value.sql == "SELECT missing_column FROM orders"


def test_a_query_that_fails_in_the_middle_is_told(shops: Shops) -> None:
    with pytest.raises(SqlFailed, match="could not run") as failed:
        run(shops["postgres"], "SELECT 1 / (n - 5000) FROM generate_series(1, 9000) AS n")
    assert "division by zero" in failed.value.detail


def test_several_statements_are_not_run(shop: Database) -> None:
    with pytest.raises((SqlFailed, SqlRefused)):
        run(shop, "SELECT 1; SELECT 2")


def test_columns_are_there_without_rows(shop: Database) -> None:
    result = run(shop, "SELECT id, name FROM customers WHERE 1 = 0")
    assert result.names == ("id", "name") and result.rows() == [] and result.row_count == 0


def test_duplicate_names_and_nulls_only_survive(shop: Database) -> None:
    result = run(shop, "SELECT id AS a, total AS a, status AS a FROM orders WHERE id = 5")
    assert result.names == ("a", "a", "a") and result.rows() == [(5, None, None)]


def test_a_hundred_columns(shop: Database) -> None:
    result = run(shop, "SELECT " + ", ".join(f"{number} AS c{number}" for number in range(100)))
    assert result.rows() == [tuple(range(100))]


def test_percent_signs_and_colons_are_only_text(shop: Database) -> None:
    assert run(shop, "SELECT '100 % %s :x %(y)s' WHERE 'abc' LIKE 'a%'").rows() == [("100 % %s :x %(y)s",)]


def one(database: Database, sql: str) -> list[tuple[Kind, Any]]:
    result = run(database, sql)
    return list(zip((column.kind for column in result.columns), result.rows()[0], strict=True))


def test_postgres_values_are_exact(shops: Shops) -> None:
    assert one(
        shops["postgres"],
        "SELECT 1.10::numeric, 123456789012345678901234567890::numeric, 9223372036854775807, true, 'infinity'::date, "
        "'0044-03-15 BC'::date, date '2024-02-29', "
        "timestamp '2024-02-29 23:59:59.123456', interval '1 month 2 days', '{\"a\": 1}'::jsonb, ARRAY[1, 2], "
        "'6f0e4b52-0000-4000-8000-000000000000'::uuid, '\\xff00'::bytea, 'NaN'::numeric, 1.5::float8, time '12:30', "
        "'24:00'::time, timestamptz '2024-01-01 00:00:00+00', 'infinity'::timestamptz, '10.0.0.0/8'::cidr, NULL::int",
    ) == [
        (Kind.DECIMAL, Decimal("1.10")),
        (Kind.DECIMAL, Decimal("123456789012345678901234567890")),
        (Kind.INTEGER, 9223372036854775807),
        (Kind.BOOLEAN, True),
        (Kind.TEXT, "infinity"),
        (Kind.TEXT, "0044-03-15 BC"),
        (Kind.DATE, date(2024, 2, 29)),
        (Kind.DATETIME, datetime(2024, 2, 29, 23, 59, 59, 123456)),
        (Kind.TEXT, "1 mon 2 days"),
        (Kind.JSON, '{"a": 1}'),
        (Kind.JSON, "[1, 2]"),
        (Kind.TEXT, "6f0e4b52-0000-4000-8000-000000000000"),
        (Kind.BINARY, b"\xff\x00"),
        (Kind.TEXT, "NaN"),
        (Kind.FLOAT, 1.5),
        (Kind.TIME, clock(12, 30)),
        (Kind.TEXT, "24:00:00"),
        (Kind.DATETIME, datetime.fromisoformat("2024-01-01T00:00:00+00:00")),
        (Kind.TEXT, "infinity"),
        (Kind.TEXT, "10.0.0.0/8"),
        (Kind.INTEGER, None),
    ]


def test_mysql_values_are_exact(shops: Shops) -> None:
    database = shops["mysql"]
    assert one(
        database,
        "SELECT 1.10, 18446744073709551615, cast('0000-00-00' AS date), date '2024-02-29', timestamp '2024-02-29 23:59:59.5', "
        "time '25:00:00', time '12:30:00', 1.5e0, x'ff00', cast('é' AS char), NULL, cast(b'101' AS unsigned), year('2024-01-01')",
    ) == [
        (Kind.DECIMAL, Decimal("1.10")),
        (Kind.INTEGER, 18446744073709551615),
        (Kind.TEXT, "0000-00-00"),
        (Kind.DATE, date(2024, 2, 29)),
        (Kind.DATETIME, datetime(2024, 2, 29, 23, 59, 59, 500000)),
        (Kind.TEXT, "25:00:00"),
        (Kind.TIME, clock(12, 30)),
        (Kind.FLOAT, 1.5),
        (Kind.BINARY, b"\xff\x00"),
        (Kind.TEXT, "é"),
        (Kind.OTHER, None),
        (Kind.INTEGER, 5),
        (Kind.INTEGER, 2024),
    ]


def test_duckdb_values_are_exact(shops: Shops) -> None:
    assert one(
        shops["duckdb"],
        "SELECT 9.5::DECIMAL(38, 10), 170141183460469231731687303715884105727::HUGEINT, "
        "340282366920938463463374607431768211455::UHUGEINT, "
        "'infinity'::DATE, '0044-03-15 (BC)'::DATE, DATE '2024-02-29', "
        "INTERVAL 1 MONTH, TIMESTAMPTZ '2024-01-01 00:00:00+00', "
        "'2024-01-01 00:00:00.123456789'::TIMESTAMP_NS, [1, 2], {'a': 1.5}, '\\xff'::BLOB, '101'::BIT, '24:00:00'::TIME, "
        "'{\"a\": 1}'::JSON, NULL",
    ) == [
        (Kind.DECIMAL, Decimal("9.5")),
        (Kind.INTEGER, Decimal("170141183460469231731687303715884105727")),
        (Kind.TEXT, "340282366920938463463374607431768211455"),
        (Kind.TEXT, "infinity"),
        (Kind.TEXT, "0044-03-15 (BC)"),
        (Kind.DATE, date(2024, 2, 29)),
        (Kind.TEXT, "1 month"),
        (Kind.DATETIME, datetime.fromisoformat("2024-01-01T00:00:00+00:00")),
        (Kind.TEXT, "2024-01-01 00:00:00.123456789"),
        (Kind.JSON, "[1, 2]"),
        (Kind.JSON, '{"a": 1.5}'),
        (Kind.BINARY, b"\xff"),
        (Kind.TEXT, "101"),
        (Kind.TEXT, "24:00:00"),
        (Kind.JSON, '{"a": 1}'),
        (Kind.OTHER, None),
    ]


def test_duckdb_keeps_the_order_of_rows_whose_columns_it_reads_as_text(shops: Shops) -> None:
    result = run(shops["duckdb"], "SELECT range, to_days(range::INTEGER) AS d FROM range(5000) ORDER BY range DESC")
    assert result.column(0) == list(range(4999, -1, -1)) and result.column(1)[0] == "4999 days"


def test_sqlite_values_are_what_the_file_holds(tmp_path: Path) -> None:
    path = tmp_path / "mixed.sqlite"
    connection = sqlite3.connect(path)
    connection.executescript(
        "CREATE TABLE t (mixed, day DATE, at DATETIME, broken TEXT, price DECIMAL(10, 2), blob BLOB, empty);"
        "INSERT INTO t VALUES (1, '2024-02-29', '2024-02-29 12:00:00', CAST(x'66fc72' AS TEXT), 1.10, x'00ff', NULL);"
        "INSERT INTO t VALUES ('two', '2024-03-01', '2024-02-29T12:00:00.5', 'fine', 2, x'', NULL);"
        "INSERT INTO t VALUES (3.5, NULL, NULL, NULL, NULL, NULL, NULL);"
    )
    connection.close()
    with opened(f"sqlite:///{path}") as database:
        result = run(database, "SELECT * FROM t")
        assert [column.kind.value for column in result.columns] == [
            "text",
            "date",
            "datetime",
            "text",
            "float",
            "binary",
            "other",
        ]
        assert result.column(0) == ["1", "two", "3.5"]
        assert result.column(1) == [date(2024, 2, 29), date(2024, 3, 1), None]
        assert result.column(2) == [datetime(2024, 2, 29, 12), datetime(2024, 2, 29, 12, 0, 0, 500000), None]
        assert result.column(3) == ["f\ufffdr", "fine", None]
        assert result.column(4) == [1.1, 2.0, None]
        assert run(database, "SELECT '2024-02-30' UNION ALL SELECT '2024-02-29'").columns[0].kind is Kind.TEXT


def test_a_virtual_table_of_sqlite_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "virtual.sqlite"
    connection = sqlite3.connect(path)
    connection.executescript(
        "CREATE VIRTUAL TABLE notes USING fts5 (body); INSERT INTO notes VALUES ('hello world');"
        "CREATE VIRTUAL TABLE boxes USING rtree (id, a, b); INSERT INTO boxes VALUES (1, 2, 3);"
    )
    connection.close()
    with opened(f"sqlite:///{path}") as database:
        assert run(database, "SELECT highlight(notes, 0, '<', '>') FROM notes WHERE notes MATCH 'hello'").rows() == [
            ("<hello> world",)
        ]
        assert run(database, "SELECT id FROM boxes").rows() == [(1,)]


def test_a_connection_that_the_server_ends_is_told_and_the_next_works(shops: Shops) -> None:
    database = shops["postgres"]
    owner = sa.create_engine(sa.make_url(_server_url(database)), isolation_level="AUTOCOMMIT")

    def end() -> None:
        with owner.connect() as connection:
            connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            ).fetchall()

    threading.Timer(0.3, end).start()
    with pytest.raises(DatabaseUnavailable, match="broke"):
        run(database, SLOW["postgres"])
    owner.dispose()
    assert run(database, "SELECT 1").rows() == [(1,)]


def _server_url(database: Database) -> sa.URL:
    return database.engine.url


def test_many_threads_share_a_database(shop: Database) -> None:
    found: list[Any] = []
    threads = [threading.Thread(target=lambda: found.append(run(shop, "SELECT count(*) FROM orders").rows())) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [[(5,)]] * 12
