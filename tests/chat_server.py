"""A real HTTP server on loopback that speaks OpenAI chat completions, scripted by a test or, as a program, by a JSON file.

    with ChatServer([say("Hello."), fail(429)]) as server: …        # replies in order, then a callable or 500s
    python tests/chat_server.py --port 9999 [--script replies.json] [--delay 0.5]

The JSON file is a list of {"when": part of the question, "sql", "explanation", …, "repaired": the SQL after an
error, "analysis": text, "delay_s": seconds}.
"""

from __future__ import annotations

import argparse
import json
import re
import select
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Request:
    path: str
    authorization: str
    body: dict[str, Any]
    at: float
    """time.monotonic() of its arrival."""

    @property
    def messages(self) -> list[dict[str, str]]:
        return list(self.body.get("messages", []))

    @property
    def text(self) -> str:
        """All messages, one after the other."""
        return "\n".join(str(message.get("content", "")) for message in self.messages)

    @property
    def streams(self) -> bool:
        return bool(self.body.get("stream"))

    @property
    def form(self) -> str:
        """json_schema, json_object or text."""
        return str((self.body.get("response_format") or {}).get("type", "text"))

    @property
    def schema_name(self) -> str:
        return str(((self.body.get("response_format") or {}).get("json_schema") or {}).get("name", ""))


@dataclass(frozen=True)
class Reply:
    text: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    """The whole body, as it is."""
    finish_reason: str = "stop"
    refusal: str | None = None
    delay_s: float = 0.0
    """Before the first byte."""
    gap_s: float = 0.0
    """Between the pieces of a stream."""
    cut_after: int | None = None
    """Pieces sent before the connection ends with neither finish_reason nor [DONE]."""
    hang: bool = False
    """Never answers; ends when the client leaves or the server closes."""
    usage: bool = True


Script = Sequence[Reply] | Callable[[Request], Reply]


def say(text: str, **more: Any) -> Reply:
    return Reply(text=text, **more)


def answer(value: Any, **more: Any) -> Reply:
    """The value as JSON text."""
    return Reply(text=json.dumps(value, ensure_ascii=False), **more)


def fail(status: int, message: str = "scripted failure", **headers: str) -> Reply:
    body = json.dumps({"error": {"message": message, "type": "scripted", "code": None}}).encode()
    return Reply(status=status, raw=body, headers={name.replace("_", "-"): value for name, value in headers.items()})


def refuse(text: str = "I cannot help with that.") -> Reply:
    return Reply(refusal=text)


def junk(body: bytes = b"{]junk") -> Reply:
    return Reply(raw=body)


def cut(text: str, pieces: int = 1) -> Reply:
    return Reply(text=text, cut_after=pieces)


class ChatServer:
    """Listens from construction to close. `requests` holds what was asked, `left` counts clients that went away while waiting."""

    def __init__(
        self, script: Script = (), *, port: int = 0, rejects: Sequence[str] = (), serves: Callable[[Request], Reply] | None = None
    ) -> None:
        """Replies come from `script` in order; when it is used up, from `serves` or as status 500.

        `rejects`: response formats answered with status 400 without using up the script.
        """
        self.requests: list[Request] = []
        self.left = 0
        self._script = script
        self._serves = serves
        self._rejects = tuple(rejects)
        self._lock = threading.Lock()
        self._used = 0
        self._closing = threading.Event()
        self._http = _Server(("127.0.0.1", port), self)
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    @property
    def last(self) -> Request:
        return self.requests[-1]

    def reply(self, request: Request) -> Reply:
        with self._lock:
            self.requests.append(request)
            if request.form in self._rejects:
                return fail(400, f"response_format of type {request.form} is not supported")
            if callable(self._script):
                return self._script(request)
            if self._used < len(self._script):
                self._used += 1
                return self._script[self._used - 1]
        return self._serves(request) if self._serves else fail(500, "the script is used up")

    def pause(self, connection: socket.socket, seconds: float | None) -> bool:
        """Waits (None: for ever); False when the client left or the server closes meanwhile."""
        end = time.monotonic() + seconds if seconds is not None else None
        while end is None or time.monotonic() < end:
            if self._closing.is_set():
                return False
            rest = 0.02 if end is None else max(0.0, min(0.02, end - time.monotonic()))
            readable, _, _ = select.select([connection], [], [], rest)
            if readable and not connection.recv(1, socket.MSG_PEEK):
                with self._lock:
                    self.left += 1
                return False
        return True

    def close(self) -> None:
        self._closing.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def __enter__(self) -> ChatServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], chat: ChatServer) -> None:
        self.chat = chat
        self._open: set[socket.socket] = set()
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        super().server_close()
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # gone already

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], OSError):  # a client that hangs up is part of the play
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        self._body(200, b'{"object":"list","data":[{"id":"scripted","object":"model"}]}', {})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
        request = Request(self.path, self.headers.get("Authorization", ""), body, time.monotonic())
        reply = self.server.chat.reply(request)
        if reply.hang or reply.delay_s:
            self.close_connection = not self._pause(None if reply.hang else reply.delay_s)
            if self.close_connection:
                return
        if reply.raw is not None:
            self._body(reply.status, reply.raw, reply.headers)
        elif request.streams:
            self._stream(reply)
        else:
            self._whole(reply)

    def _whole(self, reply: Reply) -> None:
        message = {"role": "assistant", "content": None if reply.refusal else reply.text, "refusal": reply.refusal}
        choice = {"index": 0, "message": message, "finish_reason": reply.finish_reason, "logprobs": None}
        body = json.dumps(_envelope("chat.completion", [choice], reply.usage)).encode()
        if reply.cut_after is not None:
            self._head(reply.status, {"Content-Type": "application/json", "Content-Length": str(len(body))})
            self.wfile.write(body[: len(body) // 2])
            self.close_connection = True
        else:
            self._body(reply.status, body, reply.headers)

    def _stream(self, reply: Reply) -> None:
        self._head(reply.status, {"Content-Type": "text/event-stream", "Connection": "close", **reply.headers})
        self.close_connection = True
        for number, delta in enumerate(_deltas(reply)):
            if number == reply.cut_after:
                return
            if reply.gap_s and not self._pause(reply.gap_s):
                return
            self._event(_envelope("chat.completion.chunk", [{"index": 0, "delta": delta, "finish_reason": None}], False))
        self._event(_envelope("chat.completion.chunk", [{"index": 0, "delta": {}, "finish_reason": reply.finish_reason}], False))
        if reply.usage:
            self._event(_envelope("chat.completion.chunk", [], True))
        self.wfile.write(b"data: [DONE]\n\n")

    def _pause(self, seconds: float | None) -> bool:
        return self.server.chat.pause(self.connection, seconds)

    def _event(self, value: dict[str, Any]) -> None:
        self.wfile.write(b"data: " + json.dumps(value).encode() + b"\n\n")
        self.wfile.flush()

    def _body(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self._head(status, {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers})
        self.wfile.write(body)

    def _head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


def _deltas(reply: Reply) -> Iterator[dict[str, str]]:
    if reply.refusal:
        yield {"role": "assistant", "refusal": reply.refusal}
    for piece in re.findall(r"\s*\S+\s*$|\s*\S+", reply.text):
        yield {"role": "assistant", "content": piece}


def _envelope(kind: str, choices: list[dict[str, Any]], usage: bool) -> dict[str, Any]:
    counts = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120} if usage else None
    return {"id": "scripted", "object": kind, "created": 0, "model": "scripted", "choices": choices, "usage": counts}


class Book:
    """Answers from a list of entries by the question asked, and sensibly where no entry fits."""

    def __init__(self, entries: Sequence[dict[str, Any]], delay_s: float = 0.0) -> None:
        self._entries = entries
        self._delay_s = delay_s

    def __call__(self, request: Request) -> Reply:
        entry = self._entry(request)
        delay_s = float(entry.get("delay_s", self._delay_s))
        if request.schema_name == "sql_draft" or '"sql"' in request.text:
            scripted = {key: entry[key] for key in _DRAFT if key in entry}
            if "repaired" in entry and "<database_message>" in request.messages[-1]["content"]:
                scripted["sql"] = entry["repaired"]
            return answer(_DRAFT | scripted if scripted else _count(request), delay_s=delay_s)
        if request.schema_name == "summary":
            return answer(_summary(request), delay_s=delay_s)
        return say(str(entry.get("analysis", "The table holds the answer to this question.")), delay_s=delay_s, gap_s=0.03)

    def _entry(self, request: Request) -> dict[str, Any]:
        asked = question_of(request).lower()
        return next((entry for entry in self._entries if str(entry["when"]).lower() in asked), {})


_DRAFT: dict[str, Any] = dict.fromkeys(("sql", "explanation", "chart_kind", "wrong"), "")
_DRAFT |= {"assumptions": [], "unused_words": [], "outputs": [], "changes": [], "confidence": 0.9, "clarification": None}


def question_of(request: Request) -> str:
    """What stands between the question fences of the last message, or that whole message."""
    last = str(request.messages[-1].get("content", "")) if request.messages else ""
    found = re.findall(r"<question>(.*?)</question>", last, re.DOTALL)
    return found[-1].strip() if found else last


def _count(request: Request) -> dict[str, Any]:
    """Counts the rows of the first table of the prompt; asks back where there is none."""
    table = re.search(r'^table ("(?:[^"\\]|\\.)*"|\S+)', request.text, re.MULTILINE)
    if not table:
        return _DRAFT | {"clarification": {"question": "Which table do you mean?", "reason": "unknown", "choices": []}}
    said = "The scripted model has no entry for this question, so it counts the rows of one table."
    return _DRAFT | {"sql": f"SELECT COUNT(*) AS row_count FROM {table[1]}", "explanation": said, "confidence": 0.3}


def _summary(request: Request) -> dict[str, Any]:
    return {"questions": re.findall(r"^Question: (.+)$", request.text, re.MULTILINE), "filters": [], "findings": [], "sql": []}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=9999)
    parser.add_argument("--script", type=Path, help="JSON file of entries")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before each answer")
    given = parser.parse_args()
    entries = json.loads(given.script.read_text(encoding="utf-8")) if given.script else []
    server = ChatServer(Book(entries, given.delay), port=given.port)
    print(f"OPENAI_BASE_URL={server.url} OPENAI_API_KEY=none OPENAI_MODEL=scripted", flush=True)  # noqa: T201
    try:
        threading.Event().wait()
    finally:
        server.close()


if __name__ == "__main__":
    main()
