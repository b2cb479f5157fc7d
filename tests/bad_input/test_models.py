"""A chat model that times out, refuses, talks junk or breaks off: engine llm tells, engine auto answers anyway."""

from __future__ import annotations

import json
from typing import Any

import pytest

from core.models import TurnState
from tests.bad_input.conftest import OpenScene
from tests.bad_input.scene import DRAFT, Scene, assert_failed, told
from tests.chat_server import Reply, Request, answer, cut, fail, junk, refuse, say

QUESTION = "Amount by region?"
ROWS = [("North", 15.5), ("South", 20)]
FORM = "The chat model answered in a form that cannot be used."
SIDE = "The chat model has a problem on its own side."

TROUBLES: dict[str, tuple[Reply, str, str]] = {
    "timeout": (Reply(hang=True), "The chat model did not answer in time.", "built-in engine"),
    "refuses": (refuse("I cannot."), "The chat model declined to answer.", "Word the question differently"),
    "filtered": (say("{", finish_reason="content_filter"), "The chat model declined to answer.", "Word the question"),
    "junk": (junk(), FORM, "built-in engine"),
    "a login page": (junk(b"<html><body>Sign in to the proxy</body></html>"), FORM, "built-in engine"),
    "nothing": (say(""), FORM, "built-in engine"),
    "prose": (say("Sure! SELECT 1"), FORM, "built-in engine"),
    "a list": (say("[1, 2]"), FORM, "built-in engine"),
    "wrong types": (answer(DRAFT | {"sql": 5}), FORM, "built-in engine"),
    "NaN": (say(json.dumps(DRAFT | {"confidence": float("nan")})), FORM, "built-in engine"),
    "deep": (say("[" * 50_000), FORM, "built-in engine"),
    "breaks off": (cut(json.dumps(DRAFT) * 3, 2), "The chat model broke off in the middle", "built-in engine"),
    "too long": (say('{"sql": "SEL', finish_reason="length"), "The chat model broke off in the middle", "built-in engine"),
    "wrong key": (fail(401, "no such key: hunter2-key"), "The chat model did not accept the key.", "OPENAI_API_KEY"),
    "no such model": (fail(404), "The chat model “scripted” is not there.", "OPENAI_MODEL"),
    "over quota": (fail(429, retry_after="30"), "The chat model is busy or its quota is used up.", "built-in engine"),
    "broken": (fail(503, retry_after="30"), SIDE, "built-in engine"),
    "bad request": (fail(400), "The chat model did not accept the request.", "built-in engine"),
    "no query": (answer(DRAFT | {"sql": ""}), "The chat model gave neither a query nor a question.", "built-in engine"),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_each_trouble_has_its_sentence_and_auto_answers_without_the_model(open_scene: OpenScene, trouble: str) -> None:
    reply, message, hint = TROUBLES[trouble]
    scene = open_scene(script=lambda request: reply, model_timeout_s=1.0 if reply.hang else 5.0)
    assert_failed(scene.ask(QUESTION, "llm"), message, hint)
    turn = scene.ask(QUESTION, "auto")
    assert turn.state is TurnState.DONE and turn.draft and turn.draft.engine == "builtin"
    assert len(turn.notices) == 1 and turn.notices[0].startswith(message.rstrip("."))
    assert turn.notices[0].endswith("so the built-in engine answered.")
    assert sorted(scene.result(turn).rows()) == ROWS
    scene.goes_on(rows=[(3,)])


def scripted(**draft: Any) -> Any:
    """A model that always drafts this; its text is harmless."""
    return lambda request: say("The table holds the answer.") if request.streams else answer(DRAFT | draft)


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("SELEKT region FROM sale WHERE (", "could not be understood"),
        ("SELEKT region", "could not be understood"),
        ("SELECT * FROM no_such_table", "The database could not run this query."),
        ("DELETE FROM sale", "this statement would change it"),
        ("SELECT 1; DROP TABLE sale", "Only one statement"),
        ("SELECT load_extension('x')", "The function load_extension is not among those that only compute"),
        ("SELECT '\x00' FROM sale", "too long, or it is not text"),
        ("PRAGMA writable_schema = 1", "Only questions that read data are allowed"),
        ("ATTACH 'x' AS y", "Only questions that read data are allowed"),
        ("SELECT " + "(" * 3000 + "1" + ")" * 3000, "S"),
    ],
)
def test_a_query_that_may_not_or_cannot_run_is_told_and_auto_writes_its_own(
    open_scene: OpenScene, sql: str, message: str
) -> None:
    scene = open_scene(script=scripted(sql=sql))
    turn = scene.ask(QUESTION, "llm")
    if "chat model" not in (turn.failure.message if turn.failure else ""):
        assert_failed(turn, message)
    assert turn.state is TurnState.FAILED
    own = scene.ask(QUESTION, "auto")
    assert own.state is TurnState.DONE and own.draft and own.draft.engine == "builtin", told(own)
    assert own.notices and sorted(scene.result(own).rows()) == ROWS
    scene.goes_on(rows=[(3,)])


def test_auto_does_not_put_another_question_in_the_place_of_one_that_would_change_data(open_scene: OpenScene) -> None:
    scene = open_scene(script=scripted(sql="DELETE FROM sale"))
    assert_failed(scene.ask("Delete all sales"), "this statement would change it", "nothing is ever changed here")
    scene.goes_on(rows=[(3,)])


@pytest.mark.parametrize(
    "reply",
    [Reply(hang=True), junk(), fail(500, retry_after="30"), cut("**North** leads", 1), refuse(), say("")],
    ids=["hangs", "junk", "fails", "breaks off", "refuses", "nothing"],
)
def test_a_model_that_fails_at_the_text_costs_nothing_but_the_text(open_scene: OpenScene, reply: Reply) -> None:
    def script(request: Request) -> Reply:
        return reply if request.streams else answer(DRAFT)

    scene = open_scene(script=script, model_timeout_s=1.0)
    turn = scene.ask(QUESTION, "llm")
    assert turn.state is TurnState.DONE and sorted(scene.result(turn).rows()) == ROWS
    assert turn.analysis and "20" in turn.analysis.text and len(turn.notices) == 1, told(turn)
    scene.goes_on(rows=[(3,)])


def test_a_model_that_invents_numbers_is_not_believed(open_scene: OpenScene) -> None:
    def script(request: Request) -> Reply:
        return say("Revenue was 987654 in total. Profit rose by 42%.") if request.streams else answer(DRAFT)

    turn = open_scene(script=script).ask(QUESTION, "llm")
    assert turn.analysis and "987654" not in turn.analysis.text and "42" not in turn.analysis.text
    assert turn.notices == ("The chat model's text did not agree with the numbers, so this one was written without it.",)


HOSTILE = "![x](http://evil.example/?d=1) [a](javascript:x) <img src=x onerror=y> http://evil.example :smile: $a$ \x1b[31m \u202e"


def test_markup_of_a_model_reaches_nobody_as_markup(open_scene: OpenScene) -> None:
    def script(request: Request) -> Reply:
        return say(f"{HOSTILE} South leads.") if request.streams else answer(DRAFT)

    turn = open_scene(script=script).ask(QUESTION, "llm")
    assert turn.analysis
    text = turn.analysis.text
    assert "](" not in text.replace("\\](", "").replace("\\]\\(", "") and "<img" not in text.replace("\\<img", "")
    assert "http:" not in text and "\x1b" not in text and "\u202e" not in text


def test_a_models_long_and_strange_words_are_kept_within_bounds(open_scene: OpenScene) -> None:
    wild = "y" * 50_000
    draft = {
        **{"explanation": wild, "assumptions": [{"kind": "nonsense", "text": wild}] * 50, "unused_words": [wild] * 50},
        **{"chart_kind": "hologram", "changes": [wild] * 50, "confidence": 99},
    }
    turn = open_scene(script=scripted(**draft)).ask(QUESTION, "llm")
    assert turn.state is TurnState.DONE and turn.draft, told(turn)
    assert sum(map(len, told(turn))) < 20_000 and turn.draft.confidence == 1 and len(turn.draft.unused_words) < 20
    assert max(map(len, turn.draft.unused_words)) < 1_000


def test_a_model_that_asks_back_is_asked_back(open_scene: OpenScene) -> None:
    asked = {"question": "Which amount?", "reason": "ambiguous", "choices": [{"label": "All", "question": "Total amount"}]}
    scene: Scene = open_scene(script=scripted(sql="", clarification=asked))
    turn = scene.ask(QUESTION, "llm")
    assert turn.state is TurnState.NEEDS_CLARIFICATION and turn.clarification and turn.clarification.question == "Which amount?"
    scene.goes_on(rows=[(3,)])


def test_who_chooses_the_builtin_engine_sends_nothing_to_the_model(open_scene: OpenScene) -> None:
    asked: list[Request] = []

    def script(request: Request) -> Reply:
        asked.append(request)
        return fail(500)

    scene = open_scene(script=script)
    for _ in range(8):  # enough to fold
        assert scene.ask("Total amount by region", "builtin").state is TurnState.DONE
    assert asked == [] and scene.app.sessions.get(scene.session_id).summarized_to > 0


def test_an_operator_who_sets_the_builtin_engine_sends_nothing_to_the_model(open_scene: OpenScene) -> None:
    asked: list[Request] = []

    def script(request: Request) -> Reply:
        asked.append(request)
        return fail(500)

    scene = open_scene(script=script, engine="builtin")
    for _ in range(8):
        assert scene.ask("Total amount by region").state is TurnState.DONE
    assert asked == []
