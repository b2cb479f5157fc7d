"""What a database holds: its tables, and for each one its columns, keys and a few rows."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.config import DEMO_CONNECTION
from core.errors import TabletalkError
from core.models import Catalog, Column, Role, Table
from core.wiring import Visit
from pages.render import reading, table, trouble, welcome
from pages.render.text import ago, count, escape, label

DEMO = "demo · a made-up retail company, for trying things out"
SHOWN, SEARCH_FROM, SAMPLE_ROWS = 100, 12, 20
_ROLES = {Role.MEASURE: "measure", Role.DIMENSION: "category", Role.TIME: "time", Role.KEY: "key", Role.LABEL: "name"}


def draw(visit: Visit) -> None:
    st.html('<p class="tt-title" role="heading" aria-level="1">Data</p>')
    name = _chosen(visit, visit.databases.names())
    about = _about(visit, name)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="data-head"):
        st.html(f'<p class="tt-meta">{escape(about)}</p>', width="content")
        args = (visit, name)
        st.button("Refresh", icon=":material/refresh:", type="tertiary", key="data-refresh", on_click=reading.again, args=args)
    reading.draw(visit, name, lambda done: _catalog(visit, name, done.catalog) if done.catalog is not None else None)


def _about(visit: Visit, name: str) -> str:
    """Raises UnknownConnection where none is configured."""
    offered = name in visit.databases.names()
    return DEMO if name == DEMO_CONNECTION and offered else f"{name} · {visit.databases.get(name).display}"


def _chosen(visit: Visit, names: tuple[str, ...]) -> str:
    default = visit.databases.default
    if len(names) < 2:
        return default
    picked = st.segmented_control(
        "Connection", names, default=default, key="data-connection", required=True, label_visibility="collapsed"
    )
    return picked or default


def _catalog(visit: Visit, name: str, catalog: Catalog) -> None:
    read = f" Read {ago(catalog.read_at)}." if catalog.read_at else ""
    about = welcome.summary(catalog) if catalog.tables else "This database has no tables yet."
    st.html(f'<p class="tt-note">{escape(about + read)}</p>')
    wanted = ""
    if len(catalog.tables) >= SEARCH_FROM:
        wanted = st.text_input(
            "Search", key="data-search", placeholder="Search tables and columns", live=True, label_visibility="collapsed"
        )
    found = [one for one in catalog.tables if _matches(one, wanted.strip().lower())]
    with st.container(gap="xsmall"):
        for one in found[:SHOWN]:
            _table(visit, name, one)
    if len(found) > SHOWN:
        st.caption(f"{count(len(found) - SHOWN, 'more table')}: search to see them.")


def _matches(one: Table, wanted: str) -> bool:
    return not wanted or wanted in one.name.lower() or any(wanted in column.name.lower() for column in one.columns)


@st.fragment
def _table(visit: Visit, name: str, one: Table) -> None:
    rows = count(one.row_count, "row") if one.row_count is not None else "rows not counted"
    size = ", ".join((rows, count(len(one.columns), "column"), *(("view",) if one.is_view else ())))
    title = f"**{label(one.name)}**  {label(size)}"
    with st.expander(title, key=f"table-{name}-{one.name}", on_change="rerun") as fold:
        if not fold.open:
            return
        if one.comment:
            st.html(f'<p class="tt-note">{escape(one.comment)}</p>')
        st.dataframe(_columns(one), hide_index=True, alt=f"Columns of {one.name}")
        _rows(visit, name, one)


def _rows(visit: Visit, name: str, one: Table) -> None:
    try:
        sample = visit.databases.sample(name, one.name, rows=SAMPLE_ROWS)
    except TabletalkError as error:
        trouble.inline(error, key=f"sample-{name}-{one.name}")
        return
    st.caption(f"The first {count(sample.row_count, 'row')}" if sample.row_count else "This table has no rows.")
    if sample.row_count:
        table.draw(sample, None, key=f"sample-{name}-{one.name}", rows=8)


def _columns(one: Table) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Column": [column.name for column in one.columns],
            "Type": [column.type for column in one.columns],
            "Used as": [_ROLES[column.role] for column in one.columns],
            "Key": [_key(one, column) for column in one.columns],
            "Values": [_values(column) for column in one.columns],
        }
    )


def _key(one: Table, column: Column) -> str:
    """primary, and what a foreign key refers to."""
    marks = ["primary"] if column.name in one.primary_key else []
    for foreign in one.foreign_keys:
        if column.name in foreign.columns:
            target = foreign.ref_columns[foreign.columns.index(column.name)]
            marks.append(f"→ {foreign.ref_table}.{target}" + (" (likely)" if foreign.inferred else ""))
    return ", ".join(marks)


def _values(column: Column) -> str:
    if column.minimum is not None and column.maximum is not None:
        return f"{column.minimum} to {column.maximum}"
    return ", ".join(column.samples[:3])
