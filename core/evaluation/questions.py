"""Questions of an evaluation file, and the split of their databases into those one tunes on and those held out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import msgspec

Split = Literal["train", "held-out", "all"]


class Question(msgspec.Struct, frozen=True):
    """A line of the questions file. `db_path` is relative to the root; without it `db` is a URL."""

    id: str | int
    question: str
    db_path: str = ""
    db: str = ""
    sql: str | None = None
    """The gold statement, where there is one."""
    alt_sql: tuple[str, ...] = ()
    """Other statements whose rows are as right: what the same words may show as well."""
    interaction: str | int | None = None
    turn: int | None = None

    @property
    def database(self) -> str:
        """The name of its database; of a URL its last part, which holds no secret."""
        if self.db and "://" not in self.db:
            return self.db
        return Path(self.db_path or urlsplit(self.db).path).stem

    def url(self, root: Path) -> str:
        return f"sqlite:///{(root / self.db_path).resolve()}" if self.db_path else self.db


def read_questions(path: Path) -> list[Question]:
    """In the order of the file, blank lines left out. Raises OSError and msgspec.DecodeError."""
    return [msgspec.json.decode(line, type=Question) for line in path.read_bytes().splitlines() if line.strip()]


def of_split(questions: Iterable[Question], split: Split) -> list[Question]:
    return [question for question in questions if split == "all" or is_held_out(question.database) is (split == "held-out")]


def is_held_out(database: str) -> bool:
    """A third of all databases, by name alone: the same on every machine, and no database is on both sides."""
    return int(hashlib.md5(database.encode(), usedforsecurity=False).hexdigest(), 16) % 3 == 0
