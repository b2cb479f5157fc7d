"""Rows to Arrow: what each column becomes, exactly."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from core.execution.result_table import column_array, result_set
from core.models import Kind

BERLIN = ZoneInfo("Europe/Berlin")
CASES: list[tuple[str, list[Any], Kind, list[Any]]] = [
    ("whole numbers", [1, None, -5], Kind.INTEGER, [1, None, -5]),
    ("whole numbers beyond 64 bits", [2**63, 1], Kind.INTEGER, [Decimal(2**63), Decimal(1)]),
    ("whole numbers of 70 digits", [10**70], Kind.INTEGER, [Decimal(10**70)]),
    ("whole numbers of 90 digits", [10**90], Kind.TEXT, [str(10**90)]),
    (
        "decimals of several scales",
        [Decimal("1.10"), Decimal("2"), Decimal("-0.001")],
        Kind.DECIMAL,
        [Decimal("1.10"), 2, Decimal("-0.001")],
    ),
    ("decimals in scientific notation", [Decimal("1E+3"), Decimal("1E-20")], Kind.DECIMAL, [1000, Decimal("1E-20")]),
    ("zero decimals", [Decimal("0"), Decimal("0.00")], Kind.DECIMAL, [0, 0]),
    ("a decimal that is not a number", [Decimal("NaN"), Decimal("1.5")], Kind.TEXT, ["NaN", "1.5"]),
    ("decimals and whole numbers", [Decimal("1.5"), 2], Kind.DECIMAL, [Decimal("1.5"), Decimal(2)]),
    ("floats", [1.5, None, float("inf")], Kind.FLOAT, [1.5, None, float("inf")]),
    ("floats and whole numbers", [1.5, 2], Kind.FLOAT, [1.5, 2.0]),
    ("a float and a whole number it cannot hold", [1.5, 2**53 + 1], Kind.TEXT, ["1.5", str(2**53 + 1)]),
    ("truth", [True, None, False], Kind.BOOLEAN, [True, None, False]),
    ("truth and numbers", [True, 2], Kind.TEXT, ["true", "2"]),
    ("text", ["a", None, ""], Kind.TEXT, ["a", None, ""]),
    ("text and numbers", ["a", 1, None, b"\xff"], Kind.TEXT, ["a", "1", None, "0xff"]),
    ("days", [date(1, 1, 1), date(9999, 12, 31)], Kind.DATE, [date(1, 1, 1), date(9999, 12, 31)]),
    ("days and times", [date(2024, 1, 1), datetime(2024, 1, 1, 2)], Kind.TEXT, ["2024-01-01", "2024-01-01 02:00:00"]),
    ("a day and a word", [date(2024, 1, 1), "infinity"], Kind.TEXT, ["2024-01-01", "infinity"]),
    ("times", [datetime(2024, 1, 1, 2, 3, 4, 5)], Kind.DATETIME, [datetime(2024, 1, 1, 2, 3, 4, 5)]),
    ("times of one zone", [datetime(2024, 7, 1, tzinfo=BERLIN)], Kind.DATETIME, [datetime(2024, 7, 1, tzinfo=BERLIN)]),
    (
        "times of two zones",
        [datetime(2024, 7, 1, tzinfo=BERLIN), datetime(2024, 7, 1, tzinfo=timezone(timedelta(hours=5)))],
        Kind.DATETIME,
        [datetime(2024, 6, 30, 22, tzinfo=UTC), datetime(2024, 6, 30, 19, tzinfo=UTC)],
    ),
    (
        "times with and without a zone",
        [datetime(2024, 1, 1), datetime(2024, 1, 1, tzinfo=UTC)],
        Kind.TEXT,
        ["2024-01-01 00:00:00", "2024-01-01 00:00:00+00:00"],
    ),
    ("times of day", [time(12, 30), None], Kind.TIME, [time(12, 30), None]),
    ("times of day with a zone", [time(12, 30, tzinfo=UTC)], Kind.TEXT, ["12:30:00+00:00"]),
    ("bytes", [b"\x00", memoryview(b"\xff"), None], Kind.BINARY, [b"\x00", b"\xff", None]),
    ("lists and objects", [[1, "a"], {"b": Decimal("1.5")}, None], Kind.JSON, ['[1, "a"]', '{"b": 1.5}', None]),
    (
        "a decimal in JSON that no float holds",
        [[Decimal("0.1000000000000000000001")]],
        Kind.JSON,
        ['["0.1000000000000000000001"]'],
    ),
    ("what has no kind", [UUID(int=1)], Kind.TEXT, ["00000000-0000-0000-0000-000000000001"]),
]


@pytest.mark.parametrize(("values", "kind", "kept"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_column_becomes_what_holds_it_exactly(values: list[Any], kind: Kind, kept: list[Any]) -> None:
    array, found = column_array(values, None)
    assert (found, array.to_pylist()) == (kind, kept)


@pytest.mark.parametrize("kind", list(Kind))
def test_a_column_without_values_keeps_its_declared_kind(kind: Kind) -> None:
    array, found = column_array([None, None], kind)
    assert found is kind and array.null_count == 2


def test_json_that_comes_as_text_stays_json() -> None:
    assert column_array(['{"a": 1}'], Kind.JSON)[1] is Kind.JSON


def test_times_in_text_are_read_only_where_every_value_is_one() -> None:
    assert column_array(["2024-01-01", None], None, times_in_text=True)[0].to_pylist() == [date(2024, 1, 1), None]
    for values in (["2024-01-01", "soon"], ["2024-13-01"], ["2024-01"], ["20240101"], ["2024-01-01", "2024-01-01 10:00:00"]):
        assert column_array(values, None, times_in_text=True)[1] is Kind.TEXT
    assert column_array(["2024-01-01"], None)[1] is Kind.TEXT


def test_a_result_says_how_complete_it_is() -> None:
    result = result_set([("a", None), ("a", Kind.TEXT)], [(1, "x"), (2, None)], truncated_by="rows", limit=2)
    assert result.names == ("a", "a") and result.table.column_names == ["c0", "c1"]
    assert (result.row_count, result.truncated, result.limit) == (2, True, 2)
    whole = result_set([("a", Kind.INTEGER)], [], limit=5)
    assert (whole.row_count, whole.truncated, whole.limit) == (0, False, 0)
