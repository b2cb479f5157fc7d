"""Outage: what Redis raises becomes StoreUnavailable here, with a sentence per cause. Wrap every use of the client in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import redis
from redis.exceptions import OutOfMemoryError, RedisClusterException
from redis.sentinel import MasterNotFoundError

from core.errors import StoreUnavailable

_WAIT = "Nothing that was answered is lost. Try again in a moment; if it stays, check the Redis server and REDIS_URL."
_AUTH_CODES = ("NOAUTH", "WRONGPASS", "NOPERM")


@contextmanager
def store_errors() -> Iterator[None]:
    """Raises StoreUnavailable for every error of the Redis client in the block."""
    try:
        yield
    except (redis.RedisError, RedisClusterException) as exc:
        raise unavailable(exc) from exc


def unavailable(exc: Exception) -> StoreUnavailable:
    message, hint = _sentences(exc, str(exc))
    return StoreUnavailable(message, hint, detail=f"{type(exc).__name__}: {exc}"[:500])


def _sentences(exc: Exception, text: str) -> tuple[str, str]:
    if isinstance(exc, redis.AuthenticationError) or any(code in text for code in _AUTH_CODES) or "AUTH" in text[:8]:
        return "The session store refused the user name or the password.", "Correct them in REDIS_URL."
    if "[SSL" in text or "certificate" in text.lower():
        return "No secure connection to the session store.", "Check the certificate options in REDIS_URL (ssl_ca_certs)."
    if isinstance(exc, MasterNotFoundError):
        return "No Sentinel names a live server for the session store.", "Check the Sentinels and the service name in REDIS_URL."
    if isinstance(exc, redis.BusyLoadingError) or "LOADING" in text[:10]:
        return "The session store is still loading its data.", "Try again in a moment."
    if isinstance(exc, OutOfMemoryError) or text.startswith("OOM"):
        return "The session store is full.", "Delete sessions that are no longer needed, or give the Redis server more memory."
    if isinstance(exc, redis.ReadOnlyError):
        return "The session store is read-only at the moment.", "REDIS_URL must lead to the primary, not to a replica."
    if "MISCONF" in text:
        return "The session store cannot write to its disk.", "Make room on that disk or correct its permissions."
    if "DB index" in text or "SELECT is not allowed" in text:
        return (
            "The session store has no database of the number in REDIS_URL.",
            "Correct the number at the end of REDIS_URL, or use 0.",
        )
    if isinstance(exc, redis.InvalidResponse):
        return "What answers in the session store's place is not a Redis server.", "Correct the address in REDIS_URL."
    if isinstance(exc, redis.TimeoutError):
        return "The session store does not answer.", _WAIT
    if isinstance(exc, redis.ConnectionError | RedisClusterException | redis.exceptions.ClusterError):
        return "The session store cannot be reached.", _WAIT
    return "The session store refused a command.", "Check that its version is 6.2 or newer and that its data is Tabletalk's own."
