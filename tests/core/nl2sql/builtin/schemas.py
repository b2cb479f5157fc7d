"""Small databases of our own, made from SQL files, and how they are asked."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from core.config import ConnectionSpec
from core.execution.catalog import read_catalog
from core.execution.connections import open_database
from core.models import Catalog, Clarification, Context, SqlDraft, Turn, TurnState
from core.nl2sql.builtin import BuiltinEngine

HERE = Path(__file__).parent
TODAY = date(2024, 3, 15)
NAMES = ("shop", "school", "clinic", "market", "stage", "camp", "depot", "fleet", "press", "arena")


def script(name: str) -> list[str]:
    """The statements that make a database, one each."""
    return [line for line in (HERE / "schemas" / f"{name}.sql").read_text(encoding="utf-8").split(";\n") if line.strip()]


def make_sqlite(name: str, folder: Path) -> Path:
    path = folder / f"{name}.sqlite"
    with sqlite3.connect(path) as connection:
        for statement in script(name):
            connection.execute(statement)
    connection.close()
    return path


def catalog_of(url: str) -> Catalog:
    database = open_database(ConnectionSpec("test", url))
    try:
        return read_catalog(database)
    finally:
        database.close()


@dataclass(frozen=True)
class Sample:
    catalog: Catalog
    connection: sqlite3.Connection
    """Reads only."""


class Samples:
    """The databases by name, each made and read when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[str, Sample] = {}

    def __getitem__(self, name: str) -> Sample:
        if name not in self._made:
            path = make_sqlite(name, self._folder)
            connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
            self._made[name] = Sample(catalog_of(f"sqlite:///{path}"), connection)
        return self._made[name]

    def close(self) -> None:
        for sample in self._made.values():
            sample.connection.close()


def cases(folder: str) -> list[tuple[str, dict[str, Any]]]:
    """Every line of the case files of a folder, with the database it is asked of (the file's name)."""
    return [
        (path.stem, json.loads(line))
        for path in sorted((HERE / folder).glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip()
    ]


def context(*turns: tuple[str, SqlDraft], resolutions: dict[str, str] | None = None) -> Context:
    """What the engine is told after these questions were answered by these drafts."""
    done = tuple(
        Turn(str(at), "s", question, "", datetime.now(UTC), index=at, state=TurnState.DONE, draft=draft)
        for at, (question, draft) in enumerate(turns)
    )
    return Context(turns=done[-3:], resolutions=resolutions or {}, today=TODAY)


def ask(question: str, catalog: Catalog, given: Context | None = None) -> SqlDraft | Clarification:
    return BuiltinEngine().draft(question, given or context(), catalog)


def drafted(question: str, catalog: Catalog, given: Context | None = None) -> SqlDraft:
    draft = ask(question, catalog, given)
    assert isinstance(draft, SqlDraft), draft
    return draft


def plain(rows: list[Any]) -> list[tuple[Any, ...]]:
    """Rows whose numbers compare across drivers: decimals and floats to four digits."""
    return [tuple(_plain(value) for value in row) for row in rows]


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (str, bool, int)):
        return value
    number = round(float(value), 4) if not hasattr(value, "isoformat") else str(value)
    return int(number) if isinstance(number, float) and number == int(number) else number


def same(found: list[Any], expected: list[Any], *, ordered: bool) -> bool:
    left, right = plain(found), plain(expected)
    return left == right if ordered else Counter(left) == Counter(right)
