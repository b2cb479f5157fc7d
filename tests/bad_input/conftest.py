"""Scenes on the shared Valkey server, closed after the test; the four databases and the chat model where a test asks for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlalchemy as sa

from tests.bad_input.scene import SALES, Scene, Script, make_settings, model_at, opened, sqlite_file
from tests.chat_server import ChatServer
from tests.core.execution.catalog_databases import server_database

DIALECTS = ("sqlite", "duckdb", "postgres", "mysql")

OpenScene = Callable[..., Scene]
MakeDatabase = Callable[[str, Sequence[str]], str]


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as made:
        yield made


@pytest.fixture
def open_scene(redis_url: str, data_dir: Path, stack: ExitStack) -> OpenScene:
    """A scene on the database of that URL (three sales in a SQLite file when left out), with a scripted model if given."""

    def make(url: str = "", *, script: Script | None = None, model_timeout_s: float = 5.0, **settings: Any) -> Scene:
        made = make_settings(data_dir, redis_url, url or sqlite_file(data_dir / "shop.sqlite"), **settings)
        if script:
            server = stack.enter_context(ChatServer(script))
            made = replace(made, model=model_at(server.url, model_timeout_s))
        return stack.enter_context(opened(made))

    return make


@pytest.fixture
def scene(open_scene: OpenScene) -> Scene:
    return open_scene()


@pytest.fixture
def make_database(data_dir: Path, stack: ExitStack) -> MakeDatabase:
    """The URL of a new database of that dialect after these statements; dropped after the test."""

    def make(dialect: str, statements: Sequence[str]) -> str:
        match dialect:
            case "sqlite":
                return sqlite_file(data_dir / "made.sqlite", ";".join(statements))
            case "duckdb":
                path = data_dir / "made.duckdb"
                with closing(duckdb.connect(str(path))) as connection:
                    for statement in statements:
                        connection.execute(statement)
                return f"duckdb:///{path}"
        _, url = stack.enter_context(server_database(dialect, list(statements)))
        return hidden_nothing(url)

    return make


def hidden_nothing(url: sa.URL) -> str:
    return url.render_as_string(hide_password=False)


def sales(dialect: str) -> list[str]:
    """The statements that make the three sales."""
    script = SALES.replace("TEXT", "VARCHAR(60)") if dialect == "mysql" else SALES
    script = script.replace("NUMERIC", "DECIMAL(10, 2)")
    return [statement for statement in script.split(";") if statement.strip()]
