"""The rows of an answer as a table that scrolls inside itself."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.analysis import ColumnFormat, formats, to_frame
from core.models import ResultSet, SqlDraft
from pages.render.text import count, label

_ROW_PX, _SHOWN_ROWS = 36, 10


def draw(result: ResultSet, draft: SqlDraft | None, *, key: str, rows: int = _SHOWN_ROWS) -> None:
    """Up to `rows` rows at once, the others by scrolling; says where a limit cut the result."""
    size = count(result.row_count, "row")
    if not result.row_count:
        st.caption("The answer has no rows.")
        return
    st.dataframe(
        to_frame(result),
        hide_index=True,
        height=_ROW_PX * (min(result.row_count, rows) + 1) + 3,
        row_height=_ROW_PX,
        column_config={one.name: _column(one) for one in formats(result, draft)},
        key=key,
        alt=f"Table of {size}",
    )
    if result.truncated:
        st.caption(f"Only the first {size} are here; totals in the answer cover those alone.")


def _column(one: ColumnFormat) -> Any:
    tip = label(one.help) or None
    match one.kind:
        case "number":
            return st.column_config.NumberColumn(one.title, help=tip, format=one.format or None)
        case "date":
            return st.column_config.DateColumn(one.title, help=tip, format=one.format or None)
        case "datetime":
            return st.column_config.DatetimeColumn(one.title, help=tip, format=one.format or None)
        case "time":
            return st.column_config.TimeColumn(one.title, help=tip)
        case "boolean":
            return st.column_config.CheckboxColumn(one.title, help=tip)
        case _:
            return st.column_config.TextColumn(one.title, help=tip)
