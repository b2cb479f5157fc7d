"""An empty session: what the database is about in one line, and questions one can click."""

from __future__ import annotations

from datetime import date

import streamlit as st

from core.execution.readings import Reading
from core.models import Catalog, Kind
from core.wiring import Visit
from pages.render import actions, live, reading, state, trouble
from pages.render.text import count, escape, label

EXAMPLES = 6


def first(visit: Visit) -> None:
    """The page of a session that is made with its first question."""
    st.space("large")
    st.html('<p class="tt-title" role="heading" aria-level="1">What would you like to know?</p>')
    draw(visit, state.connection(visit.databases.default, visit.databases.names()), "")
    if (error := state.flashed()) is not None:
        trouble.inline(error, key="flash")
    live.focus()


def draw(visit: Visit, connection: str, session_id: str) -> None:
    def then(done: Reading) -> None:
        if done.catalog is not None:
            _about(done.catalog)
            _examples(visit, done.catalog, session_id)

    with st.container(key="welcome"):
        reading.draw(visit, connection, then)


def _about(catalog: Catalog) -> None:
    if not catalog.tables:
        trouble.words("This database has no tables yet.", "Choose another connection, or come back when it has data.")
        return
    st.html(f'<p class="tt-note">{escape(summary(catalog))}</p>')


def _examples(visit: Visit, catalog: Catalog, session_id: str) -> None:
    questions = visit.builtin.suggest(catalog, limit=EXAMPLES) if catalog.tables else ()
    if not questions:
        return
    st.caption("Try one of these, or ask in your own words.")
    with st.container(key="examples", horizontal=True, gap="small"):
        for position, question in enumerate(questions):
            key = f"example-{position}"
            st.button(label(question), key=key, on_click=actions.ask, args=(visit, session_id, question), wrap=True)


def summary(catalog: Catalog) -> str:
    """Tables, rows and the period in one line: "9 tables with 131,204 rows, from January 2023 to December 2025: orders, …"."""
    rows = sum(table.row_count or 0 for table in catalog.tables)
    size = f"{count(len(catalog.tables), 'table')} with {count(rows, 'row')}"
    largest = sorted(catalog.tables, key=lambda table: table.row_count or 0, reverse=True)[:4]
    names = ", ".join(table.name.replace("_", " ") for table in largest)
    more = " and more" if len(catalog.tables) > len(largest) else ""
    return f"{size}{_period(catalog)}: {names}{more}."


def _period(catalog: Catalog) -> str:
    """The span of the time column with the most rows behind it."""
    spans = [
        (table.row_count or 0, column.minimum, column.maximum)
        for table in catalog.tables
        for column in table.columns
        if column.kind in (Kind.DATE, Kind.DATETIME) and column.minimum and column.maximum
    ]
    if not spans:
        return ""
    _, first, last = max(spans)
    start, end = _month(first), _month(last)
    return f", {start}" if start == end else f", {start} to {end}"


def _month(moment: str) -> str:
    try:
        return f"{date.fromisoformat(moment[:10]):%B %Y}"
    except ValueError:
        return moment
