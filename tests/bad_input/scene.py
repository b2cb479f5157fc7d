"""A scene: a real App over databases of a test's own, asked as the command line asks, and what a person may never read."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from core.analysis import plain
from core.config import ConnectionSpec, ModelSettings, Settings
from core.errors import TabletalkError
from core.models import ResultSet, Turn, TurnState
from core.wiring import App, build
from tests.chat_server import Reply, Request

SALES = """
CREATE TABLE sale (id INTEGER PRIMARY KEY, region TEXT, amount NUMERIC, day DATE);
INSERT INTO sale VALUES (1, 'North', 10, '2024-01-05'), (2, 'South', 20, '2024-02-07'), (3, 'North', 5.5, '2024-02-09');
"""
COUNT = "How many sales are there?"
DRAFT = {
    **{"sql": "SELECT region, SUM(amount) AS amount FROM sale GROUP BY region", "explanation": "Sums the amount per region."},
    **{"assumptions": [], "unused_words": [], "confidence": 0.9, "clarification": None, "outputs": []},
    **{"chart_kind": "", "changes": [], "wrong": ""},
}
NEVER = re.compile(r"traceback|sqlalche\.me|background on this error|\[sql:|\[parameters:|hunter2|object at 0x", re.IGNORECASE)
"""Not even in the detail for the person who must report it. The tests' own passwords are among it."""
BOILERPLATE = re.compile(
    r"sqlalchemy|psycopg|pymysql|sqlite3|duckdb\.|langchain|openai\.|redis\.|"
    r"error code|errno|\b\w+(?:Error|Exception)\b|(?-i:\bNone\b)|<class",
    re.IGNORECASE,
)
"""What belongs into the detail or a log."""

Script = Callable[[Request], Reply]


class Scene:
    """One App and one session of it."""

    def __init__(self, app: App, connection: str) -> None:
        self.app = app
        self.session_id = app.sessions.create(connection).id

    def ask(self, question: str, engine: str = "auto") -> Turn:
        """The turn as it is stored, after what a person reads of it was checked to be calm."""
        turn = self.app.turns.run_here(self.session_id, question, engine=engine)
        stored = self.app.sessions.turn(self.session_id, turn.id)
        assert stored == turn and stored.state.finished and stored.question
        assert_told_calmly(stored)
        return stored

    def result(self, turn: Turn) -> ResultSet:
        assert turn.result is not None, told(turn)
        result = self.app.sessions.result(self.session_id, turn.result.id)
        assert result is not None
        return result

    def goes_on(self, question: str = COUNT, rows: list[tuple[object, ...]] | None = None) -> Turn:
        """The session answers the next question, and everything asked so far is still there."""
        before = {one.id: one for one in self.app.sessions.turns(self.session_id)}
        turn = self.ask(question, "builtin")
        assert turn.state is TurnState.DONE, told(turn)
        if rows is not None:
            assert self.result(turn).rows() == rows
        after = {one.id: one for one in self.app.sessions.turns(self.session_id)}
        assert list(after) == [*before, turn.id]
        assert all(after[one] == turn for one, turn in before.items() if turn.state.finished)
        return turn


def told(turn: Turn) -> list[str]:
    """Everything a person reads of a turn besides its SQL and its rows."""
    said = list(turn.notices)
    if turn.failure:
        said += [turn.failure.message, turn.failure.hint]
    if turn.clarification:
        said += [turn.clarification.question, *(choice.label for choice in turn.clarification.choices)]
    if turn.draft:
        said += [turn.draft.explanation, *(assumption.text for assumption in turn.draft.assumptions)]
    if turn.analysis:
        said += [plain(turn.analysis.text), *turn.analysis.followups]
    return said


def assert_calm(text: str, *, detail: str = "") -> None:
    found = BOILERPLATE.search(text) or NEVER.search(f"{text} {detail}")
    assert not found, f"{found and found[0]!r} in {text!r} {detail!r}"


def assert_told_calmly(turn: Turn) -> None:
    for sentence in told(turn):
        assert_calm(sentence)
    if turn.failure:
        assert_calm("", detail=turn.failure.detail)


def assert_sentence(error: TabletalkError, message: str, hint: str = "") -> None:
    """The message holds these words, there is something to do next, and both are sentences a person can read."""
    assert message in error.message, (error.message, error.hint)
    assert error.hint and hint in error.hint, (error.message, error.hint)
    assert_ends((error.message, error.hint))
    assert_calm(f"{error.message} {error.hint}", detail=error.detail)


def assert_failed(turn: Turn, message: str, hint: str = "") -> None:
    """The turn failed with a sentence that holds these words and a hint that says what to do next."""
    assert turn.state is TurnState.FAILED and turn.failure, (turn.state, told(turn))
    assert message in turn.failure.message, turn.failure
    assert turn.failure.hint and hint in turn.failure.hint, turn.failure
    assert_ends((turn.failure.message, turn.failure.hint))


def assert_ends(texts: tuple[str, ...]) -> None:
    for text in texts:
        assert text[0].isupper() or not text[0].isalpha(), text
        assert text.endswith((".", "?", "!", "”", ")")), text


def make_settings(data_dir: Path, redis_url: str, url: str, **more: object) -> Settings:
    return Settings(data_dir, redis_url, (ConnectionSpec("shop", url),), demo=False, **more)  # type: ignore[arg-type]


@contextmanager
def opened(settings: Settings) -> Iterator[Scene]:
    app = build(settings)
    try:
        yield Scene(app, "shop")
    finally:
        app.close()


def sqlite_file(path: Path, script: str = SALES) -> str:
    """Its URL."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)
    return f"sqlite:///{path}"


def model_at(url: str, timeout_s: float = 5.0) -> ModelSettings:
    return ModelSettings("scripted", "hunter2-key", url, timeout_s)
