"""Cancellation: one object per running turn that says whether Stop was pressed and calls whoever must be interrupted."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from core.errors import Cancelled


class Cancellation:
    """Thread-safe. `cancel` is idempotent; callbacks run once, in the thread that cancels."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._callbacks: list[Callable[[], None]] = []

    @property
    def cancelled(self) -> bool:
        return self._event.is_set()

    def cancel(self) -> None:
        with self._lock:
            if self._event.is_set():
                return
            self._event.set()
            callbacks = list(self._callbacks)
        for callback in callbacks:
            callback()

    def raise_if_cancelled(self) -> None:
        """Raises Cancelled when Stop was pressed."""
        if self._event.is_set():
            raise Cancelled

    def wait(self, timeout_s: float) -> bool:
        """True as soon as Stop was pressed, False after timeout_s seconds."""
        return self._event.wait(timeout_s)

    @contextmanager
    def calling(self, callback: Callable[[], None]) -> Iterator[None]:
        """Within the block a cancel calls `callback` (interrupt a statement, close a stream).

        When Stop was pressed before, the callback is not called and Cancelled is raised on entry.
        """
        with self._lock:
            if self._event.is_set():
                raise Cancelled
            self._callbacks.append(callback)
        try:
            yield
        finally:
            with self._lock:
                self._callbacks.remove(callback)
