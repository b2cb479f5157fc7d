"""The questions file, and how its databases are split."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from core.evaluation.questions import Question, is_held_out, of_split, read_questions


@pytest.mark.parametrize(
    ("question", "name"),
    [
        (Question(1, "?", db_path="data/shop.sqlite"), "shop"),
        (Question(1, "?", db_path="data/shop.sqlite", db="store"), "store"),
        (Question(1, "?", db="sqlite:////tmp/shop.sqlite"), "shop"),
        (Question(1, "?", db="postgresql://me:secret@host/shop?sslmode=require"), "shop"),
    ],
)
def test_a_database_has_the_name_it_is_given_else_that_of_its_file(question: Question, name: str) -> None:
    assert question.database == name


def test_the_split_is_by_database_and_the_same_everywhere() -> None:
    assert [name for name in "abcdefgh" if is_held_out(name)] == ["d"]
    questions = [Question(f"{name}{number}", "?", db=name) for name in "abcd" for number in (1, 2)]
    parts = {split: [question.id for question in of_split(questions, split)] for split in ("train", "held-out", "all")}
    assert parts["held-out"] == ["d1", "d2"]
    assert parts["train"] == ["a1", "a2", "b1", "b2", "c1", "c2"]
    assert len(parts["all"]) == 8


def test_blank_lines_of_a_questions_file_are_left_out_and_broken_ones_refused(data_dir: Path) -> None:
    path = data_dir / "questions.jsonl"
    path.write_text('{"id": 1, "question": "How many?"}\n\n{"id": "b", "question": "Who?", "turn": 2}\n', encoding="utf-8")
    assert [(question.id, question.turn) for question in read_questions(path)] == [(1, None), ("b", 2)]
    path.write_text('{"id": 1}\n', encoding="utf-8")
    with pytest.raises(msgspec.DecodeError):
        read_questions(path)
