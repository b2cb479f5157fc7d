"""What an OpenID provider says of somebody who signed in (the claims of its ID token, verified by Streamlit), read into a Person.

The id comes from issuer and subject, the two the provider never gives to anybody else; names and addresses change hands.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from core.config import IdentitySettings
from core.errors import LoginEnded
from core.identity.words import digest, email_address, plain_name, tag
from core.models.person import Person, PersonKind

_LONGEST = 2_000
_CLOCKS_APART_S = 300


def person(claims: Mapping[str, Any], settings: IdentitySettings) -> Person | None:
    """None where nobody signed in. Raises LoginEnded for a sign-in that is too old or does not say who it is."""
    if claims.get("is_logged_in") is not True:
        return None
    issuer, subject = _id_part(claims.get("iss")), _id_part(claims.get("sub"))
    if not issuer or not subject:
        raise LoginEnded(
            "The sign-in service did not say who you are.",
            "Sign in again; if it stays, ask the operator of this site to look at it.",
        )
    if not counts(claims.get("iat"), settings):
        raise LoginEnded("Your sign-in has ended.", "Sign in again to go on where you are.")
    identifier = "login:" + digest(f"{issuer}\n{subject}")
    email = email_address(claims.get("email")) if claims.get("email_verified") is True else ""
    names = (plain_name(claims.get(claim)) for claim in ("name", "preferred_username", "nickname"))
    name = next((name for name in names if name), email or f"Person {tag(identifier)}")
    return Person(identifier, name, email, PersonKind.LOGIN, email in settings.admins, int(claims["iat"]))


def counts(signed_in: Any, settings: IdentitySettings) -> bool:
    """Whether a sign-in of that time (seconds since 1970) is young enough."""
    return 0 <= _age_s(signed_in) <= settings.login_s


def _age_s(issued: Any) -> float:
    """Seconds since then; negative for no time, or one in the future (but for clocks that are a little apart)."""
    if not isinstance(issued, int | float) or isinstance(issued, bool):
        return -1.0
    age_s = time.time() - issued
    return max(0.0, age_s) if age_s > -_CLOCKS_APART_S else -1.0


def _id_part(value: Any) -> str:
    """Empty for what cannot be an issuer or a subject. A line break would make two pairs one."""
    whole = isinstance(value, str) and 0 < len(value) <= _LONGEST and value.isprintable()
    return value if whole else ""
