"""Settings: everything an operator can set, read once from the environment and secrets.toml. Nothing else reads them."""

from __future__ import annotations

import ipaddress
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from core.errors import ConfigError

T = TypeVar("T")

DEMO_CONNECTION = "demo"
PROVIDER_KEYS = {"client_id", "client_secret", "server_metadata_url"}
"""What every sign-in provider in secrets.toml must have."""
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", re.ASCII)
_MOST = 10**7
"""Of any number, in its unit: a thousand years in hours."""


@dataclass(frozen=True)
class ConnectionSpec:
    """A database to ask, by name. The URL is SQLAlchemy's and may hold a password, so it is not in the repr."""

    name: str
    url: str = field(repr=False)
    own_rows: bool = False
    """Whether everybody asks it through an account of their own, and sees of others' answers what that account gives."""
    people: Mapping[str, str] = field(default_factory=dict, repr=False, hash=False)
    """An e-mail address in lower case, or a name as the proxy writes it → the URL of that person's account."""


@dataclass(frozen=True)
class ModelSettings:
    """A chat model behind an OpenAI-compatible address."""

    name: str
    api_key: str = field(repr=False)
    base_url: str = ""
    timeout_s: float = 60.0


@dataclass(frozen=True)
class IdentitySettings:
    """Who may say who somebody is."""

    providers: tuple[str, ...] = ()
    """Names of the OpenID providers in secrets.toml; "" for one that stands in [auth] itself. Empty: nobody signs in here."""
    login_s: float = 30 * 86_400.0
    """How long a sign-in counts."""
    proxy_user_header: str = ""
    """Lower case, like the next; empty: no proxy says who somebody is."""
    proxy_name_header: str = ""
    trusted_proxies: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = ()
    """Peers whose header is believed."""
    admins: frozenset[str] = frozenset()
    """E-mail addresses in lower case, and names as the proxy writes them."""

    @property
    def vouches(self) -> bool:
        """Whether there are people somebody vouches for, beside guests."""
        return bool(self.providers or self.proxy_user_header)


@dataclass(frozen=True)
class Settings:
    data_dir: Path
    """Private to this user: the embedded server's files, the demo database, cached catalogs."""
    redis_url: str = field(default="", repr=False)
    """Empty: the embedded server."""
    connections: tuple[ConnectionSpec, ...] = ()
    demo: bool = True
    """Offer the demo database."""
    model: ModelSettings | None = None
    engine: str = "auto"
    session_ttl_s: float = 24 * 3600.0
    session_grace_s: float = 24 * 3600.0
    session_keep_s: float = 30 * 86_400.0
    """Life of a session somebody asked to keep, after its last use."""
    sessions_per_user: int = 0
    session_bytes_per_user: int = 0
    """0: no limit."""
    query_timeout_s: float = 30.0
    row_limit: int = 10_000
    result_limit_bytes: int = 64 * 2**20
    workers: int = 4
    audit_entries: int = 100_000
    """So many of the newest are kept; 0: no audit."""
    identity: IdentitySettings = IdentitySettings()

    @classmethod
    def from_env(cls, environ: Mapping[str, str], secrets: Mapping[str, Any] | None = None) -> Settings:
        """Settings from environment variables and the parsed secrets.toml.

        An unset or empty variable takes its default. Raises ConfigError naming the variable, its value (never of a
        secret) and the accepted form.
        """
        read = _Reader(environ)
        return cls(
            data_dir=Path(read.text("TABLETALK_DATA_DIR") or _user_data_dir()).expanduser(),
            redis_url=read.text("REDIS_URL"),
            connections=_connections(read, secrets or {}),
            demo=read.flag("TABLETALK_DEMO", True),
            model=_model(read),
            engine=read.choice("TABLETALK_ENGINE", ("auto", "builtin", "llm")),
            session_ttl_s=3600 * read.number("TABLETALK_SESSION_TTL_HOURS", 24, least=0.01),
            session_grace_s=3600 * read.number("TABLETALK_SESSION_GRACE_HOURS", 24, least=0),
            session_keep_s=86_400 * read.number("TABLETALK_SESSION_KEEP_DAYS", 30, least=0.01),
            sessions_per_user=read.whole("TABLETALK_SESSIONS_PER_USER", 0, least=0),
            session_bytes_per_user=read.whole("TABLETALK_SESSION_MB_PER_USER", 0, least=0) * 2**20,
            query_timeout_s=read.number("TABLETALK_QUERY_TIMEOUT_SECONDS", 30, least=0.1),
            row_limit=read.whole("TABLETALK_ROW_LIMIT", 10_000, least=1),
            result_limit_bytes=read.whole("TABLETALK_RESULT_LIMIT_MB", 64, least=1) * 2**20,
            workers=read.whole("TABLETALK_WORKERS", 4, least=0),
            audit_entries=read.whole("TABLETALK_AUDIT_ENTRIES", 100_000, least=0),
            identity=_identity(read, secrets or {}),
        )


def read_secrets(root: Path) -> dict[str, Any]:
    """The merged `.streamlit/secrets.toml` of the user's home and of `root`, the latter winning; empty where absent.

    Raises ConfigError for a file that is not TOML.
    """
    merged: dict[str, Any] = {}
    for path in (Path.home() / ".streamlit" / "secrets.toml", root / ".streamlit" / "secrets.toml"):
        if path.is_file():
            try:
                merged.update(tomllib.loads(path.read_text(encoding="utf-8")))
            except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
                raise ConfigError(f"{path.name} is not valid TOML.", f"Correct the file: {exc}.") from exc
    return merged


class _Reader:
    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def text(self, name: str) -> str:
        return self._environ.get(name, "").strip()

    def choice(self, name: str, accepted: tuple[str, ...]) -> str:
        value = self.text(name) or accepted[0]
        if value not in accepted:
            raise _bad(name, value, "one of " + ", ".join(accepted))
        return value

    def flag(self, name: str, default: bool) -> bool:
        value = self.text(name).lower()
        if not value:
            return default
        if value not in ("true", "false"):
            raise _bad(name, value, "true or false")
        return value == "true"

    def number(self, name: str, default: float, *, least: float) -> float:
        return self._parsed(name, default, least, float, "a number")

    def whole(self, name: str, default: int, *, least: int) -> int:
        return self._parsed(name, default, least, int, "a whole number")

    def _parsed(self, name: str, default: T, least: T, parse: Callable[[str], T], form: str) -> T:
        value = self.text(name)
        if not value:
            return default
        try:
            number = parse(value)
            if not least <= number < _MOST:  # type: ignore[operator]  # NaN and infinity fail this, too
                raise ValueError
        except ValueError as exc:
            raise _bad(name, value, f"{form} of at least {least} and less than {_MOST:,}") from exc
        return number


def _bad(name: str, value: str, form: str) -> ConfigError:
    return ConfigError(f"The setting {name} is “{value}”.", f"Set {name} to {form}.")


def _user_data_dir() -> str:
    import platformdirs

    return platformdirs.user_data_dir("tabletalk", appauthor=False)


def _model(read: _Reader) -> ModelSettings | None:
    key, base_url, name = read.text("OPENAI_API_KEY"), read.text("OPENAI_BASE_URL"), read.text("OPENAI_MODEL")
    if not key and not base_url:
        return None
    if not name:
        raise ConfigError("A chat model is configured but not named.", "Set OPENAI_MODEL to the name of the model.")
    timeout_s = read.number("TABLETALK_MODEL_TIMEOUT_SECONDS", 60, least=1)
    return ModelSettings(name=name, api_key=key or "none", base_url=base_url, timeout_s=timeout_s)


def _identity(read: _Reader, secrets: Mapping[str, Any]) -> IdentitySettings:
    return IdentitySettings(
        providers=_providers(secrets.get("auth")),
        login_s=3600 * read.number("TABLETALK_LOGIN_HOURS", 720, least=0.001),
        proxy_user_header=_header(read, "TABLETALK_PROXY_USER_HEADER"),
        proxy_name_header=_header(read, "TABLETALK_PROXY_NAME_HEADER"),
        trusted_proxies=_networks(read, "TABLETALK_TRUSTED_PROXIES", "127.0.0.1/32, ::1"),
        admins=frozenset(name.lower() if "@" in name else name for name in _list(read.text("TABLETALK_ADMINS"))),
    )


def _providers(auth: Any) -> tuple[str, ...]:
    """Raises ConfigError for a section [auth] one cannot sign in by."""
    if auth is None:
        return ()
    if not isinstance(auth, Mapping) or not {"redirect_uri", "cookie_secret"} <= auth.keys():
        raise ConfigError("[auth] in secrets.toml is not complete.", "Add redirect_uri and cookie_secret under [auth].")
    named = {str(name): entry for name, entry in auth.items() if isinstance(entry, Mapping) and name != "client_kwargs"}
    found = named | ({"": auth} if PROVIDER_KEYS & auth.keys() else {})
    for name, entry in found.items():
        if "_" in name:
            raise ConfigError(
                f"The sign-in provider {name} in secrets.toml has a _ in its name.", "Rename it; Streamlit takes none."
            )
        if missing := sorted(PROVIDER_KEYS - entry.keys()):
            section = f"[auth.{name}]" if name else "[auth]"
            raise ConfigError(f"{section} in secrets.toml is not complete.", f"Add {' and '.join(missing)} under {section}.")
    if not found:
        raise ConfigError(
            "[auth] in secrets.toml names no sign-in provider.", f"Add {', '.join(sorted(PROVIDER_KEYS))} under it."
        )
    return tuple(sorted(found))


def _header(read: _Reader, name: str) -> str:
    value = read.text(name)
    if value and not _HEADER.fullmatch(value):
        raise _bad(name, value, "the name of a header, such as X-Forwarded-User")
    return value.lower()


def _networks(read: _Reader, name: str, default: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    value = read.text(name) or default
    try:
        return tuple(ipaddress.ip_network(entry) for entry in _list(value))
    except ValueError as exc:
        raise _bad(name, value, "addresses or networks with commas between them, such as 127.0.0.1/32, 10.0.0.0/24") from exc


def _list(value: str) -> list[str]:
    """What stands between the commas."""
    return [entry.strip() for entry in value.split(",") if entry.strip()]


def _connections(read: _Reader, secrets: Mapping[str, Any]) -> tuple[ConnectionSpec, ...]:
    specs = []
    for name, entry in dict(secrets.get("connections", {})).items():
        url = entry.get("url") if isinstance(entry, Mapping) else None
        if not isinstance(url, str) or not url.strip():
            raise ConfigError(
                f"The connection {name} in secrets.toml has no url.",
                f'Add url = "dialect://user:password@host/database" under [connections.{name}].',
            )
        own_rows = _own_rows(str(name), entry)
        specs.append(ConnectionSpec(str(name), url.strip(), own_rows, _people(str(name), entry, own_rows)))
    if url := read.text("DATABASE_URL"):
        specs.append(ConnectionSpec("database", url))
    names = [spec.name for spec in specs]
    for name in names:
        if names.count(name) > 1 or name == DEMO_CONNECTION:
            raise ConfigError(f"The connection name “{name}” is taken.", "Rename that connection in secrets.toml.")
    return tuple(specs)


def _own_rows(name: str, entry: Mapping[str, Any]) -> bool:
    value = entry.get("rows_for_others", "stored")
    if value not in ("stored", "own"):
        raise ConfigError(
            f"The connection {name} in secrets.toml has rows_for_others = “{value}”.", "Set rows_for_others to stored or own."
        )
    return bool(value == "own")


def _people(name: str, entry: Mapping[str, Any], own_rows: bool) -> dict[str, str]:
    """Raises ConfigError, which repeats no URL."""
    section, people = f"[connections.{name}.people]", entry.get("people", {})
    if people and not own_rows:
        raise ConfigError(
            f"{section} in secrets.toml has no effect.", f'Add rows_for_others = "own" under [connections.{name}], or delete it.'
        )
    found: dict[str, str] = {}
    for person, url in people.items() if isinstance(people, Mapping) else [("", None)]:
        known = account_name(str(person).strip())
        if not known or known in found or not isinstance(url, str) or not url.strip():
            form = '"name@example.com" = "dialect://user:password@host/database"'
            raise ConfigError(f"{section} in secrets.toml is not right at “{person}”.", f"Write each person once: {form}.")
        found[known] = url.strip()
    return found


def account_name(person: str) -> str:
    """As people are told apart: e-mail addresses whatever their case, names as they are written."""
    return person.lower() if "@" in person else person
