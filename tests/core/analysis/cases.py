"""Cases: `input → expected` files. A case is lines "Q question", "S sql", "A expected"; empty lines part cases."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "cases"


@dataclass(frozen=True)
class Case:
    question: str
    sql: str
    expected: str

    def __str__(self) -> str:
        return self.question or self.sql[:50]


def cases(name: str) -> list[Case]:
    blocks = (FOLDER / name).read_text(encoding="utf-8").split("\n\n")
    return [_case(block) for block in blocks if block.strip() and not block.startswith("#")]


def _case(block: str) -> Case:
    parts = {line[0]: line[2:].strip() for line in block.strip().splitlines()}
    return Case(parts.get("Q", ""), parts["S"], parts.get("A", ""))
