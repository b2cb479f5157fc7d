"""BrowserCookie: tells one browser from another, so that each has a list of its own before anybody signs in.

The cookie holds a random id and a signature. Others may see the id (it is in what a guest owns and asks), nobody can sign it.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Mapping

from itsdangerous import BadData, URLSafeTimedSerializer

from core.sessions.secret import AppSecret

NAME = "tabletalk_browser"
SECURE_NAME = f"__Host-{NAME}"
"""Over https: browsers take a cookie of this prefix from this very host alone, so that no sibling domain can plant one."""
LIFE_S = 365 * 86_400
RENEW_AFTER_S = 30 * 86_400
_LONGEST = 512
_ID = re.compile(r"[A-Za-z0-9_-]{22}", re.ASCII)


class BrowserCookie:
    """Every method raises StoreUnavailable until the secret was read once."""

    def __init__(self, secret: AppSecret) -> None:
        self._secret = secret
        self._serializer: URLSafeTimedSerializer | None = None

    def make(self, browser: str = "") -> str:
        """The value of a cookie for the browser of that id, a new one without."""
        return str(self._signed().dumps(browser or secrets.token_urlsafe(16)))

    def browser(self, cookies: Mapping[str, str]) -> str:
        """Id of the browser that sent them: 22 signs. Empty for no cookie, a forged, a foreign or an old one."""
        return self._read(cookies)[0]

    def fresh(self, cookies: Mapping[str, str], *, secure: bool) -> str:
        """The value to send to the browser: of a new id, or of its own for another year. Empty where what it has will do."""
        browser, signed_s = self._read({SECURE_NAME: cookies.get(SECURE_NAME, "")} if secure else cookies)
        return "" if browser and time.time() - signed_s < RENEW_AFTER_S else self.make(browser)

    def _read(self, cookies: Mapping[str, str]) -> tuple[str, float]:
        """Id, and seconds since 1970 of its signature."""
        value = cookies.get(SECURE_NAME) or cookies.get(NAME) or ""
        if not value or len(value) > _LONGEST or not value.isascii():
            return "", 0.0
        try:
            browser, signed = self._signed().loads(value, max_age=LIFE_S, return_timestamp=True)
        except BadData:
            return "", 0.0
        return (browser, signed.timestamp()) if isinstance(browser, str) and _ID.fullmatch(browser) else ("", 0.0)

    def _signed(self) -> URLSafeTimedSerializer:
        if self._serializer is None:
            self._serializer = URLSafeTimedSerializer(self._secret.read(), salt="browser")
        return self._serializer


def header(value: str, *, secure: bool) -> str:
    """The Set-Cookie header for a value of BrowserCookie."""
    named = f"{SECURE_NAME if secure else NAME}={value}"
    return f"{named}; Path=/; Max-Age={LIFE_S}; HttpOnly; SameSite=Lax" + ("; Secure" if secure else "")
