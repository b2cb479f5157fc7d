"""Rows of one's own: while the statement of an answer runs through the account of whoever looks, and when it gave none."""

from __future__ import annotations

import streamlit as st

from core.errors import NoAccount, SqlRefused, TabletalkError
from core.models import Turn
from core.wiring import Visit
from pages.render import actions, person, trouble

QUICK_S = 0.4
"""Rows that are there within this time are drawn at once, without a flash of progress."""


@st.fragment(run_every=0.5)
def awaited(visit: Visit, turn: Turn) -> None:
    """How long it has been running, with a way to stop it; the whole page is drawn again when it ended."""
    with trouble.guarded_part(f"own-rows-{turn.id}"):
        person.still(visit)
        waiting_s = visit.work.answer(turn, wait_s=0).waiting_s
        if waiting_s is None:
            st.rerun()
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.caption(f"Running this query through your account… {waiting_s:.0f} s")
            args = (visit, turn.session_id, turn.id)
            key = f"own-stop-{turn.id}"
            st.button("Stop", icon=":material/stop_circle:", key=key, on_click=actions.stop_answer, args=args)


def missing(visit: Visit, turn: Turn, error: TabletalkError) -> None:
    """Why there are none, and the way to try again where that may help."""
    trouble.words(error.message, error.hint)
    if not isinstance(error, NoAccount | SqlRefused):
        args = (visit, turn.session_id, turn.id)
        st.button("Try again", icon=":material/refresh:", key=f"own-again-{turn.id}", on_click=actions.answer_again, args=args)
