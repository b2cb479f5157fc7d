"""Person: who is at the other end. Everything a person makes is owned by their id."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class PersonKind(StrEnum):
    BROWSER = "browser"
    """Nobody signed in: one browser, told by its signed cookie."""
    PROXY = "proxy"
    """Named by the header of a trusted proxy."""
    LOGIN = "login"
    """Signed in by OpenID Connect."""
    OPERATOR = "operator"
    """Whoever may run commands on the server."""


@dataclass(frozen=True)
class Person:
    id: str
    """Begins with its kind, so that no two kinds share an id: "browser:…", "proxy:…", "login:…", or "operator"."""
    name: str
    """As shown to others; any text."""
    email: str = ""
    """Lower case; empty where nobody vouches for one."""
    kind: PersonKind = PersonKind.BROWSER
    admin: bool = False
    """Named in the operator's list of admins: may read the audit."""
    signed_in_at: int = field(default=0, compare=False)
    """When they signed in, in seconds since 1970; 0 for whoever did not sign in by OpenID Connect."""

    @property
    def signed_in(self) -> bool:
        """Whether somebody vouches for who it is."""
        return self.kind is not PersonKind.BROWSER

    @property
    def vouched(self) -> tuple[str, ...]:
        """The e-mail address and the proxy's name as it writes it; empty for a guest."""
        named = self.id.partition(":")[2] if self.kind is PersonKind.PROXY else ""
        return tuple(name for name in (self.email, named) if name) if self.signed_in else ()

    @property
    def known_as(self) -> frozenset[str]:
        """What somebody vouches for that others may call them by, in lower case: the e-mail address, the proxy's name.

        Never the name shown: guests, and with many providers people who sign in, choose it themselves.
        """
        vouched = {self.email} | ({self.id.partition(":")[2].lower()} if self.kind is PersonKind.PROXY else set())
        return frozenset(vouched - {""})


OPERATOR = Person("operator", "Operator", kind=PersonKind.OPERATOR, admin=True)
