"""SQL that fails, runs too long, or returns nothing, NULLs only, a hundred columns or a million rows, on all four databases."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from core.analysis import to_csv, to_excel, to_frame
from core.models import ChartKind, TurnState
from tests.bad_input.conftest import DIALECTS, MakeDatabase, OpenScene, sales
from tests.bad_input.scene import DRAFT, Scene, assert_failed, told
from tests.chat_server import Request, answer, fail

SIDEWAYS = "information_schema.columns"
NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
FOREVER = {
    "sqlite": f"{NUMBERS}) SELECT COUNT(*) FROM n",
    "duckdb": "SELECT COUNT(*) FROM range(10000000000000) AS a(i) WHERE i % 7 = 3",
    "postgres": "SELECT COUNT(*) FROM GENERATE_SERIES(1, 100000000000)",
    "mysql": f"SELECT COUNT(*) FROM {SIDEWAYS} AS a, {SIDEWAYS} AS b, {SIDEWAYS} AS c",
}
MILLION = {
    "sqlite": f"{NUMBERS} WHERE i < 1000000) SELECT i AS number FROM n",
    "duckdb": "SELECT i AS number FROM range(1000000) AS r(i)",
    "postgres": "SELECT n AS number FROM GENERATE_SERIES(1, 1000000) AS g(n)",
    "mysql": f"{NUMBERS} WHERE i < 1000) SELECT a.i AS number FROM n AS a, n AS b",
}
FAILS = {
    "sqlite": ("SELECT ABS(-9223372036854775808) AS x FROM sale", "integer overflow"),
    "duckdb": ("SELECT CAST(region AS INTEGER) AS x FROM sale", "Could not convert string 'North'"),
    "postgres": ("SELECT amount / 0 AS x FROM sale", "division by zero"),
    "mysql": ("SELECT nothing FROM sale", "Unknown column 'nothing'"),
}

OpenSql = Callable[[str, str], Scene]


@pytest.fixture
def on(open_scene: OpenScene, make_database: MakeDatabase) -> OpenSql:
    """A scene on a database of that dialect whose model drafts that SQL and fails at everything else."""

    def make(dialect: str, sql: str, **settings: Any) -> Scene:
        def script(request: Request) -> Any:
            return fail(404) if request.streams else answer(DRAFT | {"sql": sql, "explanation": "Does as asked."})

        return open_scene(make_database(dialect, sales(dialect)), script=script, **settings)

    return make


@pytest.mark.parametrize("dialect", DIALECTS)
def test_sql_that_fails_is_told_with_the_databases_words_in_the_detail(on: OpenSql, dialect: str) -> None:
    sql, detail = FAILS[dialect]
    scene = on(dialect, sql)
    turn = scene.ask("What is it?", "llm")
    assert_failed(turn, "The database could not run this query.", "look at the SQL")
    assert turn.failure and detail in turn.failure.detail and turn.draft
    assert turn.draft.sql, "the SQL is kept to be looked at"
    scene.goes_on(rows=[(3,)])


@pytest.mark.parametrize("dialect", DIALECTS)
def test_sql_that_runs_too_long_is_stopped_and_told(on: Callable[..., Scene], dialect: str) -> None:
    scene = on(dialect, FOREVER[dialect], query_timeout_s=0.5)
    assert_failed(scene.ask("What is it?", "llm"), "The query was stopped after 0.5 seconds.", "a shorter period")
    scene.goes_on(rows=[(3,)])


@pytest.mark.parametrize("dialect", DIALECTS)
def test_no_rows_is_an_answer(on: OpenSql, dialect: str) -> None:
    scene = on(dialect, "SELECT region, amount FROM sale WHERE amount > 1000")
    turn = scene.ask("Which sales are above 1000?", "llm")
    assert turn.state is TurnState.DONE and scene.result(turn).names == ("region", "amount")
    assert turn.analysis and "No rows" in turn.analysis.text and turn.chart and turn.chart.kind is ChartKind.NONE
    downloads(scene, turn)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("sql", ["SELECT NULL AS a, NULL AS b FROM sale", "SELECT SUM(amount) AS total FROM sale WHERE id > 9"])
def test_nulls_only_is_told_as_no_value(on: OpenSql, dialect: str, sql: str) -> None:
    scene = on(dialect, sql)
    turn = scene.ask("What is it?", "llm")
    assert turn.state is TurnState.DONE and all(cell is None for row in scene.result(turn).rows() for cell in row)
    assert turn.analysis and "no value" in turn.analysis.text, told(turn)
    downloads(scene, turn)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_hundred_columns_are_all_there(on: OpenSql, dialect: str) -> None:
    scene = on(dialect, f"SELECT {', '.join(f'id + {number} AS column_{number}' for number in range(100))} FROM sale")
    turn = scene.ask("Show everything", "llm")
    assert turn.state is TurnState.DONE and turn.analysis and turn.analysis.text
    result = scene.result(turn)
    assert len(result.columns) == 100 and result.row_count == 3 and turn.result and len(turn.result.digest) <= 400
    downloads(scene, turn)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_of_a_million_rows_the_first_are_shown_and_that_is_said(on: OpenSql, dialect: str) -> None:
    scene = on(dialect, MILLION[dialect])
    turn = scene.ask("List the numbers", "llm")
    assert turn.state is TurnState.DONE and turn.result and turn.result.truncated
    assert (turn.result.row_count, turn.result.truncated_by, turn.result.limit) == (10_000, "rows", 10_000)
    assert turn.analysis and "10,000" in turn.analysis.text
    assert any(fact.kind == "truncated" for fact in turn.analysis.facts)
    scene.goes_on(rows=[(3,)])


def test_rows_too_large_to_hold_are_cut_by_size_and_that_is_said(on: Callable[..., Scene]) -> None:
    wide = "SELECT replace(hex(zeroblob(20000)), '00', 'wide') AS text FROM sale AS a, sale AS b, sale AS c, sale AS d"
    scene = on("sqlite", wide.replace("zeroblob(20000)", "printf('%020000d', 0)"), result_limit_bytes=2**20)
    turn = scene.ask("Show the texts", "llm")
    assert turn.state is TurnState.DONE and turn.result and turn.result.truncated_by == "bytes", told(turn)
    scene.goes_on(rows=[(3,)])


@pytest.mark.parametrize("dialect", DIALECTS)
def test_columns_of_the_same_name_survive(on: OpenSql, dialect: str) -> None:
    scene = on(dialect, "SELECT region AS x, amount AS x, id AS x FROM sale ORDER BY id")
    turn = scene.ask("What is it?", "llm")
    result = scene.result(turn)
    assert result.names == ("x", "x", "x") and [row[2] for row in result.rows()] == [1, 2, 3]
    downloads(scene, turn)


def downloads(scene: Scene, turn: Any) -> None:
    result = scene.result(turn)
    assert to_csv(result) and to_excel(result) and len(to_frame(result)) == result.row_count
