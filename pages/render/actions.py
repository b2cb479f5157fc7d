"""What a click does: one call of core, its error kept for the next drawing. Every function here is a widget's callback."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec

import streamlit as st

from core.errors import TabletalkError
from core.models import ChartSpec
from core.wiring import App
from pages.render import state

P = ParamSpec("P")
CONVERSATION = "conversation"


def _action(call: Callable[Concatenate[App, P], Any]) -> Callable[Concatenate[App, P], None]:
    def guarded(app: App, /, *args: P.args, **kwargs: P.kwargs) -> None:
        try:
            call(app, *args, **kwargs)
        except TabletalkError as error:
            state.flash(error)

    return guarded


@_action
def ask(app: App, session_id: str, question: str) -> None:
    """Asks in the session; without one it is made first, on the connection picked."""
    if not session_id:
        connection = state.connection(app.databases.default, app.databases.names())
        session_id = app.sessions.create(connection).id
        state.go_to_session(session_id)
    app.turns.submit(session_id, question, engine=state.engine(app.settings.engine))


@_action
def ask_typed(app: App, session_id: str, key: str) -> None:
    question = state.value(key)
    if question:
        ask(app, session_id, str(question))


@_action
def stop(app: App, session_id: str, turn_id: str) -> None:
    app.turns.stop(session_id, turn_id)


@_action
def retry(app: App, session_id: str, turn_id: str) -> None:
    app.turns.retry(session_id, turn_id)


@_action
def choose(app: App, session_id: str, turn_id: str, choice: int) -> None:
    app.turns.choose(session_id, turn_id, choice)


@_action
def accept(app: App, session_id: str, turn_id: str) -> None:
    app.turns.accept(session_id, turn_id)


@_action
def set_chart(app: App, session_id: str, turn_id: str, chart: ChartSpec | None) -> None:
    app.sessions.set_user_chart(session_id, turn_id, chart)
    app.turns.announce(session_id, "chart", turn_id)


@_action
def extend(app: App, session_id: str) -> None:
    app.sessions.extend(session_id)


@_action
def rename(app: App, session_id: str, title: str) -> None:
    app.sessions.rename(session_id, title)
    app.turns.announce(session_id, "title")


@_action
def delete(app: App, session_id: str) -> None:
    """The worker at it loses its lease with the session, and with that its statement is stopped."""
    app.turns.announce(session_id, "deleted")
    app.sessions.delete(session_id)


def redraw_conversation() -> None:
    st.rerun(CONVERSATION)
