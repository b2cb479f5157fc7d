"""Identity: from cookies, headers and claims to a Person. The one place that says who somebody is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from core.config import IdentitySettings
from core.errors import LoginEnded, NoAccess
from core.identity import claims as login
from core.identity import proxy
from core.identity.cookie import BrowserCookie
from core.identity.profile import Profiles
from core.identity.way_back import WaysBack
from core.identity.words import tag
from core.models.person import Person, PersonKind
from core.sessions.client import Client
from core.sessions.secret import AppSecret


class Identity:
    """Thread-safe. Every method raises StoreUnavailable where Redis is needed and fails."""

    def __init__(self, client: Client, settings: IdentitySettings) -> None:
        self.settings = settings
        self.cookie = BrowserCookie(AppSecret(client))
        self.ways_back = WaysBack(client)
        self._profiles = Profiles(client)

    def identify(
        self, cookies: Mapping[str, str], headers: Iterable[tuple[str, str]], claims: Mapping[str, Any]
    ) -> Person | None:
        """Who signed in, else whom a trusted proxy names, else the browser; None without a valid cookie, too.

        `headers` holds every header of the request, a name as often as it was sent. Raises LoginEnded for a sign-in that counts
        no longer: nobody becomes a guest without being told.
        """
        signed_in = login.person(claims, self.settings)
        if signed_in and self._profiles.has_ended(signed_in.id, signed_in.signed_in_at):
            raise LoginEnded("You signed out.", "Sign in again to go on where you are.")
        return signed_in or proxy.person(headers, self.settings) or self.guest(cookies)

    def counts(self, person: Person) -> bool:
        """Whether the sign-in the person came by still counts; always true of whoever did not sign in."""
        if person.kind is not PersonKind.LOGIN:
            return True
        return login.counts(person.signed_in_at, self.settings) and not self._profiles.has_ended(person.id, person.signed_in_at)

    def guest(self, cookies: Mapping[str, str]) -> Person | None:
        """The browser alone, whoever else it may be."""
        browser = self.cookie.browser(cookies)
        if not browser:
            return None
        person = Person(f"{PersonKind.BROWSER}:{browser}", "", kind=PersonKind.BROWSER)
        return replace(person, name=self._shown(person))

    def is_new_login(self, person: Person, claims: Mapping[str, Any]) -> bool:
        """Once for every sign-in of a person, in whatever tab or process it is asked."""
        signed_in = claims.get("iat")
        if person.kind is not PersonKind.LOGIN or not isinstance(signed_in, int | float):
            return False
        return self._profiles.is_new(person.id, int(signed_in))

    def end_login(self, person: Person, claims: Mapping[str, Any]) -> None:
        """Ends that sign-in wherever it is used; others of the same person go on."""
        if person.kind is PersonKind.LOGIN:
            self._profiles.end(person.id, int(claims["iat"]), self.settings.login_s)

    def rename(self, person: Person, name: str) -> Person:
        """Gives a guest the name others see. Raises QuestionError for none, and NoAccess for people others vouch for."""
        if person.signed_in:
            raise NoAccess("Your name comes from your sign-in.", "Change it there.")
        self._profiles.rename(person.id, name)
        return replace(person, name=self._shown(person))

    def _shown(self, person: Person) -> str:
        """Where others sign in, a name somebody gave themselves says so."""
        name = self._profiles.name(person.id)
        if not name:
            return f"Guest {tag(person.id)}"
        return f"{name} (guest)" if self.settings.vouches else name
