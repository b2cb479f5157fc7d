"""The chat server as a program: scripted answers by question, and sensible ones without a script."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.chat_model import ChatModel, Message
from core.config import ModelSettings
from core.models import Context, SqlDraft, Summary
from core.nl2sql.llm import LlmEngine
from core.summarization import fold
from tests.core.nl2sql.llm.shop import shop, turns

SCRIPT = [
    {"when": "how many orders", "sql": "SELECT COUNT(*) AS n FROM orders", "explanation": "Counts.", "analysis": "Quite many."},
    {"when": "broken", "sql": "SELECT nope FROM orders", "repaired": "SELECT id FROM orders", "wrong": "It was broken."},
]


@pytest.fixture
def model(tmp_path: Path) -> Iterator[ChatModel]:
    script = tmp_path / "replies.json"
    script.write_text(json.dumps(SCRIPT), encoding="utf-8")
    program = Path(__file__).parent / "chat_server.py"
    argv = [sys.executable, str(program), "--port", "0", "--script", str(script)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = dict(part.split("=", 1) for part in process.stdout.readline().split())
        model = ChatModel(ModelSettings(told["OPENAI_MODEL"], told["OPENAI_API_KEY"], told["OPENAI_BASE_URL"], 10))
        yield model
        model.close()
        process.terminate()


def test_the_program_answers_from_its_script_and_counts_rows_otherwise(model: ChatModel) -> None:
    engine = LlmEngine(model)
    scripted = engine.draft("How many orders were there?", Context(), shop())
    assert isinstance(scripted, SqlDraft)
    assert (scripted.sql, scripted.explanation, scripted.confidence) == (SCRIPT[0]["sql"], "Counts.", 0.9)
    other = engine.draft("Why?", Context(), shop())
    assert isinstance(other, SqlDraft)
    assert other.sql == "SELECT COUNT(*) AS row_count FROM customers"
    mended = engine.draft("The broken one", Context(), shop())
    assert isinstance(mended, SqlDraft)
    assert (mended.sql, mended.repairs) == ("SELECT id FROM orders", ("It was broken.",))
    pieces: list[str] = []
    assert model.stream([Message("user", "Write about: How many orders?")], pieces.append)[0] == "Quite many."
    assert len(pieces) == 2
    assert fold(turns("abcdef"), Summary(), model).text == "Asked so far:\n- a\n- b\n- c"
