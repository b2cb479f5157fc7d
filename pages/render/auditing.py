"""The audit as a table with filters and a download. Everything in it is text from outside and shown as such."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import streamlit as st

from core.formulas import safe_cell
from core.models import AuditAction, AuditEntry
from core.sessions.audit import Audit, said, to_csv
from core.wiring import Visit
from pages.render import state
from pages.render.text import count

SHOWN = 100
_ALL = "Everything"
_PERIODS = {
    "Last hour": timedelta(hours=1),
    "Last 24 hours": timedelta(days=1),
    "Last 7 days": timedelta(days=7),
    "Last 30 days": timedelta(days=30),
    "All that is kept": None,
}
_ROW_PX, _ROWS = 36, 16


def draw(visit: Visit) -> None:
    """Raises AdminsOnly."""
    audit = visit.work.audit()
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="audit-head"):
        st.html('<p class="tt-title" role="heading" aria-level="1">Audit</p>')
        download = st.container(width="content")
    wanted = _wanted()
    shown = state.audit_shown(SHOWN)
    found = audit.read(**wanted, limit=shown + 1)
    if not found:
        st.caption("Nothing of this kind is kept.")
        return
    with download:
        _download(visit, audit, wanted)
    entries = found[:shown]
    _table(entries)
    more = len(found) > shown
    st.caption(
        f"The newest {count(len(entries), 'entry', 'entries')} of this kind."
        if more
        else f"{count(len(entries), 'entry', 'entries')}."
    )
    if more:
        st.button("Show older ones", key="audit-more", on_click=state.audit_more, args=(shown + SHOWN,))


def _wanted() -> dict[str, Any]:
    """What the filters say, as Audit.read takes it."""
    with st.container(horizontal=True, key="audit-filters"):
        person = st.text_input("Person", key="audit-person", placeholder="Part of a name or e-mail address")
        action = st.selectbox(
            "Action", [_ALL, *(one.value for one in AuditAction)], key="audit-action", format_func=str.capitalize
        )
        session = st.text_input("Session", key="audit-session", placeholder="Its id, or a link to it")
        period = st.selectbox("Period", list(_PERIODS), index=2, key="audit-period")
    length = _PERIODS[period]
    return {
        "person": person,
        "action": "" if action == _ALL else action,
        "session": _session_id(session),
        "since": datetime.now(UTC) - length if length else None,
    }


def _session_id(text: str) -> str:
    """Of an address that names one, else the text itself."""
    return text.strip().partition("session=")[2].partition("&")[0] if "session=" in text else text.strip()


def _download(visit: Visit, audit: Audit, wanted: dict[str, Any]) -> None:
    def made() -> bytes:
        visit.work.audit_exported("audit")
        return to_csv(audit.all(**wanted))

    name = f"audit-{datetime.now(UTC):%Y-%m-%d}.csv"
    icon = ":material/download:"
    st.download_button(
        "CSV", made, name, "text/csv", key="audit-csv", icon=icon, on_click="ignore", help="All entries of this kind"
    )


def _table(entries: tuple[AuditEntry, ...]) -> None:
    """The table has a download of its own, of what it shows."""
    columns = {
        "When": [entry.at for entry in entries],
        "Who": [safe_cell(entry.name or entry.person) for entry in entries],
        "Did": [safe_cell(entry.action) for entry in entries],
        "What": [safe_cell(said(entry)) for entry in entries],
        "Session": [safe_cell(entry.session_id) for entry in entries],
        "E-mail": [safe_cell(entry.email) for entry in entries],
        "Person": [safe_cell(entry.person) for entry in entries],
    }
    when = st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm:ss", timezone=state.timezone())
    texts = {name: st.column_config.TextColumn() for name in columns if name != "When"}
    height = _ROW_PX * (min(len(entries), _ROWS) + 1) + 3
    what = f"Table of {count(len(entries), 'entry', 'entries')}, the newest first"
    st.dataframe(columns, hide_index=True, height=height, row_height=_ROW_PX, column_config={"When": when, **texts}, alt=what)
