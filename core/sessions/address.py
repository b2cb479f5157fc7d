"""Address: REDIS_URL read into its parts. The URL may hold a password, so no message repeats it.

redis://[user:password@]host[:6379][/db]         one server; rediss:// with TLS; valkey:// and valkeys:// mean the same
unix://[user:password@]/path/to/socket[?db=0]    one server on a unix socket
redis+sentinel://…@host1[:26379],host2/service[/db]     rediss+sentinel:// with TLS to the servers and the Sentinels
redis+cluster://…@host1[:6379],host2             rediss+cluster:// with TLS
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from core.errors import ConfigError

FORMS = (
    "Set REDIS_URL to redis://host:6379/0, rediss://… for TLS, unix:///path/to/socket, "
    "redis+sentinel://host1:26379,host2:26379/service or redis+cluster://host1:6379,host2:6379; "
    "or leave it empty for the embedded server."
)
_TEXT_OPTIONS = ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile", "ssl_password", "ssl_cert_reqs")
_SENTINEL_OPTIONS = ("sentinel_username", "sentinel_password")


class Kind(StrEnum):
    SINGLE = "single"
    UNIX = "unix"
    SENTINEL = "sentinel"
    CLUSTER = "cluster"


@dataclass(frozen=True)
class Address:
    kind: Kind
    hosts: tuple[tuple[str, int], ...] = ()
    path: str = ""
    service: str = ""
    db: int = 0
    tls: bool = False
    credentials: dict[str, str] = field(default_factory=dict, repr=False)
    """username and password, where given."""
    sentinel_credentials: dict[str, str] = field(default_factory=dict, repr=False)
    tls_options: dict[str, Any] = field(default_factory=dict, repr=False)
    """redis-py's ssl_… arguments."""

    @classmethod
    def parse(cls, url: str) -> Address:
        """Raises ConfigError with the accepted forms."""
        try:
            return _parse(urlsplit(url))
        except ValueError as exc:
            raise ConfigError("The setting REDIS_URL has not the form of an address.", f"{FORMS} ({exc})") from None


def _parse(url: SplitResult) -> Address:
    base, _, kind = url.scheme.replace("valkey", "redis", 1).partition("+")
    options = dict(parse_qsl(url.query, keep_blank_values=True))
    login = _credentials(*url.netloc.rpartition("@")[0].partition(":")[::2])
    tls = base == "rediss"
    if base == "unix" and not kind:
        if not url.path:
            raise ValueError("no path to the socket")
        return Address(
            Kind.UNIX,
            path=unquote(url.path),
            db=_db(options.pop("db", "")),
            credentials=login,
            tls_options=_tls_options(options, False),
        )
    if base not in ("redis", "rediss") or kind not in ("", "sentinel", "cluster"):
        raise ValueError(f"unknown scheme {url.scheme!r}")
    if kind == "cluster":
        return Address(Kind.CLUSTER, _hosts(url, 6379), tls=tls, credentials=login, tls_options=_tls_options(options, tls))
    if kind == "sentinel":
        return _sentinel(url, tls, login, options)
    db = _db(options.pop("db", "") or url.path.strip("/"))
    hosts = _hosts(url, 6379)
    if len(hosts) > 1:
        raise ValueError("several hosts need redis+sentinel:// or redis+cluster://")
    return Address(Kind.SINGLE, hosts, db=db, tls=tls, credentials=login, tls_options=_tls_options(options, tls))


def _sentinel(url: SplitResult, tls: bool, login: dict[str, str], options: dict[str, str]) -> Address:
    service, _, db = url.path.strip("/").partition("/")
    watchers = _credentials(*(options.pop(name, "") for name in _SENTINEL_OPTIONS))
    return Address(
        Kind.SENTINEL,
        _hosts(url, 26379),
        service=unquote(service) or "mymaster",
        db=_db(db),
        tls=tls,
        credentials=login,
        sentinel_credentials=watchers,
        tls_options=_tls_options(options, tls),
    )


def _credentials(username: str, password: str) -> dict[str, str]:
    return {name: unquote(value) for name, value in (("username", username), ("password", password)) if value}


def _hosts(url: SplitResult, default_port: int) -> tuple[tuple[str, int], ...]:
    return tuple(_host(part, default_port) for part in url.netloc.rpartition("@")[2].split(","))


def _host(text: str, default_port: int) -> tuple[str, int]:
    parts = urlsplit(f"//{text}")
    return parts.hostname or "localhost", parts.port or default_port


def _db(text: str) -> int:
    if text and not (text.isascii() and text.isdigit()):
        raise ValueError("the number of the database is not a number")
    return int(text or 0)


def _tls_options(options: dict[str, str], tls: bool) -> dict[str, Any]:
    """Raises ValueError for any other option: a misspelt one must not be ignored in silence."""
    known: dict[str, Any] = {name: options.pop(name) for name in _TEXT_OPTIONS if name in options}
    if "ssl_check_hostname" in options:
        known["ssl_check_hostname"] = options.pop("ssl_check_hostname").lower() not in ("false", "no", "0")
    elif known.get("ssl_cert_reqs") == "none":
        known["ssl_check_hostname"] = False
    if options or (known and not tls):
        raise ValueError("unknown option " + ", ".join(sorted(options or known)))
    return known
