"""`python -m core audit` as a script sees it."""

from __future__ import annotations

import argparse
import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest

from core.cli.audit import moment
from tests.core.cli.conftest import Command


@pytest.fixture
def session(tabletalk: Command, shop: str) -> str:
    """A session in which one question was asked."""
    return str(json.loads(tabletalk("ask", "How many customers are there?", "--db", shop, "--json").stdout)["session"])


def test_it_tells_what_ran_and_finds_it_by_action_and_session(tabletalk: Command, session: str) -> None:
    done = tabletalk("audit", "--action", "ran", "--session", session, "--since", "1h", "--json")
    [entry] = map(json.loads, done.stdout.splitlines())
    assert done.returncode == 0, done.stderr
    assert (entry["action"], entry["session_id"], entry["details"]["rows"]) == ("ran", session, "1")
    assert "SELECT" in entry["details"]["sql"]
    assert tabletalk("audit", "--session", "B" * 22, "--json").stdout == ""
    assert tabletalk("audit", "--until", "2020-01-01", "--json").stdout == ""


def test_it_prints_a_table_and_saves_csv(tabletalk: Command, session: str) -> None:
    table = tabletalk("audit", "--limit", "1").stdout.splitlines()
    assert table[0].startswith("time (UTC)") and len(table) == 3
    rows = list(csv.reader(io.StringIO(tabletalk("audit", "--csv", "-", "--action", "ran").stdout.removeprefix("\ufeff"))))
    assert [row[4:6] for row in rows] == [["action", "session"], ["ran", session]]


@pytest.mark.parametrize("options", [("--since", "yesterday"), ("--limit", "0"), ("--action", "flew"), ("--json", "--csv", "x")])
def test_what_cannot_be_understood_is_wrong_usage(tabletalk: Command, options: tuple[str, ...]) -> None:
    done = tabletalk("audit", *options)
    assert done.returncode == 2 and "usage:" in done.stderr


def test_a_time_is_a_date_a_moment_or_how_long_ago() -> None:
    assert moment("2026-11-26") == datetime(2026, 11, 26, tzinfo=UTC)
    assert moment("2026-11-26T14:30+02:00") == datetime(2026, 11, 26, 12, 30, tzinfo=UTC)
    assert abs(datetime.now(UTC) - timedelta(days=7) - moment("7d")) < timedelta(seconds=5)
    with pytest.raises(argparse.ArgumentTypeError):
        moment("99999999999999d")
