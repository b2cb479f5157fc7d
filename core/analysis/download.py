"""Downloads: a result as CSV or Excel, a figure as one HTML file. Exact values; no cell can act as a formula."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from core.analysis.display import EXACT_DIGITS, unique_names
from core.formulas import safe_cell
from core.models import ResultSet

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

EXCEL_ROWS = 1_048_575
"""Below the header row."""
EXCEL_TEXT = 32_767
"""Characters in one cell."""


def to_csv(result: ResultSet) -> bytes:
    """UTF-8 with a byte order mark, so that Excel reads the letters right. Texts that a spreadsheet would run as a formula
    are led by an apostrophe; numbers, negative ones too, stay numbers. NULL is an empty cell."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([safe_cell(name) for name in unique_names(result)])
    writer.writerows([_csv_cell(value) for value in row] for row in result.rows())
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace")


def _csv_cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return safe_cell(value)
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.hex() if isinstance(value, bytes) else str(value)


def to_excel(result: ResultSet, sheet: str = "Result") -> bytes:
    """One sheet; texts are texts (never formulas or links), dates are dates, numbers of more than 15 digits keep
    them as text. Rows beyond Excel's limit are left out and the last row says so."""
    import xlsxwriter  # type: ignore[import-untyped]

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        page = book.add_worksheet(_sheet_name(sheet))
        styles = _Styles(book)
        names = unique_names(result)
        for column, name in enumerate(names):
            page.write_string(0, column, name[:EXCEL_TEXT], styles.head)
        for line, row in enumerate(result.rows(EXCEL_ROWS), start=1):
            for column, value in enumerate(row):
                _write(page, line, column, value, styles)
        if result.row_count > EXCEL_ROWS:
            page.write_string(EXCEL_ROWS, 0, f"Cut here: the result has {result.row_count:,} rows.")
        page.freeze_panes(1, 0)
        page.autofit(300)
    return out.getvalue()


class _Styles:
    def __init__(self, book: Any) -> None:
        self.head = book.add_format({"bold": True, "bottom": 1})
        self.date = book.add_format({"num_format": "yyyy-mm-dd"})
        self.datetime = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self.time = book.add_format({"num_format": "hh:mm:ss"})


def _write(page: Any, line: int, column: int, value: Any, styles: _Styles) -> None:
    match value:
        case None:
            page.write_blank(line, column, None)
        case bool():
            page.write_boolean(line, column, value)
        case int() | float() | Decimal() if _fits(value):
            page.write_number(line, column, value)
        case datetime() if value.year >= 1900:
            page.write_datetime(line, column, value.replace(tzinfo=None), styles.datetime)
        case date() if not isinstance(value, datetime) and value.year >= 1900:
            page.write_datetime(line, column, value, styles.date)
        case time():
            page.write_datetime(line, column, value.replace(tzinfo=None), styles.time)
        case _:
            text = value.hex() if isinstance(value, bytes) else str(value)
            page.write_string(line, column, text[:EXCEL_TEXT])


def _fits(value: int | float | Decimal) -> bool:
    """True where Excel's 15 digits hold the number unchanged."""
    if isinstance(value, float):
        return abs(value) < float("inf")
    digits = len(str(abs(value))) if isinstance(value, int) else len(value.normalize().as_tuple().digits)
    return digits <= EXACT_DIGITS and (isinstance(value, int) or value.is_finite())


def _sheet_name(name: str) -> str:
    return "".join(c for c in name if c not in "[]:*?/\\'")[:31].strip() or "Result"


def to_html(figure: Figure, title: str = "Chart") -> bytes:
    """A page that needs no network and no other file; `title` is text."""
    from html import escape

    body = figure.to_html(
        full_html=False, include_plotlyjs=True, include_mathjax=False, config={"displaylogo": False, "responsive": True}
    )
    head = f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
    meta = '<meta name="viewport" content="width=device-width, initial-scale=1"></head>'
    return f'{head}{meta}<body style="margin:16px;background:#ffffff">{body}</body></html>'.encode()
