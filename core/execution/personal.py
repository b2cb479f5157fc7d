"""PersonalDatabases: the databases as one person may ask them, through their own account where people have one."""

from __future__ import annotations

from core.cancellation import Cancellation
from core.execution.connections import Database
from core.execution.databases import Databases, Progress
from core.models import Catalog, Person, ResultSet


class PersonalDatabases:
    """What of Databases a page may use. Methods that name a connection raise NoAccount, too."""

    def __init__(self, shared: Databases, person: Person) -> None:
        self.shared, self._person = shared, person

    def names(self) -> tuple[str, ...]:
        return self.shared.names()

    @property
    def default(self) -> str:
        return self.shared.default

    def account(self, name: str) -> str:
        """Whose account it is: "" for the one that all share."""
        return self.shared.account_of(name, self._person)

    def has_own_rows(self, name: str) -> bool:
        """Whether everybody sees rows of their own there."""
        return bool(self.shared.has_own_rows(name))

    def get(self, name: str) -> Database:
        return self.shared.get(name, account=self.account(name))

    def catalog(
        self, name: str, refresh: bool = False, progress: Progress | None = None, cancellation: Cancellation | None = None
    ) -> Catalog:
        return self.shared.catalog(name, refresh, progress, cancellation, self.account(name))

    def sample(self, name: str, table_name: str, rows: int = 20) -> ResultSet:
        return self.shared.sample(name, table_name, rows, self.account(name))
