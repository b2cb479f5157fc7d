"""ChatModel against a real HTTP server on loopback: answers, fallbacks of the response format, every failure, and Stop."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from core.cancellation import Cancellation
from core.chat_model import ChatModel, Message, approximate_tokens
from core.chat_model.answer import parse
from core.config import ModelSettings
from core.errors import (
    Cancelled,
    ModelAnswerInvalid,
    ModelBrokeOff,
    ModelError,
    ModelRefused,
    ModelTimeout,
    ModelUnavailable,
)
from tests.chat_server import ChatServer, Reply, Request, Script, answer, cut, fail, junk, refuse, say
from tests.waiting import until

KEY = "sk-very-secret-0123456789"
SCHEMA: dict[str, Any] = {
    "title": "greeting",
    "type": "object",
    "properties": {"word": {"type": "string"}, "count": {"type": "integer"}, "note": {"type": ["string", "null"]}},
    "required": ["word", "count", "note"],
    "additionalProperties": False,
}
HELLO = {"word": "hello", "count": 2, "note": None}
ASK = [Message("system", "You greet."), Message("user", "Greet me.")]

Started = Callable[..., tuple[ChatServer, ChatModel]]


@pytest.fixture
def start() -> Iterator[Started]:
    opened: list[ChatModel | ChatServer] = []

    def started(script: Script = (), timeout_s: float = 5.0, **more: Any) -> tuple[ChatServer, ChatModel]:
        server = ChatServer(script, **more)
        model = ChatModel(ModelSettings("scripted", KEY, server.url, timeout_s))
        opened.extend((model, server))
        return server, model

    yield started
    for each in opened:
        each.close()


def read(model: ChatModel, **more: Any) -> tuple[str, list[str]]:
    pieces: list[str] = []
    text, _ = model.stream(ASK, pieces.append, **more)
    return text, pieces


def test_a_structured_answer_comes_with_its_tokens(start: Started) -> None:
    server, model = start([answer(HELLO)])
    assert model.structured(ASK, SCHEMA) == (HELLO, 120)
    assert server.last.form == "json_schema"
    assert server.last.schema_name == "greeting"
    assert server.last.authorization == f"Bearer {KEY}"
    assert server.last.body["response_format"]["json_schema"]["strict"] is True


def test_a_stream_arrives_piece_by_piece_and_whole_in_the_callers_thread(start: Started) -> None:
    _, model = start([say("Sales rose in March.")])
    threads: set[str] = set()
    pieces: list[str] = []

    def on_text(piece: str) -> None:
        threads.add(threading.current_thread().name)
        pieces.append(piece)

    text, tokens = model.stream(ASK, on_text)
    assert text == "Sales rose in March." == "".join(pieces)
    assert len(pieces) == 4
    assert tokens == 120
    assert threads == {threading.current_thread().name}


def test_tokens_are_estimated_where_the_server_counts_none(start: Started) -> None:
    _, model = start([say("Sales rose.", usage=False)])
    _, tokens = model.stream(ASK, lambda _: None)
    assert tokens == sum(map(approximate_tokens, ("You greet.", "Greet me.", "Sales rose.")))


def test_a_server_without_json_schema_is_asked_in_json_mode_with_the_schema_in_words_and_remembered(start: Started) -> None:
    server, model = start([answer(HELLO), answer(HELLO)], rejects=["json_schema"])
    assert model.structured(ASK, SCHEMA)[0] == HELLO
    assert model.structured(ASK, SCHEMA)[0] == HELLO
    assert [request.form for request in server.requests] == ["json_schema", "json_object", "json_object"]
    assert '"additionalProperties"' in server.last.messages[0]["content"]


def test_a_server_without_any_format_is_asked_in_plain_text(start: Started) -> None:
    prose = 'Sure {really}! ```json\n{"word": "hello", "count": 2, "note": null, "extra": 1}\n``` Anything else?'
    server, model = start([say(prose)], rejects=["json_schema", "json_object"])
    assert model.structured(ASK, SCHEMA)[0] == HELLO
    assert [request.form for request in server.requests] == ["json_schema", "json_object", "text"]


def test_an_answer_in_the_wrong_form_is_asked_again_but_the_form_is_not_given_up(start: Started) -> None:
    server, model = start([say("I would rather chat."), answer(HELLO), answer(HELLO)])
    assert model.structured(ASK, SCHEMA) == (HELLO, 240)
    model.structured(ASK, SCHEMA)
    assert [request.form for request in server.requests] == ["json_schema", "json_object", "json_schema"]


@pytest.mark.parametrize(
    "text", ["no object", '{"word": "hello", "count": "two", "note": null}', '{"other": 1}', "[1, 2]", "{" * 3000]
)
def test_an_answer_that_never_takes_the_form_is_invalid(start: Started, text: str) -> None:
    _, model = start([say(text)] * 3)
    with pytest.raises(ModelAnswerInvalid):
        model.structured(ASK, SCHEMA)


def test_absent_empty_fields_are_filled_in_and_thoughts_skipped() -> None:
    assert parse('<think>{"word": 1}</think>{"word": "hi", "count": 1}', SCHEMA) == {"word": "hi", "count": 1, "note": None}
    with pytest.raises(ModelAnswerInvalid):
        parse('{"word": "hi"}', SCHEMA)
    with pytest.raises(ModelAnswerInvalid):
        parse('{"word": "hi", "count": NaN}', SCHEMA)


FAILURES: list[tuple[str, list[Reply], type[ModelError], str]] = [
    ("wrong key", [fail(401, f"Incorrect API key provided: {KEY}")], ModelUnavailable, "did not accept the key"),
    ("unknown model", [fail(404, "no such model")], ModelUnavailable, "“scripted” is not there"),
    ("rate limited", [fail(429, retry_after="30")], ModelUnavailable, "is busy"),
    ("down", [fail(500), fail(503)], ModelUnavailable, "on its own side"),
    ("rejected", [fail(400, "context too long")] * 3, ModelUnavailable, "did not accept the request"),
    ("junk", [junk()] * 3, ModelAnswerInvalid, "cannot be used"),
    ("an empty object", [junk(b"{}")] * 3, ModelAnswerInvalid, "cannot be used"),
    ("an html page", [junk(b"<html>login</html>")] * 3, ModelAnswerInvalid, "cannot be used"),
    ("refusal", [refuse()], ModelRefused, "declined"),
    ("content filter", [say("x", finish_reason="content_filter")], ModelRefused, "declined"),
    ("too long", [say("{", finish_reason="length")], ModelBrokeOff, "broke off"),
    ("cut", [cut("Hello to you all")] * 2, ModelBrokeOff, "broke off"),
]


@pytest.mark.parametrize(("replies", "leaf", "words"), [case[1:] for case in FAILURES], ids=[case[0] for case in FAILURES])
def test_a_failing_structured_call_is_a_leaf_with_words_for_people(
    start: Started, replies: list[Reply], leaf: type[ModelError], words: str
) -> None:
    _, model = start(replies)
    with pytest.raises(ModelError) as caught:
        model.structured(ASK, SCHEMA)
    assert type(caught.value) is leaf
    assert words in caught.value.message
    assert caught.value.hint
    assert caught.value.detail
    assert KEY not in caught.value.detail


STREAM_FAILURES = [case for case in FAILURES if case[0] not in ("junk", "an empty object", "an html page", "refusal")] + [
    ("an html page", [junk(b"<html>login</html>")] * 2, ModelBrokeOff, "broke off"),
    ("cut before the first piece", [cut("Hello", 0)] * 2, ModelBrokeOff, "broke off"),
    ("nothing said", [say("")], ModelAnswerInvalid, "cannot be used"),
    ("junk in the stream", [junk(b"data: {]junk\n\n")] * 2, ModelAnswerInvalid, "cannot be used"),
]


@pytest.mark.parametrize(
    ("replies", "leaf", "words"), [case[1:] for case in STREAM_FAILURES], ids=[case[0] for case in STREAM_FAILURES]
)
def test_a_failing_stream_is_a_leaf_with_words_for_people(
    start: Started, replies: list[Reply], leaf: type[ModelError], words: str
) -> None:
    _, model = start(replies)
    with pytest.raises(ModelError) as caught:
        read(model)
    assert (type(caught.value), words in caught.value.message) == (leaf, True), caught.value.detail
    assert KEY not in caught.value.detail


def test_a_stream_cut_midway_is_not_taken_for_a_whole_answer(start: Started) -> None:
    server, model = start([cut("Sales rose in March and fell in April.", 3)])
    pieces: list[str] = []
    with pytest.raises(ModelBrokeOff):
        model.stream(ASK, pieces.append)
    assert "".join(pieces) == "Sales rose in"
    assert len(server.requests) == 1, "what was shown must not be streamed a second time"


def test_a_passing_failure_is_tried_once_more(start: Started) -> None:
    server, model = start([fail(503), say("Here again.")])
    assert read(model)[0] == "Here again."
    assert len(server.requests) == 2


def test_nobody_listening_is_unavailable() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://user:{KEY}@127.0.0.1:{unused.getsockname()[1]}/v1"
    model = ChatModel(ModelSettings("scripted", KEY, url, 5))
    with pytest.raises(ModelUnavailable, match="cannot be reached") as caught:
        model.structured(ASK, SCHEMA)
    assert KEY not in caught.value.detail
    model.close()


def test_one_deadline_holds_for_the_whole_call(start: Started) -> None:
    _, model = start([Reply(hang=True)], timeout_s=1.0)
    model.prewarm()
    with pytest.raises(ModelTimeout):
        model.structured(ASK, SCHEMA)


def test_a_stream_that_trickles_past_the_deadline_ends(start: Started) -> None:
    _, model = start([say("word " * 100, gap_s=0.1)], timeout_s=1.0)
    with pytest.raises(ModelTimeout):
        read(model)


@pytest.mark.parametrize("streams", [True, False])
def test_stop_ends_a_call_that_waits_for_its_first_byte_and_closes_the_connection(start: Started, streams: bool) -> None:
    server, model = start([Reply(hang=True), say("Fine."), answer(HELLO)], timeout_s=60)
    stop = Cancellation()

    def press() -> None:
        until(lambda: len(server.requests) == 1)
        stop.cancel()

    threading.Thread(target=press).start()
    with pytest.raises(Cancelled):
        _ = read(model, cancellation=stop) if streams else model.structured(ASK, SCHEMA, cancellation=stop)
    until(lambda: server.left == 1)
    assert read(model)[0] == "Fine.", "the model works on after a Stop"


def test_stop_in_the_middle_of_a_stream_ends_it_at_once(start: Started) -> None:
    server, model = start([say("word " * 200, gap_s=0.05)], timeout_s=60)
    stop, pieces = Cancellation(), list[str]()

    def on_text(piece: str) -> None:
        pieces.append(piece)
        if len(pieces) == 3:
            stop.cancel()

    with pytest.raises(Cancelled):
        model.stream(ASK, on_text, cancellation=stop)
    assert len(pieces) == 3
    until(lambda: server.left == 1)


def test_a_call_after_stop_asks_nobody(start: Started) -> None:
    server, model = start([say("x")])
    stop = Cancellation()
    stop.cancel()
    with pytest.raises(Cancelled):
        read(model, cancellation=stop)
    assert server.requests == []


def test_an_error_of_the_reader_ends_the_call_and_is_his(start: Started) -> None:
    server, model = start([say("word " * 200, gap_s=0.05)])

    def on_text(_: str) -> None:
        raise LookupError

    with pytest.raises(LookupError):
        model.stream(ASK, on_text)
    until(lambda: server.left == 1)


def test_many_calls_run_side_by_side_without_a_thread_each(start: Started) -> None:
    def reply(request: Request) -> Reply:
        return say(request.messages[-1]["content"], delay_s=0.3)

    _, model = start(reply)
    read(model)
    before, answers = threading.active_count(), list[str]()
    askers = [
        threading.Thread(target=lambda n=n: answers.append(model.stream([Message("user", f"ask{n}")], lambda _: None)[0]))
        for n in range(20)
    ]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert sorted(answers) == sorted(f"ask{n}" for n in range(20))
    until(lambda: threading.active_count() <= before + 2)


def test_the_key_is_in_no_repr(start: Started) -> None:
    _, model = start([say("x")])
    read(model)
    assert KEY not in repr(vars(model))
