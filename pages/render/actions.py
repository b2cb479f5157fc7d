"""What a click does: one call of core, its error kept for the next drawing. Every function here is a widget's callback."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Concatenate, ParamSpec

import streamlit as st

from core.errors import TabletalkError
from core.models import ChartSpec, ShareRole
from core.wiring import Visit
from pages.render import person, state

P = ParamSpec("P")
CONVERSATION = "conversation"


def _action(call: Callable[Concatenate[Visit, P], Any]) -> Callable[Concatenate[Visit, P], None]:
    def guarded(visit: Visit, /, *args: P.args, **kwargs: P.kwargs) -> None:
        try:
            person.still(visit, anew=True)
            call(visit, *args, **kwargs)
        except TabletalkError as error:
            state.flash(error)

    return guarded


@_action
def ask(visit: Visit, session_id: str, question: str) -> None:
    """Asks in the session; without one it is made first, on the connection picked."""
    if not session_id:
        connection = state.connection(visit.databases.default, visit.databases.names())
        session_id = visit.work.start(connection).id
        state.go_to_session(session_id)
    visit.work.ask(session_id, question, engine=state.engine(visit.settings.engine))


@_action
def ask_typed(visit: Visit, session_id: str, key: str) -> None:
    question = state.value(key)
    if question:
        ask(visit, session_id, str(question))


@_action
def stop(visit: Visit, session_id: str, turn_id: str) -> None:
    visit.work.stop(session_id, turn_id)


@_action
def stop_answer(visit: Visit, session_id: str, turn_id: str) -> None:
    visit.work.stop_answer(session_id, turn_id)


@_action
def answer_again(visit: Visit, session_id: str, turn_id: str) -> None:
    visit.work.answer_again(session_id, turn_id)


@_action
def retry(visit: Visit, session_id: str, turn_id: str) -> None:
    visit.work.retry(session_id, turn_id)


@_action
def choose(visit: Visit, session_id: str, turn_id: str, choice: int) -> None:
    visit.work.choose(session_id, turn_id, choice)


@_action
def accept(visit: Visit, session_id: str, turn_id: str) -> None:
    visit.work.accept(session_id, turn_id)


@_action
def set_chart(visit: Visit, session_id: str, turn_id: str, chart: ChartSpec | None) -> None:
    visit.work.set_chart(session_id, turn_id, chart)


@_action
def extend(visit: Visit, session_id: str) -> None:
    visit.work.extend(session_id)


@_action
def keep(visit: Visit, session_id: str) -> None:
    visit.work.extend(session_id, keep=True)


@_action
def close(visit: Visit, session_id: str) -> None:
    visit.work.close(session_id)


@_action
def reopen(visit: Visit, session_id: str) -> None:
    visit.work.reopen(session_id)


@_action
def rename(visit: Visit, session_id: str, title: str) -> None:
    visit.work.rename(session_id, title)


@_action
def pin(visit: Visit, session_id: str, on: bool) -> None:
    visit.work.pin(session_id, on)


@_action
def delete(visit: Visit, titles: dict[str, str]) -> None:
    """Deletes sessions (id → title) and remembers which, so that it can be undone; one that fails stops none of the others."""
    gone = {}
    for session_id, title in titles.items():
        try:
            visit.work.delete(session_id)
            gone[session_id] = title
        except TabletalkError as error:
            state.flash(error)
    if gone:
        state.note_deleted(gone)


@_action
def undelete(visit: Visit) -> None:
    """Brings back what this tab deleted last."""
    for session_id in state.deleted():
        try:
            visit.work.undelete(session_id)
        except TabletalkError as error:
            state.flash(error)
    state.note_deleted({})


@_action
def share(
    visit: Visit, session_id: str, role: ShareRole, *, expires: datetime | None, sign_in: bool, people: Sequence[str]
) -> None:
    visit.work.share(session_id, role, expires=expires, sign_in=sign_in, people=people)


@_action
def revoke(visit: Visit, session_id: str, token: str) -> None:
    visit.work.revoke(session_id, token)


def redraw_conversation() -> None:
    st.rerun(CONVERSATION)
