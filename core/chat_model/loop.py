"""One event loop in one daemon thread for all calls of a model, so that Stop ends a call at once, even before its first byte.

A call abandoned by its caller is cancelled in the loop, which closes its connection; no thread is left behind.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from core.cancellation import Cancellation
from core.errors import Cancelled

T = TypeVar("T")
Emit = Callable[[str], None]

_DONE = object()
_STOPPED = object()


class Loop:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def run(
        self, call: Callable[[Emit], Coroutine[Any, Any, T]], on_text: Emit | None, cancellation: Cancellation, guard_s: float
    ) -> T:
        """What the call returns or raises; `on_text` gets what the call emits, in the caller's thread.

        Raises Cancelled as soon as Stop is pressed, and TimeoutError when the loop itself is stuck for `guard_s` seconds.
        """
        inbox: queue.SimpleQueue[object] = queue.SimpleQueue()
        with cancellation.calling(lambda: inbox.put(_STOPPED)):
            future = asyncio.run_coroutine_threadsafe(call(inbox.put), self._started())
            future.add_done_callback(lambda _: inbox.put(_DONE))
            try:
                while (item := _next(inbox, guard_s)) is not _DONE:
                    if item is _STOPPED or cancellation.cancelled:
                        raise Cancelled
                    if on_text is not None:
                        on_text(str(item))
                return future.result()
            finally:
                future.cancel()

    def close(self, last: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Runs `last` in the loop and ends the thread; idempotent."""
        with self._lock:
            loop, thread, self._loop, self._thread = self._loop, self._thread, None, None
        if loop is None or thread is None:
            return
        asyncio.run_coroutine_threadsafe(_end(last), loop).result(timeout=5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=5)
        loop.close()

    def _started(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._loop.set_default_executor(ThreadPoolExecutor(2, "chat-model-helper"))
                self._thread = threading.Thread(target=self._loop.run_forever, name="chat-model", daemon=True)
                self._thread.start()
            return self._loop


def _next(inbox: queue.SimpleQueue[object], guard_s: float) -> object:
    try:
        return inbox.get(timeout=guard_s)
    except queue.Empty:
        raise TimeoutError from None


async def _end(last: Callable[[], Coroutine[Any, Any, None]]) -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await last()
    await asyncio.get_running_loop().shutdown_default_executor()
