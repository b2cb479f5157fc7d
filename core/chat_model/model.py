"""ChatModel: structured answers and streamed text under one deadline; every failure is a ModelError, Stop is Cancelled at once.

A call ends within `ModelSettings.timeout_s`, its one retry and the fallbacks of its response format included.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from core.cancellation import Cancellation
from core.chat_model.answer import parse
from core.chat_model.loop import Emit, Loop
from core.chat_model.tokens import Message, approximate_tokens
from core.chat_model.translate import broke_off, invalid, refused, rejected, retry_after_s, timed_out, translate
from core.config import ModelSettings
from core.errors import Cancelled, ModelAnswerInvalid, ModelError

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage
    from langchain_openai import ChatOpenAI

T = TypeVar("T")

FORMS = ("json_schema", "json_object", "text")
CONNECT_S = 5.0


class ChatModel:
    """Thread-safe; one per process. Opens nothing until the first call."""

    def __init__(self, settings: ModelSettings) -> None:
        self.settings = settings
        self._loop = Loop()
        self._lock = threading.Lock()
        self._client: ChatOpenAI | None = None
        self._http: Any = None
        self._form = 0
        """Index in FORMS of the best form this server was seen to accept."""

    def structured(
        self, messages: Sequence[Message], schema: dict[str, Any], *, cancellation: Cancellation | None = None
    ) -> tuple[dict[str, Any], int]:
        """An object valid by `schema` (its `title` names it) and the tokens used.

        Asks with a strict JSON schema; where the server rejects that or answers something else, with JSON mode, then in
        plain text. Raises ModelError leaves, and Cancelled on Stop.
        """
        return self._run(lambda _: self._structured(messages, schema), None, cancellation)

    def stream(self, messages: Sequence[Message], on_text: Emit, *, cancellation: Cancellation | None = None) -> tuple[str, int]:
        """The whole text and the tokens used; `on_text` gets each piece as it arrives, in the caller's thread.

        Raises ModelError leaves (ModelBrokeOff after pieces were given, too), and Cancelled on Stop.
        """
        return self._run(lambda emit: self._stream(messages, emit), on_text, cancellation)

    def prewarm(self) -> None:
        """Imports the client in the background, which takes a second or so that the first question then does not wait."""
        threading.Thread(target=self._connected, name="chat-model-prewarm", daemon=True).start()

    def close(self) -> None:
        """Ends running calls and connections; idempotent."""
        self._loop.close(self._aclose)

    def _run(self, call: Callable[[Emit], Coroutine[Any, Any, T]], on_text: Emit | None, stop: Cancellation | None) -> T:
        deadline_s = self.settings.timeout_s
        stop = stop or Cancellation()

        async def timed(emit: Emit) -> T:
            async with asyncio.timeout(deadline_s):
                if self._client is None:  # importing takes a second, and Stop must not wait for that
                    await asyncio.to_thread(self._connected)
                return await call(emit)

        try:
            return self._loop.run(timed, on_text, stop, guard_s=deadline_s + 5)
        except TimeoutError as exc:
            raise timed_out(f"no complete answer within {deadline_s:g} s") from exc

    async def _structured(self, messages: Sequence[Message], schema: dict[str, Any]) -> tuple[dict[str, Any], int]:
        spent, rejections = 0, 0
        for number in range(self._form, len(FORMS)):
            last = number == len(FORMS) - 1
            try:
                text, tokens = await self._whole(_shaped(messages, schema, FORMS[number]), _format(schema, FORMS[number]))
                spent += tokens
                value = parse(text, schema)
            except ModelError as exc:
                rejections += rejected(exc.__cause__ or exc)
                if last or not (rejected(exc.__cause__ or exc) or isinstance(exc, ModelAnswerInvalid)):
                    raise
                continue
            if rejections == number - self._form:  # every better form was refused by the server, so it is not tried again
                self._form = number
            return value, spent
        raise invalid()

    async def _whole(self, messages: Sequence[Message], options: dict[str, Any]) -> tuple[str, int]:
        async def once() -> tuple[str, int]:
            message = await self._connected().ainvoke(_plain(messages), **options)
            text = str(message.text)
            _require_end(message, text)
            return text, _tokens(message, messages, text)

        return await self._tried(once, lambda: False)

    async def _stream(self, messages: Sequence[Message], emit: Emit) -> tuple[str, int]:
        pieces: list[str] = []

        async def once() -> tuple[str, int]:
            whole: AIMessage | None = None
            try:
                async for chunk in self._connected().astream(_plain(messages)):
                    whole = chunk if whole is None else whole + chunk  # type: ignore[assignment]
                    if piece := str(chunk.text):
                        pieces.append(piece)
                        emit(piece)
            except ValueError as exc:
                if "No generation chunks" not in str(exc):  # langchain's word for a stream that ended before it began
                    raise
            text = "".join(pieces)
            _require_end(whole, text)
            return text, _tokens(whole, messages, text)

        return await self._tried(once, lambda: bool(pieces))

    async def _tried(self, once: Callable[[], Coroutine[Any, Any, T]], started: Callable[[], bool]) -> T:
        """One try and, after a passing failure that gave nothing yet, a second one."""
        try:
            return await self._translated(once)
        except ModelError as exc:
            wait_s = retry_after_s(exc.__cause__ or exc)
            if wait_s is None or started():
                raise
        await asyncio.sleep(wait_s)
        return await self._translated(once)

    async def _translated(self, once: Callable[[], Coroutine[Any, Any, T]]) -> T:
        try:
            return await once()
        except (ModelError, Cancelled):
            raise
        except Exception as exc:  # openai, its HTTP client and langchain raise a dozen unrelated classes on bad answers
            raise translate(exc, self.settings) from exc

    def _connected(self) -> ChatOpenAI:
        with self._lock:
            if self._client is None:
                self._client = self._connect()
            return self._client

    def _connect(self) -> ChatOpenAI:
        import httpx2
        import openai
        from langchain_openai import ChatOpenAI
        from pydantic import SecretStr

        limit = httpx2.Timeout(self.settings.timeout_s, connect=min(CONNECT_S, self.settings.timeout_s))
        self._http = openai.DefaultAsyncHttpxClient(timeout=limit)  # an own one: langchain shares its default between loops
        return ChatOpenAI(
            model=self.settings.name,
            base_url=self.settings.base_url or "https://api.openai.com/v1",
            api_key=SecretStr(self.settings.api_key),
            timeout=limit,
            max_retries=0,  # retried here, where the server's wait and what was already shown are known
            stream_usage=True,
            use_responses_api=False,
            http_async_client=self._http,
        )

    async def _aclose(self) -> None:
        with self._lock:
            http, self._http, self._client = self._http, None, None
        if http is not None:
            await http.aclose()


def _plain(messages: Sequence[Message]) -> list[dict[str, str]]:
    return [{"role": message.role, "content": message.content} for message in messages]


def _format(schema: dict[str, Any], form: str) -> dict[str, Any]:
    if form == "json_schema":
        named = {"name": str(schema.get("title", "answer")), "strict": True, "schema": schema}
        return {"response_format": {"type": form, "json_schema": named}}
    return {"response_format": {"type": form}} if form == "json_object" else {}


def _shaped(messages: Sequence[Message], schema: dict[str, Any], form: str) -> list[Message]:
    """The messages; with the schema in words where the server does not enforce it."""
    if form == "json_schema":
        return list(messages)
    told = "Answer with one JSON object and nothing else. It follows this JSON schema:\n" + json.dumps(schema)
    first, *rest = messages
    if first.role != "system":
        return [Message("system", told), *messages]
    return [Message("system", first.content + "\n\n" + told), *rest]


def _require_end(message: AIMessage | None, text: str) -> None:
    """Raises unless the model ended its answer by itself: a stream that was cut raises nothing in any library."""
    if message is None:
        raise broke_off("the stream ended without an answer")
    reason = message.response_metadata.get("finish_reason")
    refusal = message.additional_kwargs.get("refusal")
    if refusal or reason == "content_filter":
        raise refused(str(refusal or "finish_reason content_filter")[:500])
    if reason is None or reason == "length":
        raise broke_off(f"finish_reason {reason}")
    if not text.strip():
        raise invalid("the answer is empty")


def _tokens(message: AIMessage | None, messages: Sequence[Message], text: str) -> int:
    """As the server counted them, estimated where it did not."""
    if message is not None and message.usage_metadata:
        return message.usage_metadata["total_tokens"]
    return sum(approximate_tokens(each.content) for each in messages) + approximate_tokens(text)
