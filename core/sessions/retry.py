"""DeadlineRetry: a lost connection is tried again with growing pauses, for three seconds in all, however retries are nested."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from redis.backoff import ExponentialWithJitterBackoff
from redis.exceptions import AuthenticationError, AuthorizationError
from redis.retry import Retry

T = TypeVar("T")

PATIENCE_S = 3.0
"""Long enough for a server's restart. An attempt under way then may take its socket timeout longer."""


class _Until(threading.local):
    deadline: float | None = None


_until = _Until()


class DeadlineRetry(Retry):
    """A retry may repeat a write whose reply was lost: every write of ours can be repeated."""

    def __init__(self) -> None:
        super().__init__(ExponentialWithJitterBackoff(cap=0.5, base=0.02), 1000)

    def call_with_retry(
        self,
        do: Callable[[], T],
        fail: Callable[..., Any],
        is_retryable: Callable[[Exception], bool] | None = None,
        with_failure_count: bool = False,
    ) -> T:
        """redis-py retries a command and, inside it, the connecting: the outermost call's time counts for both."""
        outermost = _until.deadline is None
        if outermost:
            _until.deadline = time.monotonic() + PATIENCE_S
        try:
            return super().call_with_retry(do, fail, lambda error: _again(error, is_retryable), with_failure_count)
        finally:
            if outermost:
                _until.deadline = None


def _again(error: Exception, is_retryable: Callable[[Exception], bool] | None) -> bool:
    """Waiting mends neither a wrong password nor an unknown certificate."""
    if isinstance(error, AuthenticationError | AuthorizationError) or "CERTIFICATE_VERIFY_FAILED" in str(error):
        return False
    if _until.deadline is not None and time.monotonic() > _until.deadline:
        return False
    return is_retryable is None or is_retryable(error)
