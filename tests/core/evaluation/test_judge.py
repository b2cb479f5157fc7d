"""Verdicts on a real database, and how they are remembered."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from core.config import ConnectionSpec
from core.evaluation.judge import Judge
from core.evaluation.questions import Question
from core.evaluation.verdicts import Verdict, VerdictCache, file_identity
from core.execution.connections import open_database

QUESTION = Question("q", "Which names?", sql="SELECT name FROM people")


@pytest.fixture
def people(data_dir: Path) -> Path:
    path = data_dir / "people.sqlite"
    fill(path, "Ada", "Bo")
    return path


def fill(path: Path, *names: str) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS people (name TEXT)")
        connection.executemany("INSERT INTO people VALUES (?)", [(name,) for name in names])
    connection.close()


def judge_of(path: Path, cache: VerdictCache | None = None) -> Judge:
    return Judge(open_database(ConnectionSpec("test", f"sqlite:///{path}")), cache)


@pytest.mark.parametrize(
    ("gold", "sql", "verdict"),
    [
        ("SELECT name FROM people", "SELECT name FROM people ORDER BY name DESC", Verdict.RIGHT),
        ("SELECT name FROM people ORDER BY name", "SELECT name FROM people ORDER BY name DESC", Verdict.WRONG),
        ("SELECT name FROM people", None, Verdict.WRONG),
        ("SELECT name FROM people", "SELECT age FROM people", Verdict.FAILS),
        ("SELECT name FROM people", "DROP TABLE people", Verdict.FAILS),
        ("SELECT age FROM people", "SELECT name FROM people", Verdict.NO_GOLD),
        ("SELECT age FROM people", None, Verdict.NO_GOLD),
    ],
)
def test_a_statement_is_judged_by_its_rows(people: Path, gold: str, sql: str | None, verdict: Verdict) -> None:
    assert judge_of(people).judge(Question("q", "?", sql=gold), sql) is verdict


@pytest.mark.parametrize(
    ("alternatives", "sql", "verdict"),
    [
        (("SELECT upper(name) FROM people",), "SELECT upper(name) FROM people", Verdict.RIGHT),
        (("SELECT upper(name) FROM people",), "SELECT lower(name) FROM people", Verdict.WRONG),
        (("SELECT age FROM people",), "SELECT lower(name) FROM people", Verdict.WRONG),
        (("SELECT name FROM people LIMIT 0",), None, Verdict.WRONG),
    ],
)
def test_the_rows_of_an_alternative_are_as_right(people: Path, alternatives: tuple[str, ...], sql: str, verdict: Verdict) -> None:
    question = Question("q", "?", sql="SELECT name FROM people", alt_sql=alternatives)
    assert judge_of(people).judge(question, sql) is verdict


def test_a_remembered_verdict_is_given_without_running_the_statement(people: Path, data_dir: Path) -> None:
    identity = file_identity(people)
    VerdictCache(data_dir / "kept", identity).put(Verdict.WRONG, "q", "SELECT name FROM people", "SELECT name FROM people")
    assert judge_of(people, VerdictCache(data_dir / "kept", identity)).judge(QUESTION, QUESTION.sql) is Verdict.WRONG
    other = Question("another", "?", sql=QUESTION.sql)
    assert judge_of(people, VerdictCache(data_dir / "kept", identity)).judge(other, QUESTION.sql) is Verdict.RIGHT


def test_a_change_of_the_database_makes_its_verdicts_forgotten(people: Path, data_dir: Path) -> None:
    one = "SELECT 'Ada' UNION ALL SELECT 'Bo'"
    assert judge_of(people, VerdictCache(data_dir / "kept", file_identity(people))).judge(QUESTION, one) is Verdict.RIGHT
    fill(people, "Cy")
    os.utime(people, ns=(1, 1))
    assert judge_of(people, VerdictCache(data_dir / "kept", file_identity(people))).judge(QUESTION, one) is Verdict.WRONG


def test_runs_side_by_side_add_to_one_file_and_a_torn_line_costs_only_itself(data_dir: Path) -> None:
    first, second = VerdictCache(data_dir, "here|1"), VerdictCache(data_dir, "here|1")
    first.put(Verdict.RIGHT, "a")
    second.put(Verdict.WRONG, "b")
    (path,) = data_dir.glob("*.verdicts")
    path.write_text(path.read_text("ascii") + "\n0123456789 R\nabc", "ascii")
    VerdictCache(data_dir, "here|1").put(Verdict.FAILS, "c")
    read = VerdictCache(data_dir, "here|1")
    assert [read.get("a"), read.get("b"), read.get("c"), read.get("d")] == [Verdict.RIGHT, Verdict.WRONG, Verdict.FAILS, None]


def test_a_cache_that_cannot_be_written_still_remembers_within_the_run(data_dir: Path) -> None:
    (data_dir / "file").write_text("not a directory")
    cache = VerdictCache(data_dir / "file", "here|1")
    cache.put(Verdict.RIGHT, "a")
    assert cache.get("a") is Verdict.RIGHT
