"""A database's catalog while it is read: progress the first time, then the catalog; a failure as its sentence."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import streamlit as st

from core.errors import NoAccount
from core.execution.readings import Reading, Readings
from core.wiring import Visit
from pages.render import trouble
from pages.render.text import escape, label

QUICK_S = 0.4
"""A catalog that is there within this time is drawn at once, without a flash of progress."""


def readings(visit: Visit, connection: str) -> Readings:
    """Of this App (one built anew, after an error or in a test, begins with none) and of the account this person has there.

    Raises NoAccount.
    """
    return _readings(id(visit.databases.shared), visit.databases.account(connection), visit)


@st.cache_resource(show_spinner=False, max_entries=200)
def _readings(identity: int, account: str, _visit: Visit) -> Readings:
    return Readings(_visit.databases, _visit.builtin.prepare)


def of(visit: Visit, connection: str) -> Reading:
    try:
        return readings(visit, connection).of(connection)
    except NoAccount as error:
        return Reading(error=error)


def draw(visit: Visit, connection: str, then: Callable[[Reading], None]) -> None:
    """Draws `then` with the finished reading; before that its progress, which moves by itself."""
    try:
        reading = readings(visit, connection).of(connection, wait_s=QUICK_S)
    except NoAccount as error:
        trouble.words(error.message, error.hint)
        return
    if reading.error is not None:
        trouble.inline(reading.error, key=f"reading-{connection}", retry=lambda: again(visit, connection))
    elif reading.catalog is None:
        _progress(visit, connection)
    else:
        then(reading)


@st.fragment(run_every=0.4)
def _progress(visit: Visit, connection: str) -> None:
    reading = of(visit, connection)
    if reading.catalog is not None or reading.error is not None:
        st.rerun()
    st.html(f'<p class="tt-note">Reading the database “{escape(connection)}” for the first time…</p>')
    st.progress(reading.fraction)
    st.caption(label(reading.step) or "Connecting…")


def again(visit: Visit, connection: str) -> None:
    """Reads the catalog anew; pages show the progress. Does nothing for whoever has no account there."""
    with suppress(NoAccount):
        readings(visit, connection).again(connection)
