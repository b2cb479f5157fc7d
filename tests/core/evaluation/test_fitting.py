"""The ranker is fitted from questions with known SQL on real databases."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.cli.main import main
from core.evaluation.fitting import Asked, Weighed, rank_weights, sure_weights
from core.nl2sql.builtin.weighing.ranker import Ranker
from tests.core.nl2sql.builtin.schemas import make_sqlite

QUESTIONS = (
    ("cities of customers", "SELECT DISTINCT city FROM customers"),
    ("countries of customers", "SELECT DISTINCT country FROM customers"),
    ("names of products", "SELECT product_name FROM products"),
    ("how many orders are there", "SELECT count(*) FROM orders"),
)


def asked(database: str, *readings: tuple[str, bool]) -> Asked:
    return Asked(database, [Weighed([name], 0.9, [("plain", name)], right) for name, right in readings])


def test_what_right_readings_have_in_common_gets_weight() -> None:
    weights = rank_weights([asked(f"d{n}", ("good", True), ("bad", False)) for n in range(40)])
    assert weights["good"] > 0 > weights["bad"]


def test_a_feature_of_one_database_alone_is_left_out() -> None:
    known = [asked(f"d{n}", ("good", True), ("bad", False)) for n in range(40)]
    assert "rare" not in rank_weights([*known, *[asked("one", ("rare", True), ("bad", False))] * 9])


def test_signals_of_right_answers_make_sure() -> None:
    signs = [{"bias": 1.0, "lead": 3.0 if n % 2 else -3.0} for n in range(40)]
    weights = sure_weights(signs, [bool(n % 2) for n in range(40)], [f"d{n}" for n in range(40)])
    assert Ranker({}, weights).sure(signs[1]) > 0.7 > 0.3 > Ranker({}, weights).sure(signs[0])


def test_the_command_writes_the_weights_and_tells_how_it_does(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_sqlite("shop", tmp_path)
    lines = [{"id": n, "question": q, "db_path": "shop.sqlite", "sql": sql} for n, (q, sql) in enumerate(QUESTIONS)]
    (tmp_path / "questions.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    out = tmp_path / "ranker.json"
    arguments = ["fit", str(tmp_path / "questions.jsonl"), "--root", str(tmp_path), "--split", "all", "--out", str(out)]
    assert main([*arguments, "--jobs", "1"]) == 0
    data = json.loads(out.read_text(encoding="utf-8"))
    assert data["ranking"]["distinct"] > 0
    assert "4 questions" in capsys.readouterr().out


def test_questions_without_sql_teach_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "questions.jsonl").write_text('{"id": 1, "question": "cities", "db_path": "shop.sqlite"}\n', encoding="utf-8")
    assert main(["fit", str(tmp_path / "questions.jsonl"), "--split", "all"]) == 2
    assert "No question" in capsys.readouterr().err
