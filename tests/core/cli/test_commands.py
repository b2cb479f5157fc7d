"""`python -m core` as a script sees it: what it prints and its exit status."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from core.config import Settings
from core.models import TurnState
from core.wiring import build
from tests.core.cli.conftest import ROOT, Command
from tests.waiting import PATIENCE_S

ASK_KEYS = {
    *(
        "session",
        "turn",
        "question",
        "engine",
        "sql",
        "explanation",
        "assumptions",
        "unused_words",
        "confidence",
        "clarification",
    ),
    *("columns", "rows", "row_count", "truncated", "chart", "analysis", "followups", "elapsed_ms", "error"),
}


def test_ask_prints_one_object_with_the_answer(tabletalk: Command, shop: str) -> None:
    done = tabletalk("ask", "How many customers are there?", "--db", shop, "--engine", "builtin", "--json")
    answer = json.loads(done.stdout)
    assert done.returncode == 0, done.stderr
    assert answer.keys() >= ASK_KEYS
    assert answer["rows"] == [[3]]
    assert answer["engine"] == "builtin" and answer["error"] is None


def test_ask_goes_on_in_a_session(tabletalk: Command, shop: str) -> None:
    session = json.loads(tabletalk("ask", "Total amount by country", "--db", shop, "--json").stdout)["session"]
    done = tabletalk("ask", "only Norway", "--db", shop, "--session", session, "--json")
    assert json.loads(done.stdout)["rows"] == [["Norway", 37.5]]
    shown = json.loads(tabletalk("sessions", "show", session).stdout)
    assert [turn["question"] for turn in shown["turns"]] == ["Total amount by country", "only Norway"]


def test_ask_without_json_prints_the_table_and_the_sql(tabletalk: Command, shop: str) -> None:
    done = tabletalk("ask", "Number of customers by country", "--db", shop)
    assert "Norway" in done.stdout and "SELECT" in done.stdout


def test_a_question_that_needs_a_clarification_exits_with_3(tabletalk: Command, shop: str) -> None:
    done = tabletalk("ask", "zorb the quux of blarg", "--db", shop, "--json")
    assert done.returncode == 3, done.stdout
    assert json.loads(done.stdout)["clarification"]["choices"]


def test_an_error_before_anything_is_stored_has_the_same_keys(tabletalk: Command) -> None:
    answer = json.loads(tabletalk("ask", "How many?", "--session", "no such id", "--json").stdout)
    assert answer.keys() >= ASK_KEYS
    assert (answer["session"], answer["turn"], answer["rows"]) == ("no such id", None, []) and answer["error"]["message"]


def test_an_error_is_an_object_with_a_hint_and_exits_with_1(tabletalk: Command) -> None:
    done = tabletalk("ask", "How many?", "--db", "sqlite:////nowhere/at/all.sqlite", "--json")
    error = json.loads(done.stdout)["error"]
    assert done.returncode == 1
    assert error["message"] and error["hint"]
    assert "Traceback" not in done.stderr


def test_an_empty_question_is_an_error(tabletalk: Command, shop: str) -> None:
    done = tabletalk("ask", "  ", "--db", shop, "--json")
    assert (done.returncode, json.loads(done.stdout)["error"]["message"]) == (1, "The question is empty.")


def test_wrong_usage_exits_with_2(tabletalk: Command) -> None:
    assert tabletalk("ask").returncode == 2
    assert tabletalk("ask", "x", "--db", "a", "--connection", "b").returncode == 2
    assert tabletalk("sessions", "new", "--db", "a", "--connection", "b").returncode == 2


def test_a_session_is_made_listed_and_deleted(tabletalk: Command, shop: str) -> None:
    session = tabletalk("sessions", "new", "--db", shop, "--title", "Mine").stdout.strip()
    assert [row["title"] for row in json.loads(tabletalk("sessions", "list", "--json").stdout)] == ["Mine"]
    assert session in tabletalk("sessions", "list").stdout
    assert tabletalk("sessions", "delete", session).returncode == 0
    assert json.loads(tabletalk("sessions", "list", "--json").stdout) == []
    assert tabletalk("sessions", "show", session).returncode == 1
    assert tabletalk("sessions", "undelete", session).stdout == f"Brought back {session}.\n"
    assert tabletalk("sessions", "close", session).returncode == 0
    assert [row["id"] for row in json.loads(tabletalk("sessions", "list", "--status", "closed", "--json").stdout)] == [session]
    assert tabletalk("sessions", "reopen", session).returncode == 0
    assert tabletalk("sessions", "undelete", "A" * 22).returncode == 1


def test_sessions_of_one_person_or_of_everybody_are_searched(tabletalk: Command, shop: str, data_dir: Path) -> None:
    app = build(Settings.from_env({"TABLETALK_DATA_DIR": str(data_dir / "data"), "DATABASE_URL": shop}))
    made = {owner: app.sessions.create("database", owner=owner, title=f"Sales of {owner}").id for owner in ("ann", "bob")}
    app.sessions.index.add_member("bob", made["ann"])
    app.close()

    def found(*arguments: str) -> list[str]:
        return [row["id"] for row in json.loads(tabletalk("sessions", *arguments, "--json").stdout)]

    assert found("search", "sales") == found("list") == []
    assert found("search", "sales", "--all", "--sort", "title") == found("list", "--all", "--sort", "title") == [*made.values()]
    assert found("search", "sales", "ann", "--owner", "bob") == [made["ann"]]
    assert found("list", "--owner", "ann", "--connection", "other") == []
    assert "Sales of ann" in tabletalk("sessions", "list", "--owner", "ann").stdout
    assert tabletalk("sessions", "list", "--owner", "ann", "--all").returncode == 2


def test_cleanup_says_what_it_removed(tabletalk: Command) -> None:
    assert tabletalk("sessions", "cleanup").stdout == "Removed 0 expired entries.\n"


def test_eval_answers_a_file_of_questions_and_scores_those_with_gold(tabletalk: Command, shop: str, data_dir: Path) -> None:
    lines = [
        {"id": 1, "question": "How many customers are there?", "db_path": "shop.sqlite", "sql": "SELECT count(*) FROM customers"},
        {"id": 2, "question": "How many orders are there?", "db": shop, "sql": "SELECT 99"},
        {"id": 3, "question": "Total amount by country", "db": shop, "interaction": "a", "turn": 1},
        {
            **{"id": 4, "question": "only Norway", "db": shop, "interaction": "a", "turn": 2},
            "sql": "SELECT country, sum(amount) FROM orders NATURAL JOIN customers WHERE country = 'Norway'",
        },
    ]
    (data_dir / "questions.jsonl").write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    out = data_dir / "pred.jsonl"
    done = tabletalk("eval", str(data_dir / "questions.jsonl"), "--root", str(data_dir), "--out", str(out))
    predictions = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [prediction["id"] for prediction in predictions] == [1, 2, 3, 4]
    assert [prediction["correct"] for prediction in predictions] == [True, False, None, True]
    assert "66.67% (2 of 3)" in done.stderr


QUESTIONS = (
    ("How many customers are there?", "SELECT count(*) FROM customers"),
    ("How many orders are there?", "SELECT 99"),
    ("What colour is the sky?", "SELECT name FROM customers"),
)


def write_questions(path: Path, url: str, golds: Sequence[tuple[str, str]] = QUESTIONS) -> str:
    lines = [{"id": number, "question": asked, "db": url, "sql": gold} for number, (asked, gold) in enumerate(golds)]
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return str(path)


def test_eval_tells_what_went_wrong_and_again_from_its_results_alone(tabletalk: Command, shop: str, data_dir: Path) -> None:
    questions, out = write_questions(data_dir / "questions.jsonl", shop), str(data_dir / "results.jsonl")
    done = tabletalk("eval", questions, "--out", out, "--show", "1")
    assert "by shape of the gold query" in done.stdout and "aggregate, no filter" in done.stdout
    assert "── clarified: 1\n2 [shop] What colour is the sky?" in done.stdout
    assert tabletalk("eval", "--report", out, "--show", "1").stdout == done.stdout
    results = [json.loads(line) for line in Path(out).read_text(encoding="utf-8").splitlines()]
    assert [(result["sql"] is None, result["clarification"] is None) for result in results] == [
        (False, True),
        (False, True),
        (True, False),
    ]


def test_eval_tells_what_was_gained_and_lost_since_an_earlier_run(tabletalk: Command, shop: str, data_dir: Path) -> None:
    first, second = str(data_dir / "first.jsonl"), str(data_dir / "second.jsonl")
    tabletalk("eval", write_questions(data_dir / "questions.jsonl", shop), "--out", first)
    changed = (("How many orders are there?", "SELECT 99"), ("How many orders are there?", "SELECT count(*) FROM orders"))
    done = tabletalk(
        "eval", write_questions(data_dir / "questions.jsonl", shop, changed), "--out", second, "--against", first, "--show", "1"
    )
    assert "of 2 in common: gained 1, lost 1, net +0" in done.stdout
    assert "was   SELECT COUNT(*)" in " ".join(done.stdout.split(" "))


def test_eval_executes_nothing_twice_while_the_database_is_the_same(tabletalk: Command, shop: str, data_dir: Path) -> None:
    questions, cache = write_questions(data_dir / "questions.jsonl", shop), data_dir / "cache"
    tabletalk("eval", questions, "--cache", str(cache), "--out", str(data_dir / "first.jsonl"))
    (kept,) = cache.iterdir()
    before = kept.read_text(encoding="ascii")
    kept.write_text(before.replace(" R", " W"), encoding="ascii")
    told = tabletalk("eval", questions, "--cache", str(cache), "--out", str(data_dir / "second.jsonl")).stderr
    assert "(0 of 3)" in told
    assert kept.read_text(encoding="ascii").count("\n") == before.count("\n") == 3
    with sqlite3.connect(data_dir / "shop.sqlite") as connection:
        connection.execute("CREATE TABLE another (x)")
    connection.close()
    assert "(1 of 3)" in tabletalk("eval", questions, "--cache", str(cache), "--out", str(data_dir / "third.jsonl")).stderr


def test_eval_keeps_to_the_databases_of_the_split_it_was_asked_for(tabletalk: Command, shop: str, data_dir: Path) -> None:
    lines = [
        {"id": name, "question": "How many orders are there?", "db": name, "db_path": "shop.sqlite"} for name in ("c", "d", "e")
    ]
    (data_dir / "questions.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    for split, expected in (("train", ["c", "e"]), ("held-out", ["d"]), ("all", ["c", "d", "e"])):
        done = tabletalk("eval", str(data_dir / "questions.jsonl"), "--root", str(data_dir), "--split", split)
        assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == expected


def test_eval_reports_later_turns_of_dialogues_apart(tabletalk: Command, shop: str, data_dir: Path) -> None:
    gold = "SELECT country, sum(amount) FROM orders NATURAL JOIN customers"
    asked = (("Total amount by country", f"{gold} GROUP BY country"), ("only Norway", f"{gold} WHERE country = 'Norway'"))
    lines = [
        {"id": turn, "question": question, "db": shop, "sql": sql, "interaction": "a", "turn": turn}
        for turn, (question, sql) in enumerate(asked)
    ]
    (data_dir / "questions.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    done = tabletalk("eval", str(data_dir / "questions.jsonl"), "--out", str(data_dir / "results.jsonl"))
    assert [line.split()[:4] for line in done.stdout.splitlines() if "turns" in line] == [
        ["first", "turns", "1", "100.0%"],
        ["later", "turns", "1", "100.0%"],
    ]


def test_eval_lets_later_turns_follow_the_gold(tabletalk: Command, shop: str, data_dir: Path) -> None:
    lines = [
        {
            "id": 1,
            "question": "Total amount by country",
            "db": shop,
            "sql": "SELECT count(*) FROM customers",
            "interaction": "a",
            "turn": 1,
        },
        {"id": 2, "question": "only Norway", "db": shop, "interaction": "a", "turn": 2},
    ]
    (data_dir / "questions.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    done = tabletalk("eval", str(data_dir / "questions.jsonl"), "--history", "gold")
    later = json.loads(done.stdout.splitlines()[1])
    assert "COUNT(*)" in later["sql"] and "Norway" in later["sql"]


@pytest.mark.parametrize("arguments", [[], ["questions.jsonl", "--report", "results.jsonl"], ["--report", "no-such-file.jsonl"]])
def test_eval_wants_questions_or_the_results_of_an_earlier_run(tabletalk: Command, arguments: list[str]) -> None:
    done = tabletalk("eval", *arguments)
    assert done.returncode == 2 and done.stderr and "Traceback" not in done.stderr


def test_eval_without_the_chat_model_it_was_asked_for_is_an_error(tabletalk: Command, shop: str, data_dir: Path) -> None:
    (data_dir / "questions.jsonl").write_text(json.dumps({"id": 1, "question": "How many?", "db": shop}), encoding="utf-8")
    done = tabletalk("eval", str(data_dir / "questions.jsonl"), "--engine", "llm")
    assert done.returncode == 1 and "No chat model is configured" in done.stderr and "Traceback" not in done.stderr


def test_check_sql_says_what_passes(tabletalk: Command) -> None:
    lines = [{"sql": "SELECT 1", "dialect": "sqlite"}, {"sql": "DROP TABLE t", "dialect": "postgres"}]
    done = tabletalk("check-sql", stdin="\n".join(json.dumps(line) for line in lines))
    verdicts = [json.loads(line) for line in done.stdout.splitlines()]
    assert [verdict["accept"] for verdict in verdicts] == [True, False]
    assert verdicts[1]["reason"]


def test_check_sql_names_the_line_it_cannot_read(tabletalk: Command) -> None:
    done = tabletalk("check-sql", stdin='{"sql": "SELECT 1"}\nnot json')
    assert done.returncode == 2
    assert "Line 2" in done.stderr


def test_a_worker_answers_what_another_process_asked(data_dir: Path, shop: str) -> None:
    environ = {"TABLETALK_DATA_DIR": str(data_dir / "data"), "DATABASE_URL": shop, "TABLETALK_DEMO": "false"}
    app = build(Settings.from_env(environ))
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    argv = [sys.executable, "-m", "core", "worker"]
    with subprocess.Popen(argv, cwd=ROOT, env=kept | environ, stderr=subprocess.PIPE, text=True) as worker:
        session_id = app.sessions.create("database").id
        turn = app.turns.submit(session_id, "How many customers are there?")
        answered = app.turns.wait(session_id, turn.id, timeout_s=PATIENCE_S)
        worker.terminate()
        told = worker.communicate(timeout=PATIENCE_S)[1]
    app.close()
    assert answered.state is TurnState.DONE, answered
    assert (worker.returncode, told) == (0, "Working on up to 4 questions at once.\n")
