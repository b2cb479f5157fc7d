"""Rooms: the parts a turn is made with, built once in wiring and handed in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from core.chat_model import ChatModel
from core.config import Settings
from core.errors import ConfigError
from core.execution.databases import Databases
from core.models import Catalog, Context
from core.nl2sql.engine import Engine
from core.sessions.audit import Audit
from core.sessions.store import SessionStore

ENGINES = ("auto", "builtin", "llm")


@dataclass(frozen=True)
class Rooms:
    settings: Settings
    redis: Any
    """The one client of the process (redis-py's single, sentinel or cluster client), replies as bytes."""
    sessions: SessionStore
    databases: Databases
    engines: Mapping[str, Engine]
    """By name; `llm` only where a model is configured."""
    model: ChatModel | None = None
    can_answer: Callable[[str, Context, Catalog], bool] | None = None
    """Whether this database can answer a question; keeps follow-up suggestions honest."""

    @property
    def audit(self) -> Audit:
        return Audit(self.redis, self.settings.audit_entries)

    def engine(self, name: str) -> Engine:
        """The engine of that name; `auto` means the operator's setting. Raises ConfigError for one that is not there."""
        wanted = self.settings.engine if name == "auto" else name
        if wanted in self.engines:
            return self.engines[wanted]
        if wanted in ENGINES:
            hint = "Set OPENAI_API_KEY and OPENAI_MODEL (and OPENAI_BASE_URL for another address), or choose the builtin engine."
            raise ConfigError("No chat model is configured, so the llm engine cannot answer.", hint)
        raise ConfigError(f"There is no engine called “{wanted}”.", "Choose auto, builtin or llm.")
