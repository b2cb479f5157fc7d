"""Wiring: builds every client once and hands the rooms to each other. Importing it opens nothing."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from pathlib import Path

from core.chat_model import ChatModel
from core.config import Settings, read_secrets
from core.execution.catalog_cache import CatalogCache
from core.execution.databases import Databases
from core.execution.personal import PersonalDatabases
from core.identity.identity import Identity
from core.models import Person
from core.nl2sql.auto import AutoEngine
from core.nl2sql.builtin import BuiltinEngine, Conventions
from core.nl2sql.engine import Engine
from core.nl2sql.llm import LlmEngine
from core.sessions.audit import Audit
from core.sessions.client import Client
from core.sessions.connect import connect
from core.sessions.quota import Quota
from core.sessions.rights import Rights
from core.sessions.shares import Shares
from core.sessions.store import SessionStore
from core.turns.company import Company
from core.turns.desk import Turns
from core.turns.following import Live
from core.turns.hub import Hub
from core.turns.rooms import Rooms
from core.turns.tokens import EventTokens
from core.turns.worker import Workers
from core.turns.workspace import Parts, Workspace

PROJECT = Path(__file__).resolve().parent.parent
"""Where streamlit_app.py is."""


@dataclass(frozen=True)
class App:
    """Everything a process needs. Thread-safe; `close` ends the workers and gives up the connections."""

    settings: Settings
    redis: Client
    identity: Identity
    """Says who is at the other end."""
    sessions: SessionStore
    databases: Databases
    engines: dict[str, Engine]
    builtin: BuiltinEngine
    model: ChatModel | None
    turns: Turns
    workers: Workers
    """Not started: `application` does that."""
    live: Live
    parts: Parts

    def visit(self, person: Person) -> Visit:
        databases = PersonalDatabases(self.databases, person)
        return Visit(person, Workspace(self.parts, person), self.settings, databases, self.builtin)

    def close(self) -> None:
        self.workers.stop()
        self.turns.rows.close()
        self.live.hub.close()
        if self.model:
            self.model.close()
        self.databases.close()
        self.redis.close()


@dataclass(frozen=True)
class Visit:
    """What a page may use of the process on behalf of one person: of sessions nothing but what they may do."""

    person: Person
    work: Workspace
    settings: Settings
    databases: PersonalDatabases
    builtin: BuiltinEngine

    @property
    def can_sign_in(self) -> bool:
        """Whether anybody here may be vouched for: by a sign-in or a trusted proxy."""
        return self.settings.identity.vouches


def build(settings: Settings) -> App:
    """Connects to Redis and nothing else. Raises ConfigError and StoreUnavailable."""
    model = ChatModel(settings.model) if settings.model else None
    builtin = BuiltinEngine()
    engines = _engines(builtin, model)
    redis = connect(settings)
    quota = Quota(settings.sessions_per_user, settings.session_bytes_per_user)
    ttl_s, grace_s = settings.session_ttl_s, settings.session_grace_s
    sessions = SessionStore(redis, ttl_s, grace_s, keep_s=settings.session_keep_s, quota=quota)
    databases = Databases(settings, CatalogCache(settings.data_dir / "catalogs"))
    rooms = Rooms(settings, redis, sessions, databases, engines, model, builtin.can_answer)
    turns = Turns(rooms)
    shares, audit = Shares(redis, sessions), Audit(redis, settings.audit_entries)
    rights = Rights(sessions, shares)
    identity, workers = Identity(redis, settings.identity), Workers(rooms, settings.workers)
    live = Live(redis, Hub(redis), EventTokens(redis), rights, identity.counts, Company(redis), audit, turns.rows)
    parts = Parts(sessions, shares, rights, turns, audit)
    return App(settings, redis, identity, sessions, databases, engines, builtin, model, turns, workers, live, parts)


def build_engines(settings: Settings, conventions: Conventions | None = None) -> dict[str, Engine]:
    """By name: builtin and auto, and llm where a model is configured. Opens nothing."""
    return _engines(BuiltinEngine(conventions), ChatModel(settings.model) if settings.model else None)


def _engines(builtin: BuiltinEngine, model: ChatModel | None) -> dict[str, Engine]:
    llm = LlmEngine(model) if model else None
    engines: dict[str, Engine] = {"builtin": builtin, "auto": AutoEngine(llm, builtin)}
    return engines | {"llm": llm} if llm else engines


_app: App | None = None
_lock = threading.Lock()


def application() -> App:
    """The process's one App, built on the first call from the environment and secrets.toml, with its workers running.

    Raises ConfigError and StoreUnavailable; the next call tries again.
    """
    global _app
    with _lock:
        if _app is None:
            app = build(current_settings())
            app.workers.start()
            if app.model:
                app.model.prewarm()
            _app = app
        return _app


def close_application() -> None:
    """Ends the process's App, if there is one; the next `application` builds another."""
    global _app
    with _lock:
        app, _app = _app, None
    if app:
        app.close()


def current_settings() -> Settings:
    """From the environment and secrets.toml: of the directory the process was started in, else the project's own.

    Raises ConfigError for a malformed setting.
    """
    here = Path.cwd()
    secrets = read_secrets(here if (here / ".streamlit" / "secrets.toml").is_file() else PROJECT)
    return Settings.from_env(os.environ, secrets)
