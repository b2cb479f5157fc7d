"""The header in which a proxy names whom it let through. It is believed only from the addresses the operator trusts.

The address is the peer's own, of the connection: the server's middleware takes away every PEER header a client sends and sets its
own (see peer_header). Where that header is missing, nobody is believed.
"""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Iterable
from typing import Any

from core.config import IdentitySettings
from core.identity.words import email_address, plain_name
from core.models.person import Person, PersonKind

log = logging.getLogger(__name__)

PEER = "x-tabletalk-peer"
LONGEST = 254
Headers = list[tuple[bytes, bytes]]


def person(headers: Iterable[tuple[str, str]], settings: IdentitySettings) -> Person | None:
    """Whom the proxy names; None where no header is configured or sent, or where it is not believed.

    A header sent twice is not believed: one of the two may be the client's.
    """
    if not settings.proxy_user_header:
        return None
    sent = [(name.lower(), value) for name, value in headers]
    named = [value for name, value in sent if name == settings.proxy_user_header]
    if not named:
        return None
    user = _text(named[0]).strip()
    if len(named) > 1 or not user or len(user) > LONGEST or not user.isprintable():
        log.warning(
            "The proxy's header %s was not believed: sent twice, empty, too long or not text.", settings.proxy_user_header
        )
        return None
    if not _trusted([value for name, value in sent if name == PEER], settings):
        return None
    shown = [value for name, value in sent if settings.proxy_name_header and name == settings.proxy_name_header]
    name = plain_name(_text(shown[0])) if len(shown) == 1 else ""
    admin = user in settings.admins or email_address(user) in settings.admins
    return Person(f"proxy:{user}", name or plain_name(user), email_address(user), PersonKind.PROXY, admin)


def peer_header(headers: Headers, receive: Any) -> Headers:
    """The headers with the one PEER header that says who is at the other end of the connection."""
    peer = _peer(receive)
    kept = [(name, value) for name, value in headers if name.lower() != PEER.encode()]
    return [*kept, (PEER.encode(), peer.encode("ascii", "replace"))] if peer else kept


def _peer(receive: Any) -> str:
    """Address of the peer, from uvicorn's connection; empty where it cannot be told.

    Not from the ASGI scope: uvicorn has replaced the client there by what X-Forwarded-For says.
    """
    transport = getattr(getattr(receive, "__self__", None), "transport", None)
    address = transport.get_extra_info("peername") if transport is not None else None
    return str(address[0]) if isinstance(address, tuple | list) and address else ""


def _trusted(peers: list[str], settings: IdentitySettings) -> bool:
    if len(peers) != 1:
        return False
    try:
        address: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(peers[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return any(address in network for network in settings.trusted_proxies)


def _text(value: str) -> str:
    """Header values arrive as Latin-1; proxies write UTF-8."""
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return value
