"""VerdictCache: what was once judged of a statement, kept in a file per database, so that a second run executes nothing twice.

A line per verdict is appended in one write, its line break first: runs side by side share the file, a torn line spoils no other.
"""

from __future__ import annotations

import hashlib
import os
from enum import StrEnum
from pathlib import Path

VERSION = 1
"""Of the judgement; raised when the measure changes, so that older verdicts are not found any more."""
_DIGEST_SIZE = 16


class Verdict(StrEnum):
    RIGHT = "R"
    WRONG = "W"
    FAILS = "F"
    """The statement does not run."""
    NO_GOLD = "G"
    """The gold statement does not run, so nothing can be judged."""


class VerdictCache:
    """Of one database file; `identity` changes with its content (see `file_identity`)."""

    def __init__(self, directory: Path, identity: str) -> None:
        self._identity = identity
        self._path = directory / f"{_digest(identity.partition('|')[0])}.verdicts"
        self._known = self._read()

    def get(self, *of: str) -> Verdict | None:
        return self._known.get(self._key(of))

    def put(self, verdict: Verdict, *of: str) -> None:
        """A file that cannot be written costs time in the next run, never an error."""
        key = self._key(of)
        self._known[key] = verdict
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
            try:
                os.write(descriptor, f"\n{key} {verdict}".encode())
            finally:
                os.close(descriptor)
        except OSError:
            return

    def _key(self, of: tuple[str, ...]) -> str:
        return _digest("\0".join((str(VERSION), self._identity, *of)))

    def _read(self) -> dict[str, Verdict]:
        try:
            lines = self._path.read_text(encoding="ascii", errors="replace").splitlines()
        except OSError:
            return {}
        pairs = (line.partition(" ") for line in lines)
        letters = {verdict.value for verdict in Verdict}
        return {key: Verdict(letter) for key, _, letter in pairs if letter in letters and len(key) == 2 * _DIGEST_SIZE}


def file_identity(path: Path) -> str:
    """The file by its place and its state: `path|size|time of change`, and those of its write-ahead log."""
    parts = [str(path.resolve())]
    for part in (path, path.with_name(f"{path.name}-wal")):
        if part.exists():
            state = part.stat()
            parts += [str(state.st_size), str(state.st_mtime_ns)]
    return "|".join(parts)


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_SIZE).hexdigest()
