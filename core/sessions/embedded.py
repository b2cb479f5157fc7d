"""EmbeddedServer: a real Valkey on a private unix socket, shared by any number of local processes, gone with the last of them.

Files in the directory (0700):
  start.lock   exclusive lock, held only while one process decides whether to attach or to start
  users.lock   shared lock, held by every user process for its whole life; the guard waits for the exclusive one
  server.lock  exclusive lock, held as long as the guard or the server lives, whatever killed the other
  guard.lock   exclusive lock of the guard alone; the file holds its pid, which is right as long as the lock is held
  redis.sock, redis.log, appendonlydir/
Whether a server runs is decided by a PING on the socket and by the locks, never by the presence of a file.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import StoreUnavailable
from core.sessions.binary import find_binary

_GUARD = Path(__file__).with_name("embedded_guard.py")
_INHERITED = ("PATH", "LANG", "LC_ALL", "TZ", "HOME", "TMPDIR")
_LONGEST_SOCKET_PATH = 100
"""sun_path holds 108 bytes on Linux and 104 on macOS."""
_ENDS_WITHIN_S = 1.0
_SILENT = b"-SILENT"
_PING_S = 1.0
_MOST_STARTS = 3
"""More than one for the case that the server or its guard was killed while it started; damaged files end them all."""


class EmbeddedServer:
    """Safe from any thread of any process. Nothing is touched before the first `ensure`."""

    def __init__(self, directory: Path, *, start_timeout_s: float = 30.0, silence_s: float = 4.0) -> None:
        """A server that starts may take start_timeout_s to load its data, but not be without any reply for silence_s."""
        self.directory = directory.expanduser().absolute()
        self.socket_path = _socket_path(self.directory)
        self._start_timeout_s, self._silence_s = start_timeout_s, silence_s
        self._mutex = threading.Lock()
        self._users_lock: int | None = None
        self._guard: subprocess.Popen[bytes] | None = None

    def ensure(self, timeout_s: float | None = None) -> Path:
        """Attaches to the running server or starts it; the socket's path once it answers.

        To be called again after a lost connection: it restarts a crashed server. Raises StoreUnavailable.
        """
        deadline = time.monotonic() + (self._start_timeout_s if timeout_s is None else timeout_s)
        try:
            with self._mutex:
                _make_private(self.directory)
                _make_private(self.socket_path.parent)
                with _locked(self.directory / "start.lock", fcntl.LOCK_EX, deadline):
                    self._become_user(deadline)
                    self._wait_until_ready(deadline)
        except OSError as exc:
            raise StoreUnavailable(
                f"The sessions cannot be kept in {self.directory}.",
                "Set TABLETALK_DATA_DIR to a directory you can write to, or REDIS_URL to the address of a Redis.",
                detail=f"{type(exc).__name__}: {exc}",
            ) from exc
        return self.socket_path

    def release(self) -> None:
        """Gives up this process's share before it ends. (The kernel does it in the end, however it ends.)"""
        with self._mutex:
            if self._users_lock is not None:
                os.close(self._users_lock)
                self._users_lock = None

    def _become_user(self, deadline: float) -> None:
        """Waits while a guard is stopping the old server. A lock on a file that was deleted meanwhile is worth nothing."""
        path = self.directory / "users.lock"
        if self._users_lock is not None and not _is_open_file(self._users_lock, path):
            os.close(self._users_lock)
            self._users_lock = None
        if self._users_lock is None:
            self._users_lock = _lock(path, fcntl.LOCK_SH, deadline)

    def _start(self, deadline: float) -> None:
        command = [str(find_binary()), *self._options()]
        if not self._alone(deadline):
            return
        self.socket_path.unlink(missing_ok=True)
        self._guard = subprocess.Popen(
            [sys.executable, "-I", "-S", str(_GUARD), str(self.directory), *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self.directory,
            env={name: os.environ[name] for name in _INHERITED if name in os.environ},
            start_new_session=True,  # Ctrl-C in the terminal is not for it
        )
        threading.Thread(target=self._guard.wait, daemon=True, name="embedded-guard").start()  # else it would end as a zombie

    def _alone(self, deadline: float) -> bool:
        """Waits until no server of this directory lives; False where one answers after all.

        One that lives without answering on the socket is ending, or starting, or somebody removed its socket: then it is stopped.
        """
        stop_at = time.monotonic() + _ENDS_WITHIN_S
        while not _is_free(self.directory / "server.lock"):
            if _ping(self.socket_path) is not None:
                return False
            if time.monotonic() > deadline:
                raise self._failed("does not end")
            if time.monotonic() > stop_at:
                _stop_guard(self.directory / "guard.lock")
                stop_at = deadline
            time.sleep(0.01)
        return True

    def _options(self) -> list[str]:
        options = {
            "port": "0",
            # By its name alone where it can be: a directory that was moved takes its old server's socket along.
            "unixsocket": self.socket_path.name if self.socket_path.parent == self.directory else str(self.socket_path),
            "unixsocketperm": "700",
            "dir": str(self.directory),
            "daemonize": "no",
            "supervised": "no",
            "appendonly": "yes",
            "appendfsync": "everysec",
            "aof-load-truncated": "yes",
            "aof-use-rdb-preamble": "no",  # so that other versions of Redis and Valkey read the file
            "auto-aof-rewrite-percentage": "100",
            "auto-aof-rewrite-min-size": "16mb",
            "save": "",
            "maxmemory": "0",
            "maxmemory-policy": "noeviction",
            "databases": "1",
            "maxclients": "1000",
            "timeout": "0",
            "always-show-logo": "no",
        }
        return [part for name, value in options.items() for part in (f"--{name}", value)]

    @property
    def _log(self) -> Path:
        return self.directory / "redis.log"

    def _wait_until_ready(self, deadline: float) -> None:
        """Starts the server where nobody listens. One that loads a large file says so and is waited for; a silent one is not."""
        pause_s, silent, starts = 0.002, 0, 0
        while not (reply := _ping(self.socket_path) or b"").startswith(b"+PONG"):
            if not reply and (starts == 0 or self._guard is None or self._guard.poll() is not None):
                if starts == _MOST_STARTS:
                    raise self._failed("did not start")
                self._start(deadline)
                starts += 1
            silent += reply == _SILENT
            if silent * _PING_S >= self._silence_s or time.monotonic() > deadline:
                raise self._failed("does not answer")
            time.sleep(pause_s)
            pause_s = min(pause_s * 1.5, 0.1)

    def _failed(self, what: str) -> StoreUnavailable:
        try:
            tail = self._log.read_bytes()[-600:].decode("utf-8", "replace")
        except OSError:
            tail = ""
        return StoreUnavailable(
            f"The embedded session store {what}.",
            f"Its log is {self._log}. With REDIS_URL another Redis takes its place.",
            detail=tail,
        )


def _make_private(directory: Path) -> None:
    directory.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    directory.mkdir(exist_ok=True, mode=0o700)
    status = directory.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid():
        raise PermissionError(f"{directory} is not a directory of this user")
    if status.st_mode & 0o077:
        directory.chmod(0o700)


def _socket_path(directory: Path) -> Path:
    path = directory / "redis.sock"
    if len(os.fsencode(path)) <= _LONGEST_SOCKET_PATH:
        return path
    digest = hashlib.sha256(os.fsencode(directory)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"tabletalk-{os.getuid()}" / f"{digest}.sock"


@contextmanager
def _locked(path: Path, kind: int, deadline: float) -> Iterator[None]:
    descriptor = _lock(path, kind, deadline)
    try:
        yield
    finally:
        os.close(descriptor)


def _lock(path: Path, kind: int, deadline: float) -> int:
    """An open descriptor that holds the lock. Polls, because a blocking flock has no time limit."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    while True:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
            return descriptor
        except BlockingIOError:
            if time.monotonic() > deadline:
                os.close(descriptor)
                raise StoreUnavailable(
                    "The embedded session store is being started or stopped elsewhere.", "Try again."
                ) from None
            time.sleep(0.005)


def _is_free(path: Path) -> bool:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True


def _stop_guard(path: Path) -> None:
    if not _is_free(path) and (pid := path.read_text()).isdigit():
        os.kill(int(pid), signal.SIGTERM)


def _is_open_file(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _ping(path: Path) -> bytes | None:
    """The reply, such as +PONG or -LOADING; None where nobody listens. A slow server counts as one: never start a second."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(_PING_S)
        try:
            connection.connect(str(path))
            connection.sendall(b"*1\r\n$4\r\nPING\r\n")
            return connection.recv(256)
        except (FileNotFoundError, ConnectionRefusedError, ConnectionResetError, BrokenPipeError):
            return None
        except OSError:
            return _SILENT
