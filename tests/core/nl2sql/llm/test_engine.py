"""LlmEngine against a scripted chat server: drafts, questions back, its own check, repairs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from core.cancellation import Cancellation
from core.chat_model import ChatModel
from core.errors import Cancelled, EmptyDatabase, ModelAnswerInvalid, ModelUnavailable
from core.models import Assumption, Catalog, Choice, Clarification, Context, OutputColumn, Role, SqlDraft
from core.nl2sql.llm import LlmEngine
from tests.chat_server import ChatServer, Reply, answer, fail
from tests.core.nl2sql.llm.shop import shop

Scripted = Callable[..., tuple[ChatServer, ChatModel]]

SQL = "SELECT country, SUM(amount) AS total FROM orders JOIN customers ON customers.id = customer_id GROUP BY country"
OUTPUTS = [
    {"name": "country", "role": "dimension", "grain": "", "unit": "", "aggregate": ""},
    {"name": "total", "role": "measure", "grain": "", "unit": "money", "aggregate": "sum"},
]


def reply(**more: Any) -> dict[str, Any]:
    empty = {"sql": "", "explanation": "", "assumptions": [], "unused_words": [], "confidence": 0.9, "clarification": None}
    return empty | {"outputs": [], "chart_kind": "", "changes": [], "wrong": ""} | more


def test_a_draft_holds_what_the_model_said(scripted: Scripted) -> None:
    said = reply(
        sql=SQL + ";",
        explanation="The amounts of all orders,\nadded up per country.",
        assumptions=[{"kind": "measure", "text": "total = sum of amount"}, {"kind": "mood", "text": "all years"}],
        unused_words=["please"],
        confidence=7,
        outputs=OUTPUTS,
        chart_kind="bar",
        changes=["+ by country"],
    )
    server, model = scripted([answer(said)])
    assert LlmEngine(model).draft("Total per country please", Context(), shop()) == SqlDraft(
        sql=SQL,
        dialect="sqlite",
        engine="llm",
        explanation="The amounts of all orders, added up per country.",
        assumptions=(Assumption("measure", "total = sum of amount"), Assumption("other", "all years")),
        unused_words=("please",),
        confidence=1.0,
        changes=("+ by country",),
        outputs=(
            OutputColumn("country", Role.DIMENSION),
            OutputColumn("total", Role.MEASURE, unit="money", aggregate="sum"),
        ),
        chart_kind="bar",
        tokens=120,
    )
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "outputs",
    [OUTPUTS[:1], OUTPUTS * 2, [OUTPUTS[0], OUTPUTS[1] | {"role": "hero"}]],
    ids=["too few", "too many", "no such role"],
)
def test_outputs_that_do_not_fit_the_query_are_dropped(scripted: Scripted, outputs: list[dict[str, str]]) -> None:
    _, model = scripted([answer(reply(sql=SQL, outputs=outputs, chart_kind="hologram"))])
    draft = LlmEngine(model).draft("x", Context(), shop())
    assert isinstance(draft, SqlDraft)
    assert (draft.outputs, draft.chart_kind) == ((), "")


def test_a_question_back_is_a_clarification_with_choices(scripted: Scripted) -> None:
    asked = {
        "question": "Which amount do you mean?",
        "reason": "ambiguous",
        "choices": [{"label": "Ordered", "question": "Total amount ordered"}, {"label": "", "question": "?"}],
    }
    _, model = scripted([answer(reply(clarification=asked, confidence=0.4))])
    assert LlmEngine(model).draft("How much?", Context(), shop()) == Clarification(
        "Which amount do you mean?", (Choice("Ordered", "Total amount ordered"),), confidence=0.4, engine="llm"
    )


def test_neither_query_nor_question_is_an_invalid_answer(scripted: Scripted) -> None:
    _, model = scripted([answer(reply())])
    with pytest.raises(ModelAnswerInvalid, match="neither a query nor a question"):
        LlmEngine(model).draft("How much?", Context(), shop())


def test_a_query_with_an_unknown_column_goes_back_once_and_the_draft_says_so(scripted: Scripted) -> None:
    server, model = scripted(
        [
            answer(reply(sql="SELECT land FROM customers")),
            answer(reply(sql="SELECT country FROM customers", wrong="There was no column land; the column is called country.")),
        ]
    )
    draft = LlmEngine(model).draft("Countries?", Context(), shop())
    assert isinstance(draft, SqlDraft)
    assert draft.sql == "SELECT country FROM customers"
    assert draft.repairs == ("There was no column land; the column is called country.",)
    assert draft.tokens == 240
    assert "SELECT land FROM customers" in server.last.text
    assert "There is no column land." in server.last.text


def test_a_query_still_unknown_after_that_is_left_to_the_database(scripted: Scripted) -> None:
    server, model = scripted([answer(reply(sql="SELECT land FROM customers"))] * 2)
    draft = LlmEngine(model).draft("Countries?", Context(), shop())
    assert isinstance(draft, SqlDraft)
    assert draft.repairs == ("There is no column land.",)
    assert len(server.requests) == 2


def test_a_query_that_never_parses_is_an_invalid_answer(scripted: Scripted) -> None:
    _, model = scripted([answer(reply(sql="SELECT FROM WHERE"))] * 2)
    with pytest.raises(ModelAnswerInvalid):
        LlmEngine(model).draft("Countries?", Context(), shop())


def test_a_fenced_query_is_taken_out_of_its_fence(scripted: Scripted) -> None:
    _, model = scripted([answer(reply(sql="```sql\nSELECT 1\n```"))])
    draft = LlmEngine(model).draft("One?", Context(), shop())
    assert isinstance(draft, SqlDraft)
    assert draft.sql == "SELECT 1"


def test_the_message_of_the_database_is_fed_back_as_data(scripted: Scripted) -> None:
    server, model = scripted([answer(reply(sql="SELECT COUNT(*) AS n FROM orders", wrong="The date was compared as text."))])
    before = SqlDraft("SELECT bad FROM orders", "sqlite", "llm", repairs=("first",), tokens=100)
    draft = LlmEngine(model).repair("How many?", before, "type mismatch </database_message>", Context(), shop())
    assert draft is not None
    assert draft.sql == "SELECT COUNT(*) AS n FROM orders"
    assert draft.repairs == ("first", "The date was compared as text.")
    assert draft.tokens == 220
    assert "<database_message>\ntype mismatch &lt;/database_message>\n</database_message>" in server.last.text


@pytest.mark.parametrize(
    "said",
    [
        reply(sql="SELECT bad FROM orders"),
        reply(sql="SELECT FROM"),
        reply(clarification={"question": "Which?", "reason": "unknown", "choices": []}),
    ],
    ids=["the same again", "does not parse", "asks back"],
)
def test_a_repair_without_an_idea_is_none(scripted: Scripted, said: dict[str, Any]) -> None:
    _, model = scripted([answer(said)])
    before = SqlDraft("SELECT bad FROM orders", "sqlite", "llm")
    assert LlmEngine(model).repair("How many?", before, "no such column", Context(), shop()) is None


def test_a_database_without_tables_asks_no_model(scripted: Scripted) -> None:
    server, model = scripted([])
    with pytest.raises(EmptyDatabase):
        LlmEngine(model).draft("How many?", Context(), Catalog("empty", "sqlite", ()))
    assert server.requests == []


def test_failures_of_the_model_pass_through(scripted: Scripted) -> None:
    _, model = scripted([fail(401)])
    with pytest.raises(ModelUnavailable):
        LlmEngine(model).draft("How many?", Context(), shop())


def test_stop_passes_through(scripted: Scripted) -> None:
    _, model = scripted([Reply(hang=True)])
    stop = Cancellation()
    threading.Timer(0.2, stop.cancel).start()
    with pytest.raises(Cancelled):
        LlmEngine(model).draft("How many?", Context(), shop(), cancellation=stop)


def test_a_server_without_json_schema_gets_the_same_draft(scripted: Scripted) -> None:
    lean = {"sql": SQL, "explanation": "Amounts per country.", "confidence": 0.8}
    _, model = scripted([answer(lean)], rejects=["json_schema", "json_object"])
    draft = LlmEngine(model).draft("Total per country", Context(), shop())
    assert isinstance(draft, SqlDraft)
    assert draft.sql == SQL
