"""The command line with bad input: exit status, one sentence, no traceback, no secret, and nothing a terminal would act on."""

from __future__ import annotations

import json
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.bad_input.scene import assert_calm, sqlite_file
from tests.core.cli.conftest import Command, tabletalk

__all__ = ["tabletalk"]

Ask = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def ask(tabletalk: Command, data_dir: Path, redis_url: str) -> Ask:
    """`ask` on the three sales and the shared Valkey server; whatever it prints is calm."""
    shop = sqlite_file(data_dir / "shop.sqlite")

    def run(question: str, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        where = () if {"--db", "--connection"} & set(arguments) else ("--db", shop)
        done = tabletalk("ask", question, *where, *arguments, **({"REDIS_URL": redis_url} | environ))
        assert_calm(done.stdout + done.stderr)
        assert all(sign.isprintable() or sign == "\n" for sign in done.stdout + done.stderr)
        return done

    return run


@pytest.mark.parametrize(
    ("question", "arguments", "status", "said"),
    [
        ("x" * 10_000, [], 1, "The question has 10,000 characters"),
        ("Wie viele Verkäufe gibt es?", [], 3, "I understand questions in English only so far."),
        ("How many sales?", ["--db", "postgresql://ada:hunter2@127.0.0.1:1/shop"], 1, "is not running at its address."),
        ("How many sales?", ["--session", "A" * 22], 1, "There is no such session"),
        ("How many sales?", ["--session", "nonsense"], 1, "This link does not lead to a session."),
        ("How many sales?", ["--engine", "llm"], 1, "No chat model is configured"),
    ],
)
def test_each_has_its_sentence_and_exit_status(ask: Ask, question: str, arguments: list[str], status: int, said: str) -> None:
    told = ask(question, *arguments, "--json")
    answer = json.loads(told.stdout)
    assert (told.returncode, told.stderr) == (status, "")
    if status == 1:
        assert said in answer["error"]["message"] and answer["error"]["hint"]
    else:
        assert said in answer["clarification"]["question"] and answer["clarification"]["choices"]


def test_without_json_an_error_is_one_line_and_a_clarification_a_list(ask: Ask) -> None:
    failed = ask("How many sales?", "--session", "nonsense")
    assert (failed.returncode, failed.stdout) == (1, "") and failed.stderr.count("\n") == 1
    unclear = ask("How many unicorns are there?")
    assert unclear.returncode == 3 and "  - How many sales are there?" in unclear.stdout


def test_redis_that_is_not_there_is_told(ask: Ask) -> None:
    done = ask("How many sales?", "--json", REDIS_URL="redis://:hunter2@127.0.0.1:1")
    assert done.returncode == 1 and "The session store cannot be reached." in json.loads(done.stdout)["error"]["message"]


def test_a_setting_of_the_wrong_form_is_told(ask: Ask) -> None:
    done = ask("How many sales?", TABLETALK_ROW_LIMIT="many")
    assert done.returncode == 1 and "The setting TABLETALK_ROW_LIMIT is “many”." in done.stderr


def test_what_was_not_used_is_named(ask: Ask) -> None:
    done = ask("How many sales are there, please, in glorious Atlantis?")
    assert done.returncode == 3 or "Atlantis" in done.stdout.partition("Not used: ")[2].partition("\n")[0]


def test_values_cannot_drive_the_terminal(ask: Ask, data_dir: Path) -> None:
    path = data_dir / "signs.sqlite"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute('CREATE TABLE note (id INTEGER PRIMARY KEY, "au\x1b[31mthor" TEXT)')
        connection.execute("INSERT INTO note VALUES (1, ?), (2, ?)", ("\x1b[2J\x07\u202egone", "two\r\nlines"))
    done = ask("Show all notes", "--db", f"sqlite:///{path}")
    assert done.returncode == 0 and "gone" in done.stdout and "two lines" in done.stdout
