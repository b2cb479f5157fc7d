"""Guard: a process of its own that starts the embedded server and stops it when its last user is gone. Run by path, stdlib only.

argv: the directory, then the server's command line. Users hold a shared lock on users.lock, which the kernel frees however they
end; the exclusive one is granted when none is left. The server inherits server.lock, so that it is held until both have ended.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import threading

_STOP_WITHIN_S = 20.0


def main(directory: str, command: list[str]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    os.umask(0o077)
    alone = _lock(f"{directory}/server.lock")
    own = _lock(f"{directory}/guard.lock")
    os.ftruncate(own, 0)
    os.write(own, str(os.getpid()).encode())
    with open(f"{directory}/redis.log", "ab", buffering=0) as log:  # noqa: PTH123  # pathlib is slow to import, and a start waits
        server = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=_die_with_parent, pass_fds=(alone,)
        )
    signal.signal(signal.SIGTERM, lambda *_: server.terminate())
    threading.Thread(target=_stop_when_unused, args=(directory, server), daemon=True).start()
    server.wait()  # stopped by the thread, or dead on its own: then the users restart it under a new guard
    os._exit(0)


def _lock(path: str) -> int:
    """An open descriptor that holds the exclusive lock; waits for it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    return descriptor


def _stop_when_unused(directory: str, server: subprocess.Popen[bytes]) -> None:
    """Keeps the exclusive lock until the process ends, so that nobody attaches to a server that is being stopped."""
    _lock(f"{directory}/users.lock")
    server.terminate()
    try:
        server.wait(_STOP_WITHIN_S)
    except subprocess.TimeoutExpired:
        server.kill()


def _die_with_parent() -> None:
    """On Linux the server is stopped (cleanly) with a guard that is killed; elsewhere it would stay until the next guard."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM, 0, 0, 0)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
