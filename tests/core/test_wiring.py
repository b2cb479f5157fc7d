"""The whole App as a process builds it, without a model and with one behind real HTTP."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.config import ConnectionSpec, ModelSettings, Settings
from core.errors import ConfigError
from core.models import EventKind, TurnState
from core.turns import events
from core.wiring import App, build, build_engines
from tests.chat_server import ChatServer, Reply, Request, answer, fail, say
from tests.core.turns.scripted import make_shop
from tests.waiting import PATIENCE_S

ROOT = Path(__file__).parents[2]
DRAFT = {
    "sql": "SELECT region, SUM(amount) AS amount FROM sale GROUP BY region",
    "explanation": "Sums the amount per region.",
    "assumptions": [],
    "unused_words": [],
    "confidence": 0.9,
    "clarification": None,
    "outputs": [],
    "chart_kind": "",
    "changes": [],
    "wrong": "",
}

Start = Callable[..., App]


@pytest.fixture
def settings(redis_url: str, data_dir: Path) -> Settings:
    return Settings(data_dir, redis_url, (ConnectionSpec("shop", make_shop(data_dir)),), demo=False)


@pytest.fixture
def start(settings: Settings) -> Iterator[Start]:
    """Builds an App with its workers running; with a script, on a chat server that follows it."""
    opened: list[App | ChatServer] = []

    def make(script: Callable[[Request], Reply] | None = None) -> App:
        model = None
        if script:
            opened.append(server := ChatServer(script))
            model = ModelSettings("scripted", "none", server.url, 5.0)
        app = build(replace(settings, model=model))
        app.workers.start()
        opened.insert(0, app)
        return app

    yield make
    for one in opened:
        one.close()


def ask(app: App, question: str, engine: str = "auto") -> tuple[str, str]:
    session_id = app.sessions.create("shop").id
    return session_id, app.turns.submit(session_id, question, engine=engine).id


def test_without_a_model_the_builtin_engine_answers(start: Start) -> None:
    app = start()
    turn = app.turns.wait(*ask(app, "How many sales are there?"), timeout_s=PATIENCE_S)
    assert turn.state is TurnState.DONE and turn.draft and turn.draft.engine == "builtin"
    assert turn.analysis and "60" in turn.analysis.text


def test_a_question_about_what_is_not_there_is_asked_back(start: Start) -> None:
    app = start()
    turn = app.turns.wait(*ask(app, "zxqv blorf"), timeout_s=PATIENCE_S)
    assert turn.state is TurnState.NEEDS_CLARIFICATION and turn.clarification and turn.clarification.question


def test_a_model_drafts_and_its_text_streams_to_the_pages(start: Start) -> None:
    text = "**North** has an amount of 570. South has 590, and West has 610."
    app = start(lambda request: say(text, gap_s=0.03) if request.streams else answer(DRAFT))
    session_id, turn_id = ask(app, "Amount by region?")
    turn = app.turns.wait(session_id, turn_id, timeout_s=PATIENCE_S)
    assert turn.state is TurnState.DONE and turn.draft and turn.draft.engine == "llm" and turn.tokens > 0
    chunks = [event.data for event in events.read(app.redis, session_id) if event.kind is EventKind.CHUNK]
    streamed = "".join(chunk["text"] for chunk in chunks if chunk["type"] == "text")
    assert turn.analysis and streamed == turn.analysis.text and "570" in streamed


def test_the_databases_refusal_goes_back_to_the_model(start: Start) -> None:
    wrong = DRAFT | {"sql": "SELECT region, SUM(amount) OVER w AS amount FROM sale"}
    right = DRAFT | {"wrong": "The window w does not exist."}

    def script(request: Request) -> Reply:
        if request.streams:
            return say("**North** has an amount of 570.")
        return answer(right if "OVER w" in request.text else wrong)

    app = start(script)
    turn = app.turns.wait(*ask(app, "Amount by region?"), timeout_s=PATIENCE_S)
    assert turn.state is TurnState.DONE and turn.result and turn.result.row_count == 3
    assert turn.draft and turn.draft.repairs


def test_a_statement_of_the_model_that_would_change_data_never_runs(start: Start) -> None:
    asked: list[Request] = []

    def script(request: Request) -> Reply:
        asked.append(request)
        return answer(DRAFT | {"sql": f"DELETE FROM sale WHERE id = {len(asked)}"})

    app = start(script)
    turn = app.turns.wait(*ask(app, "Delete everything"), timeout_s=PATIENCE_S)
    assert turn.state is TurnState.FAILED and turn.failure and turn.failure.hint
    count = app.turns.wait(*ask(app, "How many sales are there?", "builtin"), timeout_s=PATIENCE_S)
    assert count.result and "60" in count.result.digest


def test_where_the_model_fails_the_builtin_engine_answers_with_a_notice(start: Start) -> None:
    app = start(lambda request: fail(401))
    turn = app.turns.wait(*ask(app, "How many sales are there?"), timeout_s=PATIENCE_S)
    assert turn.state is TurnState.DONE and turn.draft and turn.draft.engine == "builtin"
    assert len(turn.notices) == 1 and "built-in engine" in turn.notices[0]


def test_where_the_asked_for_model_fails_the_turn_says_why(start: Start) -> None:
    app = start(lambda request: fail(401))
    turn = app.turns.wait(*ask(app, "How many sales are there?", "llm"), timeout_s=PATIENCE_S)
    assert turn.state is TurnState.FAILED and turn.failure and turn.failure.message and turn.failure.hint


def test_stop_ends_a_turn_that_waits_for_the_model(start: Start) -> None:
    app = start(lambda request: Reply(hang=True))
    session_id, turn_id = ask(app, "How many sales are there?", "llm")
    time.sleep(0.5)
    app.turns.stop(session_id, turn_id)
    assert app.turns.wait(session_id, turn_id, timeout_s=PATIENCE_S).state is TurnState.CANCELLED


def test_a_failing_fold_leaves_the_answer_and_the_summary_as_they_were(start: Start) -> None:
    def script(request: Request) -> Reply:
        return fail(500) if request.schema_name == "summary" else say("Fine.") if request.streams else answer(DRAFT)

    app = start(script)
    session_id = app.sessions.create("shop").id
    for _ in range(7):
        turn = app.turns.submit(session_id, "Amount by region?")
        assert app.turns.wait(session_id, turn.id, timeout_s=PATIENCE_S).state is TurnState.DONE
    assert app.sessions.get(session_id).summarized_to == 0


def test_the_llm_engine_without_a_model_is_a_sentence_that_names_the_settings(start: Start) -> None:
    with pytest.raises(ConfigError, match="No chat model") as refused:
        ask(start(), "How many?", "llm")
    assert "OPENAI_API_KEY" in refused.value.hint


def test_engines_are_built_without_opening_anything(settings: Settings) -> None:
    assert set(build_engines(replace(settings, redis_url="unix:///nowhere"))) == {"builtin", "auto"}
    assert set(build_engines(replace(settings, model=ModelSettings("m", "k")))) == {"builtin", "auto", "llm"}


PROGRAM = """
import json, sys, time
began = time.perf_counter()
from core.wiring import application, close_application
from core.errors import TabletalkError
heavy = [name for name in ("langchain_openai", "openai", "streamlit") if name in sys.modules]
try:
    app = application()
    same = app is application()
    app.sessions.list()
    close_application()
    print(json.dumps({"heavy": heavy, "same": same, "names": app.databases.names()}))
except TabletalkError as exc:
    print(json.dumps({"message": exc.message, "hint": exc.hint}))
"""


def run_program(data_dir: Path, **environ: str) -> dict[str, object]:
    told = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=data_dir,
        env={"PATH": os.environ["PATH"], "HOME": str(data_dir), "PYTHONPATH": str(ROOT), **environ},
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE_S,
    )
    assert told.stderr == ""
    return dict(json.loads(told.stdout))


def test_the_process_wide_app_is_built_once_from_environment_and_secrets(data_dir: Path) -> None:
    (data_dir / ".streamlit").mkdir()
    (data_dir / ".streamlit" / "secrets.toml").write_text('[connections.shop]\nurl = "sqlite:///shop.sqlite"\n')
    told = run_program(data_dir, TABLETALK_DATA_DIR=str(data_dir / "d"))
    assert told == {"heavy": [], "same": True, "names": ["shop", "demo"]}


def test_a_wrong_setting_is_told_in_words(data_dir: Path) -> None:
    told = run_program(data_dir, TABLETALK_DATA_DIR=str(data_dir), TABLETALK_WORKERS="many")
    assert "TABLETALK_WORKERS" in str(told["message"])
