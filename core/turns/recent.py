"""Recent: a few things kept in this process for a while, so that drawing a page again does not make them again."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class _Kept(Generic[T]):
    thing: T
    until: float
    """On the monotonic clock."""
    size_bytes: int


class Recent(Generic[T]):
    """Thread-safe. Holds at most `most` things of `most_bytes` together, but always the newest; the oldest go first."""

    def __init__(self, kept_s: float, most: int, most_bytes: int) -> None:
        self._kept_s, self._most, self._most_bytes = kept_s, most, most_bytes
        self._kept: OrderedDict[Hashable, _Kept[T]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> T | None:
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None and time.monotonic() >= kept.until:
                self._drop(key)
                return None
            return kept.thing if kept else None

    def put(self, key: Hashable, thing: T, *, size_bytes: int = 0, kept_s: float | None = None) -> None:
        until = time.monotonic() + (self._kept_s if kept_s is None else min(kept_s, self._kept_s))
        with self._lock:
            if key in self._kept:
                self._drop(key)
            self._kept[key] = _Kept(thing, until, size_bytes)
            self._bytes += size_bytes
            for old in [one for one, kept in self._kept.items() if time.monotonic() >= kept.until and one != key]:
                self._drop(old)
            while len(self._kept) > 1 and (len(self._kept) > self._most or self._bytes > self._most_bytes):
                self._drop(next(iter(self._kept)))

    def drop_where(self, goes: Callable[[Any], bool]) -> None:
        """Drops what is kept under the keys for which `goes` is true."""
        with self._lock:
            for key in [key for key in self._kept if goes(key)]:
                self._drop(key)

    def _drop(self, key: Hashable) -> None:
        self._bytes -= self._kept.pop(key).size_bytes
