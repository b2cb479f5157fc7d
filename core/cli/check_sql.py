"""`check-sql`: what the guard says of each statement of a file; for operators who want to see it refuse."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from core.cli.status import ANSWERED, WRONG_USAGE
from core.errors import SqlRefused
from core.execution.guard import check


class _Statement(msgspec.Struct):
    sql: str
    dialect: str = "sqlite"


def add(commands: Any) -> None:
    parser = commands.add_parser("check-sql", help="tell which statements the guard lets pass")
    parser.add_argument("file", nargs="?", type=Path, help="lines {sql, dialect}; standard input when left out")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Prints {accept, reason} per line, in order; status 2 for a line that is not of the form."""
    for number, line in enumerate(_lines(arguments.file), 1):
        try:
            statement = msgspec.json.decode(line, type=_Statement)
        except msgspec.DecodeError as exc:
            print(f"Line {number} is not an object with sql and dialect: {exc}", file=sys.stderr)
            return WRONG_USAGE
        print(msgspec.json.encode(verdict(statement.sql, statement.dialect)).decode())
    return ANSWERED


def verdict(sql: str, dialect: str) -> dict[str, Any]:
    """{accept: bool, reason: str}; the reason is empty for an accepted statement."""
    try:
        check(sql, dialect)
    except SqlRefused as refused:
        return {"accept": False, "reason": refused.message}
    return {"accept": True, "reason": ""}


def _lines(path: Path | None) -> Iterator[str]:
    if path is None:
        yield from (line for line in sys.stdin if line.strip())
        return
    with path.open(encoding="utf-8") as file:
        yield from (line for line in file if line.strip())
