"""Names as others see them: whatever a person, a proxy or a provider calls somebody, as one short line of plain text."""

from __future__ import annotations

import base64
import hashlib
import unicodedata

LONGEST = 60


def plain_name(text: object) -> str:
    """The text on one line, without signs nobody sees (they may turn the line around) and cut; empty for no text.

    What is not a string is no name.
    """
    if not isinstance(text, str):
        return ""
    seen = "".join(" " if unicodedata.category(sign)[0] in "ZC" else sign for sign in text[: 8 * LONGEST])
    return " ".join(seen.split())[:LONGEST].rstrip()


def tag(identifier: str) -> str:
    """Four letters or digits that tell two people without a name apart."""
    return digest(identifier, 4).upper()


def digest(text: str, length: int = 26) -> str:
    """The first lower-case letters and digits (base32, 5 bits each) of a SHA-256."""
    return base64.b32encode(hashlib.sha256(text.encode("utf-8", "replace")).digest()).decode().lower()[:length]


def email_address(text: object) -> str:
    """Lower case; empty for what is not one address."""
    if not isinstance(text, str):
        return ""
    address = text.strip().lower()
    name, at, domain = address.rpartition("@")
    whole = name and at and domain and len(address) <= 254 and address.isprintable()
    return address if whole and not any(sign in '@ ,;<>"' for sign in name + domain) else ""
