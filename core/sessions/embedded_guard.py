"""Guard: a process of its own that starts the embedded server and stops it when its last user is gone. Run by path, stdlib only.

argv: the users lock file, the server's log file, then the server's command line. No polling, no counting of references, no pids:
users hold a shared lock which the kernel frees however they end, and the exclusive one is granted when none is left.
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


def main(users_lock: str, log_file: str, command: list[str]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    os.umask(0o077)
    with open(log_file, "ab", buffering=0) as log:  # noqa: PTH123  # pathlib takes 10 ms to import, and a start waits for us
        server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=_die_with_parent)
    threading.Thread(target=_stop_when_unused, args=(users_lock, server), daemon=True).start()
    server.wait()  # stopped by the thread, or dead on its own: then the users restart it under a new guard
    os._exit(0)


def _stop_when_unused(users_lock: str, server: subprocess.Popen[bytes]) -> None:
    """Holds the exclusive lock until the process ends, so that nobody attaches to a server that is being stopped."""
    lock = os.open(users_lock, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
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
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
