"""A chat model that answers from a script, over real HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from core.chat_model import ChatModel
from core.config import ModelSettings
from tests.chat_server import ChatServer, Script

Scripted = Callable[..., tuple[ChatServer, ChatModel]]


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    opened: list[ChatModel | ChatServer] = []

    def start(script: Script = (), timeout_s: float = 5.0, **more: Any) -> tuple[ChatServer, ChatModel]:
        server = ChatServer(script, **more)
        model = ChatModel(ModelSettings("scripted", "none", server.url, timeout_s))
        opened.extend((model, server))
        return server, model

    yield start
    for each in opened:
        each.close()
