"""Workers: threads that take woken sessions from the queue and run their turns; in the app's process or in one of their own."""

from __future__ import annotations

import logging
import threading
import time

from core.errors import LeaseLost, SessionError, SessionNotFound, StoreUnavailable
from core.turns.lease import LEASE_TTL_S, Lease, acquire
from core.turns.queue import TurnQueue, Wake
from core.turns.rooms import Rooms
from core.turns.session_run import run_session

log = logging.getLogger(__name__)

BLOCK_MS = 1_000
PAUSE_S = 0.5
MAX_PAUSE_S = 5.0


class Workers:
    """`count` threads; a session's turns run in one of them at a time, whatever the number of processes."""

    def __init__(self, rooms: Rooms, count: int, *, lease_ttl_s: float = LEASE_TTL_S) -> None:
        self._rooms, self._count, self._lease_ttl_s = rooms, count, lease_ttl_s
        self._queue = TurnQueue(rooms.redis)
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._leases: set[Lease] = set()
        self._lock = threading.Lock()

    def start(self) -> None:
        """Starts the threads; does nothing when they run."""
        with self._lock:
            if self._threads:
                return
            self._stopping.clear()
            names = [f"tabletalk-worker-{number}" for number in range(self._count)]
            self._threads = [threading.Thread(target=self._work, name=name, daemon=True) for name in names]
            for thread in self._threads:
                thread.start()

    def stop(self, timeout_s: float = 3.0) -> None:
        """Lets running turns end for timeout_s, then interrupts them; sessions with turns still in line wake another worker."""
        with self._lock:
            threads, self._threads = self._threads, []
        self._stopping.set()
        _join(threads, timeout_s)
        for lease in tuple(self._leases):
            lease.shut_down()
        _join(threads, timeout_s)

    def _work(self) -> None:
        pause_s = PAUSE_S
        while not self._stopping.is_set():
            try:
                wake = self._queue.take(BLOCK_MS, round(self._lease_ttl_s * 1000))
                if wake:
                    self._serve(wake)
                pause_s = PAUSE_S
            except LeaseLost as exc:
                log.info("%s", exc.message)
            except StoreUnavailable as exc:
                log.warning("%s Trying again in %.1f s. %s", exc.message, pause_s, exc.detail)
                self._stopping.wait(pause_s)
                pause_s = min(2 * pause_s, MAX_PAUSE_S)
            except Exception:
                log.exception("a worker goes on after an unexpected error")
                self._stopping.wait(PAUSE_S)

    def _serve(self, wake: Wake) -> None:
        try:
            lease = acquire(self._rooms.redis, wake.session_id, ttl_s=self._lease_ttl_s)
        except SessionNotFound:
            self._queue.finish(wake)
            return
        if lease is not None:
            self._run(wake, lease)
        elif not wake.reclaimed:  # the holder goes on until the line is empty; a reclaimed message stays in case it dies
            self._queue.finish(wake)

    def _run(self, wake: Wake, lease: Lease) -> None:
        self._leases.add(lease)
        try:
            if not run_session(self._rooms, lease, stopping=self._stopping):
                self._queue.wake(wake.session_id)
        except LeaseLost:
            raise
        except SessionError as exc:  # deleted or expired in the middle: nothing is left to answer
            log.info("%s", exc.message)
            lease.release()
        finally:
            self._leases.discard(lease)
        self._queue.finish(wake)


def _join(threads: list[threading.Thread], timeout_s: float) -> None:
    deadline = time.monotonic() + timeout_s
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
