"""Watch: a thread beside a connection that interrupts its statement when Stop is pressed or its time is over."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from core.cancellation import Cancellation
from core.execution.fences import Fence

AGAIN_S = 0.1
"""An interrupt that arrives before the statement has begun is lost, so it is repeated."""
ABANDON_AFTER_S = 5.0


class Watch:
    """Times one statement after the other; says afterwards whether it cut one short."""

    def __init__(self, fence: Fence, driver: Any, timeout_s: float, cancellation: Cancellation | None) -> None:
        self.timeout_s = timeout_s
        self.timed_out = False
        self._fence, self._driver, self._cancellation = fence, driver, cancellation
        self._ignored: tuple[type[BaseException], ...] = (*fence.errors, OSError)
        self._deadline: float | None = None
        self._wake = threading.Condition()
        self._over = False
        self._stopped = False

    def statement(self) -> None:
        """A statement begins: its time runs from now."""
        with self._wake:
            self._deadline = time.monotonic() + self.timeout_s
            self._wake.notify()

    def idle(self) -> None:
        """The statement is over; what the caller does between two does not count."""
        with self._wake:
            self._deadline = None

    @contextmanager
    def running(self) -> Iterator[Watch]:
        """Watches for the length of the block. Cancelled is raised on entry when Stop was pressed before."""
        with self._cancellation.calling(self._stop) if self._cancellation else nullcontext():
            thread = threading.Thread(target=self._watch, name="statement-watch", daemon=True)
            thread.start()
            try:
                yield self
            finally:
                with self._wake:
                    self._over = True
                    self._wake.notify()
                thread.join()

    def _stop(self) -> None:
        with self._wake:
            self._stopped = True
            self._wake.notify()

    def _watch(self) -> None:
        due_since: float | None = None
        with self._wake:
            while not self._over:
                if not self._due():
                    due_since = None
                    self._wake.wait(self._sleep_s())
                    continue
                self.timed_out = self.timed_out or not self._stopped
                due_since = due_since or time.monotonic()
                self._wake.release()
                try:
                    self._cut(time.monotonic() - due_since)
                finally:
                    self._wake.acquire()
                if not self._over:
                    self._wake.wait(AGAIN_S)

    def _due(self) -> bool:
        return self._stopped or (self._deadline is not None and time.monotonic() >= self._deadline)

    def _sleep_s(self) -> float | None:
        return None if self._deadline is None else max(0.0, self._deadline - time.monotonic())

    def _cut(self, overdue_s: float) -> None:
        try:
            if overdue_s > ABANDON_AFTER_S:
                self._fence.abandon(self._driver)
            else:
                self._fence.interrupt(self._driver)
        except self._ignored:
            # The line is down or the statement is over: the thread that runs it will see that itself.
            return
