"""Databases: every configured connection by name, opened once per process, with its catalog. The demo is made when asked for."""

from __future__ import annotations

import threading
from collections.abc import Callable

from sqlglot import exp

from core.cancellation import Cancellation
from core.config import DEMO_CONNECTION, ConnectionSpec, Settings, account_name
from core.errors import NoAccount, UnknownConnection
from core.execution.catalog_cache import CatalogCache
from core.execution.connections import Database, open_database
from core.execution.demo import ensure_demo
from core.execution.run import Limits, run
from core.models import Catalog, Person, PersonKind, ResultSet, Table

Progress = Callable[[str, float], None]


class Databases:
    """Thread-safe."""

    def __init__(self, settings: Settings, catalogs: CatalogCache) -> None:
        self._settings = settings
        self._catalogs = catalogs
        self._specs = {spec.name: spec for spec in settings.connections}
        self._open: dict[tuple[str, str], Database] = {}
        self._lock = threading.Lock()

    def names(self) -> tuple[str, ...]:
        """Configured connections in their order, the demo last where it is offered."""
        return (*self._specs, DEMO_CONNECTION) if self._settings.demo else tuple(self._specs)

    @property
    def default(self) -> str:
        return next(iter(self._specs), DEMO_CONNECTION)

    def has_own_rows(self, name: str) -> bool | None:
        """Whether everybody asks it through an account of their own; None where there is no such connection."""
        if name not in self._specs:
            return False if name in self.names() else None
        return self._specs[name].own_rows

    def account_of(self, name: str, person: Person) -> str:
        """Name of the person's own account; "" for the account that all share, and for the operator.

        Raises NoAccount where people have accounts of their own, and this one none.
        """
        spec = self._specs.get(name)
        if spec is None or not spec.own_rows or person.kind is PersonKind.OPERATOR:
            return ""
        account = next((one for one in map(account_name, person.vouched) if one in spec.people), "")
        if not account:
            raise _no_account(name, person)
        return account

    def get(self, name: str, *, account: str = "", progress: Progress | None = None) -> Database:
        """Opens nothing but the demo's file, where it has to be made. Raises UnknownConnection, NoAccount, ConfigError."""
        with self._lock:
            if (name, account) not in self._open:
                spec = self._spec(name, progress)
                if account:
                    spec = ConnectionSpec(name, _account_url(spec, account))
                self._open[name, account] = open_database(spec, timeout_s=self._settings.query_timeout_s, account=account)
            return self._open[name, account]

    def catalog(
        self,
        name: str,
        refresh: bool = False,
        progress: Progress | None = None,
        cancellation: Cancellation | None = None,
        account: str = "",
    ) -> Catalog:
        """As that account sees it. Raises UnknownConnection, NoAccount, DatabaseUnavailable, EmptyDatabase, Cancelled."""
        database = self.get(name, account=account, progress=progress)
        return self._catalogs.get(database, refresh=refresh, progress=progress, cancellation=cancellation)

    def sample(self, name: str, table_name: str, rows: int = 20, account: str = "") -> ResultSet:
        """The first rows of a table, named as in the catalog, in no special order. Raises UnknownConnection for no such table."""
        table = self.catalog(name, account=account).by_name.get(table_name)
        if table is None:
            raise UnknownConnection(f"The database “{name}” has no table “{table_name}”.", "Choose another, or refresh the list.")
        database = self.get(name, account=account)
        limits = Limits(self._settings.query_timeout_s, max(1, rows), self._settings.result_limit_bytes)
        return run(database, _select_all(table, max(1, rows), database.dialect), limits)

    def close(self) -> None:
        with self._lock:
            opened, self._open = list(self._open.values()), {}
        for database in opened:
            database.close()

    def _spec(self, name: str, progress: Progress | None) -> ConnectionSpec:
        if name in self._specs:
            return self._specs[name]
        if name == DEMO_CONNECTION and self._settings.demo:
            return ensure_demo(self._settings.data_dir, progress)
        if not self.names():
            hint = "Whoever runs this app must set DATABASE_URL, or name a database in .streamlit/secrets.toml."
            raise UnknownConnection("No database is configured.", hint)
        raise UnknownConnection(f"There is no connection “{name}”.", f"Choose one of these: {', '.join(self.names())}.")


def _account_url(spec: ConnectionSpec, account: str) -> str:
    url = spec.people.get(account) if spec.own_rows else None
    if url is None:
        raise NoAccount(f"There is no account “{account}” for the database “{spec.name}” any more.", "Start a new session.")
    return url


def _no_account(name: str, person: Person) -> NoAccount:
    whom = f"to set one up for {next(iter(person.vouched))}" if person.vouched else "for one, and sign in"
    said = f"Rows of “{name}” are shown to people with an account of their own on it, and you have none."
    return NoAccount(said, f"Ask whoever runs this app {whom}.")


def _select_all(table: Table, rows: int, dialect: str) -> str:
    source = exp.table_(table.local_name or table.name, db=table.schema, quoted=True)
    return exp.select("*").from_(source).limit(rows).sql(dialect=dialect)
