"""AutoEngine: the model's draft where there is a model, the other engine's with a notice where it fails."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.cancellation import Cancellation
from core.chat_model import ChatModel
from core.config import ModelSettings
from core.errors import Cancelled
from core.models import Catalog, Clarification, Context, SqlDraft
from core.nl2sql.auto import AutoEngine
from core.nl2sql.builtin import BuiltinEngine
from core.nl2sql.engine import Engine
from core.nl2sql.llm import LlmEngine
from tests.chat_server import ChatServer, Reply, Script, answer, fail
from tests.core.nl2sql.llm.shop import shop

SQL = "SELECT COUNT(*) AS n FROM orders"


class Rules:
    """Stands in for the builtin engine: answers what has the word “orders”, asks back otherwise."""

    name = "builtin"

    def draft(
        self, question: str, context: Context, catalog: Catalog, *, cancellation: Cancellation | None = None
    ) -> SqlDraft | Clarification:
        return SqlDraft(SQL, catalog.dialect, self.name) if "orders" in question else Clarification("What do you mean?")

    def repair(
        self,
        question: str,
        draft: SqlDraft,
        error: str,
        context: Context,
        catalog: Catalog,
        *,
        cancellation: Cancellation | None = None,
    ) -> SqlDraft | None:
        return SqlDraft("SELECT 2", catalog.dialect, self.name, repairs=(*draft.repairs, error))


@pytest.fixture
def servers() -> Iterator[list[ChatModel | ChatServer]]:
    opened: list[ChatModel | ChatServer] = []
    yield opened
    for each in opened:
        each.close()


def auto(servers: list[ChatModel | ChatServer], script: Script, timeout_s: float = 5.0) -> Engine:
    server = ChatServer(script)
    model = ChatModel(ModelSettings("scripted", "none", server.url, timeout_s))
    servers.extend((model, server))
    return AutoEngine(LlmEngine(model), Rules())


def test_without_a_model_the_builtin_engine_answers_without_a_notice() -> None:
    assert AutoEngine(None, Rules()).draft("How many orders?", Context(), shop()) == SqlDraft(SQL, "sqlite", "builtin")


def test_with_a_model_the_model_answers(servers: list[ChatModel | ChatServer]) -> None:
    draft = auto(servers, [answer({"sql": "SELECT 1", "confidence": 0.7})]).draft("How many orders?", Context(), shop())
    assert isinstance(draft, SqlDraft)
    assert (draft.engine, draft.sql, draft.notice) == ("llm", "SELECT 1", "")


@pytest.mark.parametrize(
    ("reply", "notice"),
    [
        (Reply(hang=True), "The chat model did not answer in time, so the built-in engine answered."),
        (fail(401), "The chat model did not accept the key, so the built-in engine answered."),
        (fail(404), "The chat model “scripted” is not there, so the built-in engine answered."),
        (Reply(refusal="no"), "The chat model declined to answer, so the built-in engine answered."),
        (Reply(text="{}"), "The chat model answered in a form that cannot be used, so the built-in engine answered."),
    ],
    ids=["timeout", "key", "unknown", "refusal", "junk"],
)
def test_where_the_model_fails_the_builtin_engine_answers_with_a_notice(
    servers: list[ChatModel | ChatServer], reply: Reply, notice: str
) -> None:
    draft = auto(servers, [reply] * 3, timeout_s=0.8).draft("How many orders?", Context(), shop())
    assert isinstance(draft, SqlDraft)
    assert (draft.engine, draft.notice) == ("builtin", notice)


def test_the_real_builtin_engine_stands_in_for_a_model_that_is_down(servers: list[ChatModel | ChatServer]) -> None:
    server = ChatServer([fail(401)])
    model = ChatModel(ModelSettings("scripted", "none", server.url))
    servers.extend((model, server))
    draft = AutoEngine(LlmEngine(model), BuiltinEngine()).draft("How many orders are there?", Context(), shop())
    assert isinstance(draft, SqlDraft)
    assert draft.engine == "builtin"
    assert "COUNT" in draft.sql
    assert draft.notice == "The chat model did not accept the key, so the built-in engine answered."


def test_a_question_back_of_the_builtin_engine_passes_along_with_the_notice(servers: list[ChatModel | ChatServer]) -> None:
    asked = auto(servers, [fail(401)]).draft("Hm?", Context(), shop())
    assert isinstance(asked, Clarification)
    assert asked.question == "What do you mean?"
    assert asked.notice == "The chat model did not accept the key, so the built-in engine answered."


def test_a_stop_is_not_a_failure(servers: list[ChatModel | ChatServer]) -> None:
    stop = Cancellation()
    stop.cancel()
    with pytest.raises(Cancelled):
        auto(servers, []).draft("How many orders?", Context(), shop(), cancellation=stop)


def test_each_engine_repairs_its_own_drafts(servers: list[ChatModel | ChatServer]) -> None:
    engine = auto(servers, [answer({"sql": "SELECT 3", "wrong": "it was two"})])
    own = engine.repair("x", SqlDraft("SELECT x", "sqlite", "llm"), "no column", Context(), shop())
    assert own is not None
    assert (own.engine, own.repairs) == ("llm", ("it was two",))
    other = engine.repair("x", SqlDraft("SELECT x", "sqlite", "builtin", notice="Stood in."), "no column", Context(), shop())
    assert other is not None
    assert (other.engine, other.repairs, other.notice) == ("builtin", ("no column",), "Stood in.")


def test_a_model_that_fails_in_a_repair_is_replaced_by_the_builtin_engines_own_draft(
    servers: list[ChatModel | ChatServer],
) -> None:
    engine = auto(servers, [fail(401)] * 2)
    before = SqlDraft("SELECT x", "sqlite", "llm", tokens=7)
    draft = engine.repair("How many orders?", before, "no column", Context(), shop())
    assert draft is not None
    assert (draft.engine, draft.sql, draft.tokens) == ("builtin", SQL, 7)
    assert draft.notice
    assert engine.repair("Hm?", before, "no column", Context(), shop()) is None
