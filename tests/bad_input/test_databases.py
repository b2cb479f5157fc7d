"""Databases that are not as they should be: down, read-only, empty, with a wrong password, missing, or no database at all."""

from __future__ import annotations

import contextlib
import os
import secrets
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
import sqlalchemy as sa

from core.models import TurnState
from tests.bad_input.conftest import DIALECTS, MakeDatabase, OpenScene, hidden_nothing, sales
from tests.bad_input.scene import COUNT, assert_failed, sqlite_file
from tests.core.execution.catalog_databases import MYSQL, POSTGRES

RUNNING = "not running at its address"
WRONG = "The user name or the password of the database “shop” is wrong."


@pytest.mark.parametrize(
    ("url", "message", "hint"),
    [
        ("postgresql://ada:hunter2@127.0.0.1:1/shop", RUNNING, "Start the server"),
        ("mysql://ada:hunter2@127.0.0.1:1/shop", RUNNING, "Start the server"),
        ("postgresql://ada:hunter2@no-such-host.invalid/shop", "cannot be found", "Correct the host"),
        ("mysql://ada:hunter2@no-such-host.invalid/shop", "cannot be found", "Correct the host"),
        ("sqlite:////nowhere/at/all.sqlite", "The file of the database “shop” is missing.", "/nowhere/at/all.sqlite"),
        ("duckdb:////nowhere/at/all.duckdb", "The file of the database “shop” is missing.", "/nowhere/at/all.duckdb"),
        ("mssql://ada:hunter2@host/shop", "driver for mssql is not installed", "install the Python driver"),
        ("pigeon://ada:hunter2@host/shop", "of a kind that is not known here", "postgresql://"),
        ("hunter2 is no address", "neither a URL nor a file", "sqlite:///"),
        ("postgresql://ada:hunter2@host:not-a-port/shop", "cannot be read", "postgresql://"),
        ("sqlite://", "names no database file", "sqlite:///path"),
    ],
)
def test_a_database_that_is_not_there_is_told_by_its_cause(open_scene: OpenScene, url: str, message: str, hint: str) -> None:
    scene = open_scene(url)
    assert_failed(scene.ask(COUNT), message, hint)
    assert_failed(scene.ask(COUNT), message, hint)
    assert len(scene.app.sessions.turns(scene.session_id)) == 2


@pytest.mark.server
@pytest.mark.parametrize(("dialect", "base"), [("postgres", POSTGRES), ("mysql", MYSQL)])
def test_a_database_or_user_the_server_does_not_know_is_told(open_scene: OpenScene, dialect: str, base: str) -> None:
    url = sa.make_url(base)
    missing = open_scene(hidden_nothing(url.set(database="no_such_database")))
    assert_failed(missing.ask(COUNT), "The server has no such database", "Correct the database")
    nobody = open_scene(hidden_nothing(url.set(username="no_such_user", password="hunter2")))
    assert_failed(nobody.ask(COUNT), "user name" if dialect == "postgres" else WRONG, "Correct the")


@pytest.fixture
def guest() -> Iterator[sa.URL]:
    """A MariaDB user with a password who may read nothing yet."""
    url, name = sa.make_url(MYSQL), f"tt_{secrets.token_hex(4)}"
    admin = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE USER {name}@'%%' IDENTIFIED BY 'hunter2'")
        connection.exec_driver_sql(f"CREATE USER {name}@'localhost' IDENTIFIED BY 'hunter2'")
        yield url.set(username=name, password="hunter2")
        for host in ("%%", "localhost"):
            connection.exec_driver_sql(f"DROP USER {name}@'{host}'")
    admin.dispose()


@pytest.mark.server
def test_a_wrong_password_and_missing_rights_are_told_apart(open_scene: OpenScene, guest: sa.URL) -> None:
    assert_failed(open_scene(hidden_nothing(guest.set(password="wrong"))).ask(COUNT), WRONG, "Correct the address")
    told = open_scene(hidden_nothing(guest.set(database="mysql"))).ask(COUNT)
    assert_failed(told, "This user may not use the database of the connection “shop”.", "Ask its administrator")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_an_empty_database_is_told_and_answers_once_it_has_data(
    open_scene: OpenScene, make_database: MakeDatabase, dialect: str
) -> None:
    url = make_database(dialect, [])
    scene = open_scene(url)
    first = scene.ask(COUNT)
    assert_failed(first, "The database “shop” has no tables to ask about.", "refresh, or choose another")
    fill(dialect, url)
    scene.app.turns.retry(scene.session_id, first.id)
    scene.goes_on(rows=[(3,)])
    assert scene.app.sessions.turn(scene.session_id, first.id).state is TurnState.DONE, "the question was kept"


def fill(dialect: str, url: str) -> None:
    path = url.partition("///")[2]
    if dialect == "duckdb":
        with contextlib.closing(duckdb.connect(path)) as connection:
            for statement in sales(dialect):
                connection.execute(statement)
    elif dialect == "sqlite":
        with contextlib.closing(sqlite3.connect(path)) as connection:
            connection.executescript(";".join(sales(dialect)))
    else:
        engine = sa.create_engine(url)
        with engine.begin() as connection:
            for statement in sales(dialect):
                connection.exec_driver_sql(statement)
        engine.dispose()


@pytest.mark.parametrize("dialect", DIALECTS)
def test_tables_without_rows_are_answered_with_none(open_scene: OpenScene, make_database: MakeDatabase, dialect: str) -> None:
    scene = open_scene(make_database(dialect, [sales(dialect)[0]]))
    counted = scene.ask(COUNT)
    assert scene.result(counted).rows() == [(0,)] and counted.analysis and "0" in counted.analysis.text
    averaged = scene.ask("Average amount")
    assert averaged.state is TurnState.DONE and averaged.analysis and "no value" in averaged.analysis.text
    grouped = scene.ask("Total amount by region")
    assert scene.result(grouped).row_count == 0
    assert grouped.analysis and "No rows" in grouped.analysis.text


def test_a_read_only_file_in_a_read_only_folder_is_read(open_scene: OpenScene, data_dir: Path) -> None:
    folder = data_dir / "locked"
    folder.mkdir()
    url = sqlite_file(folder / "shop.sqlite")
    (folder / "shop.sqlite").chmod(0o400)
    folder.chmod(0o500)
    open_scene(url).goes_on(rows=[(3,)])
    folder.chmod(0o700)


@pytest.mark.parametrize("dialect", ["sqlite", "duckdb"])
@pytest.mark.parametrize(
    ("content", "message"),
    [(b"just a letter to somebody\n" * 200, "is not a"), (None, "is a folder, not a file")],
    ids=["text", "folder"],
)
def test_a_file_that_is_no_database_is_told(
    open_scene: OpenScene, data_dir: Path, dialect: str, content: bytes | None, message: str
) -> None:
    path = data_dir / "letter"
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    assert_failed(open_scene(f"{dialect}:///{path}").ask(COUNT), message)


def test_a_file_damaged_in_the_middle_is_told_and_read_again_when_restored(open_scene: OpenScene, data_dir: Path) -> None:
    path = data_dir / "shop.sqlite"
    scene = open_scene(sqlite_file(path))
    scene.goes_on(rows=[(3,)])
    whole = path.read_bytes()
    path.write_bytes(whole[:100] + b"\xff" * (len(whole) - 100))
    turn = scene.ask(COUNT)
    assert turn.state is TurnState.FAILED and turn.failure and turn.failure.hint
    path.write_bytes(whole)
    scene.goes_on(rows=[(3,)])


def test_a_file_that_goes_away_in_the_middle_is_told_and_answers_when_it_is_back(open_scene: OpenScene, data_dir: Path) -> None:
    path = data_dir / "shop.sqlite"
    scene = open_scene(sqlite_file(path))
    scene.goes_on(rows=[(3,)])
    path.rename(data_dir / "away")
    lost = scene.ask(COUNT)
    assert_failed(lost, "The file of the database “shop” is missing.", "Put it back")
    (data_dir / "away").rename(path)
    scene.app.turns.retry(scene.session_id, lost.id)
    scene.goes_on(rows=[(3,)])
    assert scene.app.sessions.turn(scene.session_id, lost.id).state is TurnState.DONE


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_without_the_right_to_read_it_is_told(open_scene: OpenScene, data_dir: Path) -> None:
    url = sqlite_file(data_dir / "shop.sqlite")
    (data_dir / "shop.sqlite").chmod(0)
    assert_failed(open_scene(url).ask(COUNT), "may not be read", "right to read it")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_tables_without_keys_are_joined_where_names_and_values_agree(
    open_scene: OpenScene, make_database: MakeDatabase, dialect: str
) -> None:
    text = "VARCHAR(40)" if dialect == "mysql" else "TEXT"
    keyless = [
        f"CREATE TABLE customer (customer_id INTEGER, name {text}, country {text})",
        "CREATE TABLE invoice (invoice_id INTEGER, customer_id INTEGER, amount DECIMAL(10, 2))",
        "INSERT INTO customer VALUES (1, 'Ada', 'Norway'), (2, 'Bo', 'Sweden'), (3, 'Cy', 'Norway')",
        "INSERT INTO invoice VALUES (1, 1, 10), (2, 2, 20), (3, 3, 5.5), (4, 3, 1)",
    ]
    scene = open_scene(make_database(dialect, keyless))
    assert [name for name, _ in scene.result(scene.ask("Total amount by country")).rows()] == ["Sweden", "Norway"]
    counted = scene.result(scene.ask("Number of invoices by country, highest first")).rows()
    assert counted == [("Norway", 3), ("Sweden", 1)]
