"""The arrows of the design, read from the imports."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BASE = {"models", "errors", "config", "cancellation", "formulas"}
MAY_IMPORT: dict[str, set[str]] = {
    "models": {"models"},
    "errors": set(),
    "formulas": set(),
    "cancellation": {"errors"},
    "config": {"errors"},
    "chat_model": BASE,
    "execution": BASE,
    "sessions": BASE,
    "identity": BASE | {"sessions"},
    "nl2sql": BASE | {"chat_model"},
    "analysis": BASE | {"chat_model"},
    "summarization": BASE | {"chat_model"},
    "evaluation": BASE | {"execution", "nl2sql"},
    "turns": BASE | {"chat_model", "execution", "sessions", "nl2sql", "analysis", "summarization"},
    "wiring": BASE | {"chat_model", "execution", "identity", "sessions", "nl2sql", "analysis", "summarization", "turns"},
}
OUTSIDE_OF_PAGES = {"redis", "sqlalchemy", "duckdb", "psycopg", "pymysql", "requests", "httpx", "openai", "langchain_openai"}


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def room(name: str) -> str:
    parts = name.split(".")
    return parts[1] if len(parts) > 1 else ""


BUILTIN = ROOT / "core" / "nl2sql" / "builtin"
LAYERS = (("linking",), ("query",), ("reading", "weighing"), ("followups",))
"""Of the builtin engine, lowest first: each knows itself and those below."""

CORE = sorted((ROOT / "core").rglob("*.py"))
PAGES = [ROOT / "streamlit_app.py", *sorted((ROOT / "pages").rglob("*.py"))]


@pytest.mark.parametrize("path", CORE, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_room_imports_only_the_rooms_its_arrows_point_to(path: Path) -> None:
    own = path.relative_to(ROOT / "core").parts[0].removesuffix(".py")
    reached = {room(name) for name in imported(path) if name.startswith("core.")} - {own, ""}
    assert reached <= MAY_IMPORT.get(own, reached), f"{own} must not import {reached - MAY_IMPORT[own]}"


@pytest.mark.parametrize("path", CORE, ids=lambda path: str(path.relative_to(ROOT)))
def test_core_never_imports_streamlit(path: Path) -> None:
    assert not any(name.split(".")[0] == "streamlit" for name in imported(path))


@pytest.mark.parametrize("path", [path for path in PAGES if path.exists()], ids=lambda path: str(path.relative_to(ROOT)))
def test_a_page_talks_to_the_outside_through_core_alone(path: Path) -> None:
    assert not {name.split(".")[0] for name in imported(path)} & OUTSIDE_OF_PAGES


@pytest.mark.parametrize("path", sorted(BUILTIN.glob("*/*.py")), ids=lambda path: str(path.relative_to(BUILTIN)))
def test_a_layer_of_the_builtin_engine_imports_only_those_below(path: Path) -> None:
    height = {name: at for at, names in enumerate(LAYERS) for name in names}
    reached = {name.split(".")[3] for name in imported(path) if name.startswith("core.nl2sql.builtin.")}
    assert {name for name in reached if height.get(name, len(LAYERS)) > height[path.parent.name]} == set()
