"""The pages of a connection on which everybody sees rows of their own."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.models import Person, ShareRole, TurnState
from core.wiring import App, application, close_application
from pages.render import person as rendered_person
from tests.core.turns.own_shops import ANN, BEN, CARL, DAN, FOR_EVER, QUESTION, make_own_shops, told
from tests.pages.conftest import environment
from tests.waiting import PATIENCE_S

FRAME = Path(__file__).parents[2] / "pages" / "frame.py"


@pytest.fixture
def app() -> Iterator[App]:
    with tempfile.TemporaryDirectory(prefix="tt-") as name:
        directory = Path(name)
        urls = make_own_shops(directory)
        (directory / ".streamlit").mkdir()
        (directory / ".streamlit" / "secrets.toml").write_text(
            f"""
[connections.shop]
url = "{urls["shared"]}"
rows_for_others = "own"

[connections.shop.people]
"ann@example.com" = "{urls["ann"]}"
Ben = "{urls["ben"]}"
"""
        )
        with contextlib.chdir(directory), environment(TABLETALK_DATA_DIR=name, TABLETALK_DEMO="false"):
            yield application()
            close_application()


@pytest.fixture
def session_id(app: App) -> str:
    """Ann's, with one answer, shared with the others."""
    ann = app.visit(ANN).work
    session_id = ann.start("shop").id
    turn = ann.ask(session_id, QUESTION)
    assert app.turns.wait(session_id, turn.id, timeout_s=PATIENCE_S).state is TurnState.DONE
    for person in (BEN, CARL, DAN):
        app.visit(person).work.enter(session_id, ann.share(session_id, ShareRole.ASKER).token)
    return session_id


@pytest.fixture(autouse=True)
def seats(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every page is that of the person who was set before it."""
    monkeypatch.setattr(rendered_person, "current", lambda _app: st.session_state["who"])


def opened(person: Person, session_id: str = "", page: str = "") -> AppTest:
    """The page as this person sees it, with its charts drawn."""
    test = AppTest.from_file(str(FRAME), default_timeout=60)
    test.session_state["who"] = person
    if session_id:
        test.query_params["session"] = session_id
    test.run()
    if page:
        test.switch_page(page)
    return test.run()


def words(test: AppTest) -> str:
    """Everything that was sent to the browser, tables as their rows."""
    assert not test.exception
    elements = [*test.main, *test.sidebar]
    tables = [table.value.to_string() for table in test.dataframe]
    return "\n".join([*(str(getattr(element, "proto", "")) for element in elements), *tables])


def test_each_page_of_a_session_shows_rows_of_ones_own_account_alone(app: App, session_id: str) -> None:
    turn = app.sessions.turns(session_id)[0]
    seen = {}
    for person in (ANN, BEN, CARL, DAN):  # the owner first: what was made for them must not be shown again
        test = opened(person, session_id)
        test.session_state[f"panel-{turn.id}"] = "Table"
        test.run()
        seen[person.id] = told(words(test))
        assert QUESTION in words(test)
        assert len(test.dataframe) == (1 if person in (ANN, BEN) else 0)
        assert len(test.get("plotly_chart")) == (1 if person in (ANN, BEN) else 0)
        assert test.chat_input[0].disabled is (person is not ANN)
    assert seen == {ANN.id: {"ann"}, BEN.id: {"ben"}, CARL.id: set(), DAN.id: set()}


def test_without_an_account_the_page_shows_the_sql_and_says_whom_to_ask(app: App, session_id: str) -> None:
    turn = app.sessions.turns(session_id)[0]
    test = opened(CARL, session_id)
    test.session_state[f"panel-{turn.id}"] = "SQL"
    test.run()
    assert "SELECT" in words(test)
    assert "Ask whoever runs this app to set one up for carl@example.com" in words(test)


def test_rows_that_are_long_in_coming_are_awaited_in_sight_and_can_be_stopped(app: App, session_id: str) -> None:
    turn = app.sessions.turns(session_id)[0]
    assert turn.draft is not None
    app.sessions.save_turn(replace(turn, draft=replace(turn.draft, sql=FOR_EVER)))
    test = opened(BEN, session_id)
    assert "Running this query through your account" in words(test)
    test.button(key=f"own-stop-{turn.id}").click().run()
    for _ in range(100):
        if "Stopped." in words(test.run()):
            break
    app.sessions.save_turn(turn)
    test.button(key=f"own-again-{turn.id}").click().run()
    assert told(words(test.run())) == {"ben"}


@pytest.mark.parametrize("page", ["", "data.py"])
def test_pages_without_a_session_show_a_database_as_ones_own_account_sees_it(app: App, page: str) -> None:
    for person, may_see in ((ANN, {"ann"}), (BEN, {"ben"}), (CARL, set()), (DAN, set())):
        test = opened(person, page=page)
        said = words(test)
        assert told(said) <= may_see
        assert ("you have none" in said) is (not may_see)
