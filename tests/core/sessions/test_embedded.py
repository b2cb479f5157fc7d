from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.config import Settings
from core.errors import StoreUnavailable
from core.sessions.connect import connect
from core.sessions.embedded import EmbeddedServer
from core.sessions.store import SessionStore
from tests.waiting import until

Users = Callable[..., "User"]
ROOT = Path(__file__).parents[3]
USER = """
import sys
from pathlib import Path
from core.config import Settings
from core.sessions.connect import connect
client = connect(Settings(data_dir=Path(sys.argv[1])))
print(client.info("server")["process_id"], flush=True)
for line in sys.stdin:
    print(client.incr(line.strip()), flush=True)
"""


class User:
    """A process of its own that uses the embedded server and counts up a key for every line."""

    def __init__(self, data_dir: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", USER, str(data_dir)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
        )

    def read(self) -> int:
        assert self.process.stdout is not None
        return int(self.process.stdout.readline())

    def count(self, key: str) -> int:
        assert self.process.stdin is not None
        self.process.stdin.write(key + "\n")
        self.process.stdin.flush()
        return self.read()

    def kill(self) -> None:
        self.process.kill()
        self.end()

    def end(self) -> None:
        """Its input ends, and so does it."""
        self.process.communicate()


@pytest.fixture
def user(data_dir: Path) -> Iterator[Users]:
    started: list[User] = []

    def start() -> User:
        started.append(User(data_dir))
        return started[-1]

    yield start
    for one in started:
        one.process.kill()
        one.process.communicate()


@pytest.fixture
def here(data_dir: Path) -> Iterator[Any]:
    """A client in this process; afterwards its server is gone."""
    client: Any = connect(Settings(data_dir=data_dir))
    yield client
    server = pid_of(client)
    client.close()
    until(lambda: not alive(server))


def pid_of(client: Any) -> int:
    return int(client.info("server")["process_id"])


def alive(pid: int) -> bool:
    """Whether it runs; a zombie does not."""
    try:
        return process_field(pid, 0) != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def process_field(pid: int, index: int) -> str:
    """Of /proc/PID/stat after the name: 0 is the state, 1 the parent."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[index]


linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@linux
def test_two_processes_share_one_server_which_ends_with_the_last(user: Users) -> None:
    first, second = user(), user()
    server = first.read()
    assert second.read() == server
    assert (first.count("n"), second.count("n")) == (1, 2)
    first.end()
    assert second.count("n") == 3
    second.end()
    until(lambda: not alive(server))


@linux
def test_a_killed_user_leaves_nothing_behind(user: Users) -> None:
    first, second = user(), user()
    server = first.read()
    second.read()
    first.kill()
    assert second.count("n") == 1
    second.kill()
    until(lambda: not alive(server))


@linux
def test_racing_starters_get_one_server(user: Users) -> None:
    racers = [user() for _ in range(6)]
    assert len({racer.read() for racer in racers}) == 1


@linux
def test_a_crashed_server_is_restarted_with_its_data_for_all_its_users(user: Users) -> None:
    first, second = user(), user()
    server = first.read()
    second.read()
    assert [first.count("n") for _ in range(50)] == list(range(1, 51))
    os.kill(server, signal.SIGKILL)
    assert (first.count("n"), second.count("n")) == (51, 52)
    first.end()
    assert second.count("n") == 53


@linux
def test_a_killed_guard_takes_the_server_along_and_both_come_back(here: Any) -> None:
    here.set("kept", "1")
    server = pid_of(here)
    guard = int(process_field(server, 1))
    os.kill(guard, signal.SIGKILL)
    until(lambda: not alive(server))
    assert here.get("kept") == b"1"
    assert pid_of(here) != server


def test_data_outlives_the_server(data_dir: Path) -> None:
    client = connect(Settings(data_dir=data_dir))
    session = SessionStore(client, 60, 60).create("demo")
    client.close()
    again = connect(Settings(data_dir=data_dir))
    assert SessionStore(again, 60, 60).get(session.id) == session
    again.close()


@linux
def test_closing_the_client_gives_up_this_processs_share(data_dir: Path) -> None:
    client = connect(Settings(data_dir=data_dir))
    server = pid_of(client)
    client.close()
    until(lambda: not alive(server))


@linux
def test_no_zombie_is_left_by_a_server_that_ended(here: Any) -> None:
    server = pid_of(here)
    guard = int(process_field(server, 1))
    os.kill(server, signal.SIGKILL)
    assert here.ping()
    until(lambda: not Path(f"/proc/{guard}").exists())


def test_a_crash_under_many_threads_loses_no_call(here: Any) -> None:
    stop, failed = threading.Event(), list[Exception]()
    written = [0] * 8

    def write(number: int) -> None:
        try:
            while not stop.is_set():
                written[number] = here.incr(f"n{number}")
        except Exception as exc:  # noqa: BLE001  # asserted on below
            failed.append(exc)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(len(written))]
    for thread in threads:
        thread.start()
    for _ in range(2):
        time.sleep(0.3)
        os.kill(pid_of(here), signal.SIGKILL)
    time.sleep(0.3)
    stop.set()
    for thread in threads:
        thread.join()
    assert failed == []
    assert [int(here.get(f"n{number}")) for number in range(len(written))] == written
    assert min(written) > 0


def test_everything_is_private_to_the_user(here: Any, data_dir: Path) -> None:
    here.set("a", "b")
    home = data_dir / "redis"
    paths = [home, *home.rglob("*")]
    assert {"redis.sock", "redis.log", "users.lock", "start.lock", "appendonlydir"} <= {path.name for path in paths}
    assert all(stat.S_IMODE(path.lstat().st_mode) & 0o077 == 0 for path in paths)
    assert here.config_get("port") == {"port": "0"}


def test_a_directory_open_to_others_is_closed(data_dir: Path) -> None:
    home = data_dir / "redis"
    home.mkdir(mode=0o755)
    connect(Settings(data_dir=data_dir)).close()
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


def test_a_new_data_directory_is_private_as_a_whole(data_dir: Path) -> None:
    connect(Settings(data_dir=data_dir / "new")).close()
    assert stat.S_IMODE((data_dir / "new").stat().st_mode) == 0o700


def test_a_link_in_the_directorys_place_is_refused(data_dir: Path) -> None:
    (data_dir / "elsewhere").mkdir()
    (data_dir / "redis").symlink_to(data_dir / "elsewhere")
    with pytest.raises(StoreUnavailable, match="cannot be kept"):
        connect(Settings(data_dir=data_dir))


def test_a_directory_that_cannot_be_made_names_the_setting(data_dir: Path) -> None:
    (data_dir / "file").write_text("")
    with pytest.raises(StoreUnavailable) as caught:
        connect(Settings(data_dir=data_dir / "file"))
    assert "TABLETALK_DATA_DIR" in caught.value.hint and "REDIS_URL" in caught.value.hint


@pytest.mark.parametrize("name", ["with space", 'it\'s "quoted"', "größe 数", "--port 7", "a\nb", "%s $HOME #x"])
def test_a_directory_may_have_any_name(data_dir: Path, name: str) -> None:
    client: Any = connect(Settings(data_dir=data_dir / name))
    assert client.set("a", "b")
    assert (data_dir / name / "redis" / "redis.sock").is_socket()
    assert list((data_dir / name / "redis" / "appendonlydir").iterdir())
    client.close()


def test_a_path_too_long_for_a_socket_has_its_socket_elsewhere(data_dir: Path) -> None:
    deep = data_dir / ("d" * 60) / ("e" * 60)
    server = EmbeddedServer(deep)
    assert len(str(server.socket_path)) < 100 and deep not in server.socket_path.parents
    client = connect(Settings(data_dir=deep))
    assert client.ping()
    assert stat.S_IMODE(server.socket_path.parent.stat().st_mode) == 0o700
    client.close()


@linux
def test_a_removed_socket_never_leads_to_a_second_server_on_the_same_files(here: Any, data_dir: Path) -> None:
    here.set("kept", "1")
    before = pid_of(here)
    (data_dir / "redis" / "redis.sock").unlink()
    here.connection_pool.disconnect()
    assert here.get("kept") == b"1"
    assert not alive(before)


@linux
def test_a_directory_deleted_under_a_running_server_is_made_anew(here: Any, data_dir: Path) -> None:
    before = pid_of(here)
    (data_dir / "redis").rename(data_dir / "moved")
    here.connection_pool.disconnect()
    here.set("again", "1")
    until(lambda: not alive(before))
    assert here.get("again") == b"1"


def test_damaged_files_are_told_with_the_place_of_the_log(data_dir: Path) -> None:
    client = connect(Settings(data_dir=data_dir))
    client.set("a", "b" * 1000)
    client.close()
    time.sleep(0.2)
    for path in (data_dir / "redis" / "appendonlydir").glob("*.incr.aof"):
        path.write_bytes(b"*2\r\n$junk\r\n" * 50)
    with pytest.raises(StoreUnavailable, match="did not start") as caught:
        connect(Settings(data_dir=data_dir))
    assert "redis.log" in caught.value.hint and "AOF" in caught.value.detail


@linux
def test_a_silent_server_is_told_and_never_doubled(here: Any, data_dir: Path) -> None:
    server, second = pid_of(here), EmbeddedServer(data_dir / "redis", silence_s=1)
    os.kill(server, signal.SIGSTOP)
    try:
        with pytest.raises(StoreUnavailable, match="does not answer"):
            second.ensure()
    finally:
        os.kill(server, signal.SIGCONT)
        second.release()
    assert pid_of(here) == server
