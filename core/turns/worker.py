"""Workers: they take woken sessions from the queue and run their turns; in the app's process or in one of their own."""

from __future__ import annotations

import logging
import threading
import time

from core.errors import LeaseLost, SessionError, StoreUnavailable
from core.turns.lease import LEASE_TTL_S, Lease, acquire
from core.turns.queue import TurnQueue, Wake
from core.turns.rooms import Rooms
from core.turns.session_run import run_session

log = logging.getLogger(__name__)

BLOCK_MS = 250
PAUSE_S = 0.5
MAX_PAUSE_S = 5.0


class Workers:
    """Up to `count` sessions at once, each in a thread of its own; one more thread waits for the next.

    A session's turns run in one thread at a time, whatever the number of processes: its lease decides.
    """

    def __init__(self, rooms: Rooms, count: int, *, lease_ttl_s: float = LEASE_TTL_S) -> None:
        self._rooms, self._count, self._lease_ttl_s = rooms, count, lease_ttl_s
        self._queue = TurnQueue(rooms.redis)
        self._stopping = threading.Event()
        self._free = threading.Semaphore(count)
        self._waiting: threading.Thread | None = None
        self._running: dict[threading.Thread, Lease | None] = {}
        self._lock = threading.Lock()

    def start(self) -> None:
        """Does nothing when they run, or when their number is 0."""
        with self._lock:
            if self._waiting is None and self._count:
                self._stopping.clear()
                self._waiting = threading.Thread(target=self._wait, name="tabletalk-workers", daemon=True)
                self._waiting.start()

    def stop(self, timeout_s: float = 3.0) -> None:
        """Lets running turns end for timeout_s, then interrupts them; a session with turns still in line wakes another worker."""
        self._stopping.set()
        with self._lock:
            waiting, self._waiting = self._waiting, None
        if waiting:
            waiting.join()
        self._join(timeout_s)
        for lease in tuple(self._running.values()):
            if lease:
                lease.shut_down()
        self._join(timeout_s)

    def _wait(self) -> None:
        pause_s = PAUSE_S
        while not self._stopping.is_set():
            if not self._free.acquire(timeout=BLOCK_MS / 1000):
                continue
            wake = None
            try:
                wake = self._queue.take(BLOCK_MS, round(self._lease_ttl_s * 1000))
                pause_s = PAUSE_S
            except StoreUnavailable as exc:
                log.warning("%s Trying again in %.1f s. %s", exc.message, pause_s, exc.detail)
                self._stopping.wait(pause_s)
                pause_s = min(2 * pause_s, MAX_PAUSE_S)
            if wake:
                self._start(wake)
            else:
                self._free.release()

    def _start(self, wake: Wake) -> None:
        thread = threading.Thread(target=self._work, args=(wake,), name="tabletalk-worker", daemon=True)
        self._running[thread] = None
        thread.start()

    def _work(self, wake: Wake) -> None:
        """Whatever happens, the next session gets its thread; an unfinished message comes again."""
        try:
            self._serve(wake)
        except LeaseLost as exc:
            log.info("%s", exc.message)
        except StoreUnavailable as exc:
            log.warning("A session was left to another worker. %s %s", exc.message, exc.detail)
        except Exception:
            log.exception("a session was left to another worker")
        finally:
            self._running.pop(threading.current_thread(), None)
            self._free.release()

    def _serve(self, wake: Wake) -> None:
        try:
            lease = acquire(self._rooms.redis, wake.session_id, ttl_s=self._lease_ttl_s)
        except SessionError:  # gone, or no session's id at all
            self._queue.finish(wake)
            return
        if lease is not None:  # else the message stays: it comes again, in case the holder dies before the line is empty
            self._run(wake, lease)

    def _run(self, wake: Wake, lease: Lease) -> None:
        self._running[threading.current_thread()] = lease
        try:
            if not run_session(self._rooms, lease, stopping=self._stopping):
                self._queue.wake(wake.session_id)
        except LeaseLost:
            raise
        except SessionError as exc:  # deleted or expired in the middle: nothing is left to answer
            log.info("%s", exc.message)
            lease.release()
        self._queue.finish(wake)

    def _join(self, timeout_s: float) -> None:
        deadline = time.monotonic() + timeout_s
        for thread in tuple(self._running):
            thread.join(max(0.0, deadline - time.monotonic()))
