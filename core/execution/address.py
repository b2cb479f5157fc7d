"""Address: a database URL as people paste it, turned into one driver, one path, a display without secrets, a stable id."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from core.config import ConnectionSpec
from core.errors import ConfigError

FILE_DIALECTS = ("sqlite", "duckdb")
DRIVERS = {
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mysql+pymysql",
}
SQLGLOT_NAMES = {
    "postgresql": "postgres",
    "mysql": "mysql",
    "mariadb": "mysql",
    "mssql": "tsql",
    "oracle": "oracle",
    "snowflake": "snowflake",
    "bigquery": "bigquery",
    "redshift": "redshift",
    "trino": "trino",
    "presto": "presto",
    "clickhouse": "clickhouse",
    "clickhousedb": "clickhouse",
    "databricks": "databricks",
    "cockroachdb": "postgres",
}
FORMS = (
    "Use sqlite:///file.sqlite, duckdb:///file.duckdb, postgresql://user:password@host/database "
    "or mysql://user:password@host/database."
)


@dataclass(frozen=True)
class Address:
    dialect: str
    """sqlglot's name."""
    url: URL | None
    """Of a server; None for a file."""
    text: str = ""
    """Of a file: the path as written after the scheme."""
    account: str = ""
    """Whose it is alone, where it is one person's: nothing is kept of it under an id it shares with somebody else's."""

    def is_driver(self, name: str) -> bool:
        return self.url is not None and self.url.get_driver_name() == name

    @cached_property
    def path(self) -> Path:
        """The file. A name may hold “?”, “#” or “%”: the spelling that exists wins, the literal one first."""
        literal = self.text.removeprefix("file:")
        plain = literal.partition("?")[0]
        spellings = [literal, plain, unquote(literal), unquote(plain)]
        paths = [Path(spelling).expanduser().absolute() for spelling in spellings]
        return next((path for path in paths if path.exists()), paths[1])

    @cached_property
    def display(self) -> str:
        if self.url is None:
            return str(self.path)
        bare = self.url.set(drivername=self.url.get_backend_name(), query={})
        return bare.render_as_string(hide_password=True)

    @cached_property
    def id(self) -> str:
        """The same for every spelling of the same address and user; no part of it can be read back."""
        if self.url is None:
            parts: tuple[object, ...] = (self.path.resolve(),)
        else:
            options = self.url.query.get("options", "")
            parts = (self.url.host, self.url.port, self.url.database, self.url.username, options)
        parts = (*parts, f"account {self.account}") if self.account else parts
        digest = hashlib.sha256(repr((self.dialect, *map(str, parts))).encode("utf-8", "surrogateescape"))
        return f"{self.dialect}-{digest.hexdigest()[:16]}"


def parse(spec: ConnectionSpec) -> Address:
    """Raises ConfigError, never repeating the URL (it may hold a password), for one that cannot be understood."""
    scheme, separator, rest = spec.url.partition("://")
    scheme = scheme.lower()
    if not separator:
        return _bare_file(spec)
    backend = scheme.partition("+")[0]
    if backend in FILE_DIALECTS:
        text = rest.removeprefix("/")
        if not text or text.startswith(":memory:"):
            raise ConfigError(f"The connection “{spec.name}” names no database file.", f"Use {backend}:///path/to/the/file.")
        return Address(backend, None, text)
    return _server(spec, backend, f"{DRIVERS.get(backend, scheme)}://{rest}")


def _server(spec: ConnectionSpec, backend: str, text: str) -> Address:
    backend = {"postgres": "postgresql"}.get(backend, backend)
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as exc:
        raise ConfigError(f"The address of the connection “{spec.name}” cannot be read.", FORMS) from exc
    if backend not in SQLGLOT_NAMES:
        raise ConfigError(f"The connection “{spec.name}” is of a kind that is not known here: {backend}.", FORMS)
    return Address(SQLGLOT_NAMES[backend], url)


def _bare_file(spec: ConnectionSpec) -> Address:
    """A plain path to an existing file, told apart by its first bytes."""
    path = Path(spec.url).expanduser()
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except (OSError, ValueError) as exc:
        raise ConfigError(f"The address of the connection “{spec.name}” is neither a URL nor a file.", FORMS) from exc
    return Address("duckdb" if head[8:12] == b"DUCK" else "sqlite", None, str(path))
