"""Names that hurt: reserved words, spaces, quotes, other alphabets, markup; asked for on all four databases."""

from __future__ import annotations

import pytest

from core.models import TurnState
from tests.bad_input.conftest import DIALECTS, MakeDatabase, OpenScene
from tests.bad_input.scene import Scene, told


def quoted(dialect: str, name: str) -> str:
    mark = "`" if dialect == "mysql" else '"'
    return mark + name.replace(mark, mark * 2) + mark


def statements(dialect: str) -> list[str]:
    def q(name: str) -> str:
        return quoted(dialect, name)

    text = "VARCHAR(60)" if dialect == "mysql" else "TEXT"
    return [
        f"CREATE TABLE {q('order')} "
        f"({q('select')} INTEGER, {q('group')} {text}, {q('unit price')} DECIMAL(10, 2), {q('Größe')} {text})",
        f"INSERT INTO {q('order')} VALUES (1, 'from', 10.5, 'groß'), (2, 'where', 20, 'klein'), (3, 'where', 5, 'klein')",
        f"CREATE TABLE {q('Überstunden (h)')} ({q('Mitarbeiter-Name')} {text}, {q('Stunden %')} INTEGER)",
        f"INSERT INTO {q('Überstunden (h)')} VALUES ('Jörg', 5), ('Zoë', 7)",
        f"CREATE TABLE {q('顧客')} ({q('名前')} {text}, {q('金額')} INTEGER)",
        f"INSERT INTO {q('顧客')} VALUES ('山田', 100), ('鈴木', 50)",
        f"CREATE TABLE {q(THE_WORST)} ({q('a;--b')} INTEGER, {q(COLUMN)} INTEGER)",
        f"INSERT INTO {q(THE_WORST)} VALUES (1, 2)",
    ]


THE_WORST = """it's a "`test`\\"""
COLUMN = "50%s :name <b> =1+1"


@pytest.mark.parametrize("dialect", DIALECTS)
def test_such_names_are_asked_for_like_any_other(open_scene: OpenScene, make_database: MakeDatabase, dialect: str) -> None:
    scene = open_scene(make_database(dialect, statements(dialect)))
    assert rows(scene, "How many orders are there?") == [(3,)]
    assert rows(scene, "Total unit price by group") == [("where", 25), ("from", 10.5)]
    assert rows(scene, "Number of orders by Größe, highest first") == [("klein", 2), ("groß", 1)]
    assert rows(scene, "How many orders have the Größe groß?") == [(1,)]
    assert sorted(rows(scene, "Number of orders by select")) == [(1, 1), (2, 1), (3, 1)]
    assert rows(scene, "How many Überstunden are there?") == [(2,)]
    assert rows(scene, "Total Stunden by Mitarbeiter-Name") == [("Zoë", 7), ("Jörg", 5)]
    assert rows(scene, "Total 金額 by 名前") == [("山田", 100), ("鈴木", 50)]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_table_is_in_the_catalog_and_its_rows_can_be_looked_at(
    open_scene: OpenScene, make_database: MakeDatabase, dialect: str
) -> None:
    scene = open_scene(make_database(dialect, statements(dialect)))
    tables = scene.app.databases.catalog("shop").tables
    assert {table.name for table in tables} == {"order", "Überstunden (h)", "顧客", THE_WORST}
    for table in tables:
        assert scene.app.databases.sample("shop", table.name).row_count == table.row_count


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_worst_names_never_break_a_turn(open_scene: OpenScene, make_database: MakeDatabase, dialect: str) -> None:
    scene = open_scene(make_database(dialect, statements(dialect)))
    for question in ("How many tests are there?", "Total 50 s name b 1 1", "show all it's a test"):
        turn = scene.ask(question)
        refused = (
            dialect == "duckdb" and turn.failure is not None and THE_WORST in turn.failure.message
        )  # it may be a file's name
        assert turn.state is not TurnState.FAILED or refused, told(turn)
    scene.goes_on("How many orders are there?", [(3,)])


def rows(scene: Scene, question: str) -> list[tuple[object, ...]]:
    turn = scene.ask(question, "builtin")
    assert turn.state is TurnState.DONE, (question, told(turn))
    result = scene.result(turn).rows()
    return result if turn.draft and "ORDER BY" in turn.draft.sql else sorted(result, key=str)
