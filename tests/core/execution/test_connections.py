"""Addresses as people paste them, and one sentence for each way a database cannot be reached."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
import sqlalchemy as sa

from core.config import ConnectionSpec
from core.errors import ConfigError, DatabaseUnavailable
from core.execution.connections import Database, open_database
from core.execution.run import run
from tests.core.execution.conftest import Shops
from tests.core.execution.shops import MYSQL, POSTGRES, opened

ROOT = Path(__file__).parents[3]


def database(url: str) -> Database:
    return open_database(ConnectionSpec("shop", url))


def sentence(url: str) -> str:
    with pytest.raises(DatabaseUnavailable) as unavailable, database(url).connect():
        pass
    assert unavailable.value.hint and "sqlalche" not in unavailable.value.detail
    return unavailable.value.message


def sqlite_file(path: Path, *statements: str) -> Path:
    connection = sqlite3.connect(path, isolation_level=None)
    for statement in ("CREATE TABLE t (a)", "INSERT INTO t VALUES (1)", *statements):
        connection.execute(statement)
    connection.close()
    return path


@pytest.mark.parametrize(
    ("url", "dialect", "driver"),
    [
        ("postgres://u:p@h/d", "postgres", "psycopg"),
        ("postgresql://u:p@h:5432/d?sslmode=require", "postgres", "psycopg"),
        ("postgresql+psycopg2://u:p@h/d", "postgres", "psycopg"),
        ("POSTGRES://u:p@h/d", "postgres", "psycopg"),
        ("mysql://u:p@h/d", "mysql", "pymysql"),
        ("mariadb://u:p@h/d", "mysql", "pymysql"),
        ("mysql+mysqldb://u:p@h/d", "mysql", "pymysql"),
    ],
)
def test_every_spelling_of_a_server_gets_its_driver(url: str, dialect: str, driver: str) -> None:
    made = database(url)
    assert made.dialect == dialect and made.engine.driver == driver


def test_no_secret_is_shown(shops: Shops) -> None:
    made = database("mysql://anna:topsecret@host:3306/shop?password=alsosecret")
    assert made.display == "mysql://anna:***@host:3306/shop"
    assert "secret" not in repr(made) + made.id + made.display


def test_the_id_is_of_the_address_not_of_the_name(tmp_path: Path) -> None:
    one, other = (open_database(ConnectionSpec(name, f"sqlite:///{tmp_path}/a.sqlite")) for name in ("one", "other"))
    assert one.id == other.id != database(f"sqlite:///{tmp_path}/b.sqlite").id
    assert database("postgres://h/d").id == database("postgresql+psycopg://h/d").id
    assert database("postgres://u:old@h/d").id == database("postgres://u:new@h/d").id


@pytest.mark.parametrize(
    "name", ["plain.sqlite", "with space.db", "what?.sqlite", "number#1.sqlite", "100%.db", "ä 漢.sqlite", "a%20b.db"]
)
@pytest.mark.parametrize("dialect", ["sqlite", "duckdb"])
def test_a_file_may_have_any_name(dialect: str, name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    if dialect == "sqlite":
        sqlite_file(path)
    elif "?" in name:
        pytest.skip("DuckDB itself takes what follows a question mark for options")
    else:
        with duckdb.connect(str(path)) as connection:
            connection.execute("CREATE TABLE t AS SELECT 1 AS a")
    with opened(f"{dialect}:///{path}") as made:
        assert run(made, "SELECT a FROM t").rows() == [(1,)]


def test_an_escaped_name_is_found_where_the_literal_one_is_not(tmp_path: Path) -> None:
    sqlite_file(tmp_path / "with space.db")
    with opened(f"sqlite:///{tmp_path}/with%20space.db?mode=ro") as made:
        assert run(made, "SELECT a FROM t").rows() == [(1,)]


def test_a_relative_path_is_of_the_working_directory(tmp_path: Path) -> None:
    path = sqlite_file(tmp_path / "here.sqlite")
    with opened(f"sqlite:///{os.path.relpath(path)}") as made:
        assert run(made, "SELECT a FROM t").rows() == [(1,)]


def test_a_bare_path_is_told_apart_by_its_first_bytes(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "x.db")) as connection:
        connection.execute("CREATE TABLE t AS SELECT 1 AS a")
    assert database(str(tmp_path / "x.db")).dialect == "duckdb"
    assert database(str(sqlite_file(tmp_path / "y.db"))).dialect == "sqlite"


@pytest.mark.parametrize(
    "url", ["", "nonsense", "sqlite://", "sqlite:///:memory:", "duckdb://", "postgres://h:notaport/d", "ftp://h/d"]
)
def test_an_address_that_cannot_be_read_is_a_config_error_without_the_address(url: str) -> None:
    with pytest.raises(ConfigError) as wrong:
        database(url)
    assert wrong.value.hint and "notaport" not in wrong.value.message


def test_a_missing_driver_is_named() -> None:
    with pytest.raises(ConfigError, match="driver for oracle is not installed"), database("oracle://u:p@h/d").connect():
        pass


@pytest.mark.parametrize("dialect", ["sqlite", "duckdb"])
def test_each_trouble_with_a_file_has_its_sentence(dialect: str, tmp_path: Path) -> None:
    assert "missing" in sentence(f"{dialect}:///{tmp_path}/nowhere.db")
    assert "folder" in sentence(f"{dialect}:///{tmp_path}")
    (tmp_path / "text.db").write_text("just a text that is no database " * 400)
    assert "is not a" in sentence(f"{dialect}:///{tmp_path}/text.db")
    assert not (tmp_path / "nowhere.db").exists()


def test_a_duckdb_file_that_another_program_writes_is_named_so(tmp_path: Path) -> None:
    path = tmp_path / "busy.duckdb"
    code = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as writer:
        assert writer.stdout and writer.stdout.readline()
        assert "open in another program" in sentence(f"duckdb:///{path}")
        writer.communicate()


POSTGRES_TROUBLES: list[tuple[dict[str, str | int], str]] = [
    ({"port": 1}, "not running"),
    ({"host": "no-such-host.invalid"}, "cannot be found"),
    ({"database": "no_such_database"}, "no such database"),
    ({"username": "no_such_role"}, "user name"),
]
MYSQL_TROUBLES: list[tuple[dict[str, str | int], str]] = [
    ({"port": 1}, "not running"),
    ({"host": "no-such-host.invalid"}, "cannot be found"),
    ({"database": "no_such_database"}, "no such database"),
    ({"username": "no_such_user"}, "password"),
    ({"password": "wrong-password"}, "password"),
]


@pytest.mark.parametrize(
    ("base", "change", "words"),
    [
        *((POSTGRES, change, words) for change, words in POSTGRES_TROUBLES),
        *((MYSQL, change, words) for change, words in MYSQL_TROUBLES),
    ],
    ids=lambda value: value if isinstance(value, str) and " " in value else None,
)
def test_each_trouble_with_a_server_has_its_sentence(base: str, change: dict[str, str | int], words: str, shops: Shops) -> None:
    assert shops["postgres"] and shops["mysql"]  # skips where no server is
    assert words in sentence(sa.make_url(base).set(**change).render_as_string(hide_password=False))  # type: ignore[arg-type]


def test_an_option_the_driver_does_not_know_is_told(shops: Shops) -> None:
    assert shops["postgres"] and shops["mysql"]
    for url in (POSTGRES, MYSQL):
        assert "option" in sentence(f"{url}?useSSLplease=yes")


def test_a_wal_file_in_a_folder_nobody_may_write_is_read_when_its_changes_are_merged(tmp_path: Path) -> None:
    path = sqlite_file(tmp_path / "wal.sqlite", "PRAGMA journal_mode = WAL")
    for left in ("-wal", "-shm"):
        Path(f"{path}{left}").unlink(missing_ok=True)
    assert "[(1,)]" in _as_nobody(path)


def test_a_wal_file_with_changes_beside_it_is_refused_rather_than_read_without_them(tmp_path: Path) -> None:
    path = sqlite_file(tmp_path / "wal.sqlite", "PRAGMA journal_mode = WAL")
    writer = sqlite3.connect(path)
    writer.execute("INSERT INTO t VALUES (2)")
    writer.commit()
    wal = Path(f"{path}-wal").read_bytes()
    writer.close()
    Path(f"{path}-wal").write_bytes(wal)
    Path(f"{path}-shm").unlink(missing_ok=True)
    answer = _as_nobody(path)
    assert "DatabaseUnavailable" in answer or "[(1,), (2,)]" in answer


def test_a_wal_file_is_read_with_the_changes_beside_it(tmp_path: Path) -> None:
    path = sqlite_file(tmp_path / "wal.sqlite", "PRAGMA journal_mode = WAL")
    writer = sqlite3.connect(path)
    writer.execute("INSERT INTO t VALUES (2)")
    writer.commit()
    with opened(f"sqlite:///{path}") as made:
        assert run(made, "SELECT a FROM t").rows() == [(1,), (2,)]
    writer.close()


def _as_nobody(path: Path) -> str:
    """What a process answers that may read the file but write nothing in its folder."""
    code = (
        "import os, sys\n"
        "from core.config import ConnectionSpec\n"
        "from core.execution.connections import open_database\n"
        "from core.execution.run import run\n"
        "import core.execution.fences.sqlite\n"
        "if os.getuid() == 0: os.setgid(65534); os.setuid(65534)\n"
        "print(run(open_database(ConnectionSpec('x', 'sqlite:///' + sys.argv[1])), 'SELECT a FROM t').rows())\n"
    )
    folders = [path.parent, *path.parent.parents]
    opened_up = [(folder, folder.stat().st_mode) for folder in folders if os.access(folder, os.W_OK) and len(folder.parts) > 2]
    try:
        for folder, _ in opened_up:
            folder.chmod(0o755)
        path.parent.chmod(0o555)
        for file in path.parent.iterdir():
            file.chmod(0o444)
        done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, cwd=ROOT, check=False)
        return done.stdout + done.stderr
    finally:
        for folder, mode in opened_up:
            folder.chmod(mode)
