"""Frames, files and figures that leave the page: exact, and unable to run anything."""

from __future__ import annotations

import csv
import datetime as dt
import io
from decimal import Decimal

import openpyxl
import pandas as pd
import pyarrow as pa
import pytest

from core.analysis import build_figure, choose_chart, formats, to_csv, to_excel, to_frame, to_html
from core.models import ResultColumn, ResultSet
from tests.core.analysis.made import table

DAY, NOON = dt.date(2024, 2, 29), dt.datetime(2024, 2, 29, 13, 5)
RESULT = table(
    ["name", "name", "", "amount", "big", "day", "at", "flag", "time", "raw"],
    [
        (
            "=1+1",
            "Zoë",
            "x",
            Decimal("-12.50"),
            2**63,
            dt.date(2024, 2, 29),
            dt.datetime(2024, 2, 29, 13, 5),
            True,
            dt.time(8, 30),
            b"\x01",
        ),
        (None, None, None, None, None, None, None, None, None, None),
        ("-5", "@x", 'a,"b"\n', Decimal("0.10"), 7, dt.date(1600, 1, 1), dt.datetime(1600, 1, 1), False, dt.time(0), b""),
    ],
)


def test_a_frame_keeps_every_value_and_tells_duplicate_names_apart() -> None:
    frame = to_frame(RESULT)
    assert list(frame.columns) == ["name", "name (2)", "column 3", "amount", "big", "day", "at", "flag", "time", "raw"]
    assert frame["amount"][0] == Decimal("-12.50")
    assert frame["big"][0] == str(2**63)
    assert frame["raw"][0] == "1 bytes"
    assert bool(frame.iloc[1].isna().all())


def test_an_empty_result_still_has_its_columns() -> None:
    assert list(to_frame(table(["a", "b"], [])).columns) == ["a", "b"]
    assert to_csv(table(["a", "b"], [])) == b"\xef\xbb\xbfa,b\r\n"


def test_columns_say_how_they_want_to_be_shown() -> None:
    result = table(["customer_id", "total_amount_usd", "share_percent", "order_year", "city"], [(1, 2.5, 40.0, 2024, "x")])
    kinds = {made.name: (made.title, made.kind, made.format, made.align) for made in formats(result)}
    assert kinds["customer_id"] == ("Customer ID", "number", "%d", "right")
    assert kinds["total_amount_usd"] == ("Total amount", "number", "dollar", "right")
    assert kinds["share_percent"][2] == "%.0f%%"
    assert kinds["order_year"][2] == "%d"
    assert kinds["city"] == ("City", "text", "", "left")


def test_a_csv_opens_in_a_spreadsheet_without_running_anything() -> None:
    data = to_csv(RESULT)
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert rows[1][:4] == ["'=1+1", "Zoë", "x", "-12.50"]
    assert rows[2] == [""] * 10
    assert rows[3][:3] == ["-5", "'@x", 'a,"b"\n']
    assert rows[1][4] == str(2**63)


@pytest.mark.parametrize(
    "text", ["=1", "+1+1", "-1+1", "@A1", "\t=1", "\r=1", "  =1", "-2+3", "+cmd|' /C calc'!A0", "=HYPERLINK(1)"]
)
def test_no_text_of_a_csv_starts_like_a_formula(text: str) -> None:
    assert (
        next(csv.reader(io.StringIO(to_csv(table(["a"], [(text,)])).decode("utf-8-sig").split("\r\n", 1)[1], newline="")))[0][0]
        == "'"
    )


@pytest.mark.parametrize("text", ["-5", "+5.25", "-0.5", "plain", "a=b", "1-2"])
def test_plain_numbers_and_texts_are_left_alone(text: str) -> None:
    assert to_csv(table(["a"], [(text,)])).decode("utf-8-sig") == f"a\r\n{text}\r\n"


def test_an_excel_file_holds_constants_only_and_exact_numbers() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(to_excel(RESULT))).active
    assert sheet is not None
    rows = list(sheet.iter_rows())
    assert rows[1][0].data_type == "s"
    assert [cell.value for cell in rows[1]][:9] == [
        "=1+1", "Zoë", "x", -12.5, str(2**63), dt.datetime(2024, 2, 29), dt.datetime(2024, 2, 29, 13, 5), True, dt.time(8, 30),
    ]  # fmt: skip
    assert all(cell.value is None for cell in rows[2])
    assert rows[3][5].value == "1600-01-01"


def test_sixteen_digits_stay_sixteen_digits_in_excel() -> None:
    values = [1234567890123456, 123456789012345, Decimal("1234567890.123456")]
    sheet = openpyxl.load_workbook(io.BytesIO(to_excel(table(["n"], [(v,) for v in values[:2]])))).active
    assert sheet is not None
    assert [cell.value for cell in sheet["A"]][1:] == ["1234567890123456", 123456789012345]


def test_nan_is_no_number_and_breaks_nothing() -> None:
    result = ResultSet((ResultColumn("x", table(["x"], [(1.5,)]).columns[0].kind),), pa.table({"c0": [float("nan"), 1.5]}), 2)
    assert to_csv(result).endswith(b"nan\r\n1.5\r\n")
    assert to_excel(result)
    assert isinstance(to_frame(result), pd.DataFrame)


def test_a_figure_leaves_as_one_file_that_needs_no_network() -> None:
    result = table(["city", "order_count"], [("a", 1), ("b", 2)])
    page = to_html(build_figure(choose_chart(result), result, title=True), "</title><script>alert(1)</script>").decode()
    assert "<script>alert(1)" not in page
    assert 'src="http' not in page
    assert "plotly" in page
