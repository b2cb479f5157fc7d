"""The audit: what is kept, what is cut, what is found again, and that its loss costs nothing else."""

from __future__ import annotations

import csv
import io
import logging
import time
from datetime import UTC, datetime, timedelta

import pytest
import redis

from core.models import AuditAction, Person, PersonKind
from core.sessions import keys
from core.sessions.audit import DETAIL_LENGTH, MOST_REFUSED, SQL_LENGTH, Audit, to_csv
from core.sessions.client import Client

ANA = Person("login:ana", "Ana", "ana@example.com", PersonKind.LOGIN)
BEN = Person("browser:ben", "Ben")
SESSION, OTHER = "A" * 22, "B" * 22


@pytest.fixture
def audit(client: Client) -> Audit:
    return Audit(client)


def test_an_entry_says_who_did_what_with_which_session_and_when(audit: Audit) -> None:
    began = datetime.now(UTC)
    audit.record(ANA, AuditAction.ASKED, SESSION, question="How many?", turn="t1", engine="")
    [entry] = audit.read()
    assert (entry.person, entry.name, entry.email) == ("login:ana", "Ana", "ana@example.com")
    assert (entry.action, entry.session_id, entry.details) == ("asked", SESSION, {"question": "How many?", "turn": "t1"})
    assert began - timedelta(seconds=1) < entry.at < datetime.now(UTC) + timedelta(seconds=1)


def test_the_newest_come_first_and_in_pages(audit: Audit) -> None:
    for number in range(25):
        audit.record(ANA, AuditAction.ASKED, SESSION, question=number)
    pages: list[list[str]] = []
    before = ""
    while page := audit.read(before=before, limit=10):
        pages.append([entry.details["question"] for entry in page])
        before = page[-1].id
    assert [len(page) for page in pages] == [10, 10, 5]
    assert [int(number) for page in pages for number in page] == list(range(24, -1, -1))


def test_it_is_searched_by_person_action_session_and_period(audit: Audit) -> None:
    audit.record(ANA, AuditAction.ASKED, SESSION)
    audit.record(BEN, AuditAction.ASKED, OTHER)
    audit.record(ANA, AuditAction.EXPORTED, SESSION, form="csv")
    time.sleep(0.01)
    middle = datetime.now(UTC)
    time.sleep(0.01)
    audit.record(BEN, AuditAction.REFUSED, SESSION)

    def found(**wanted: object) -> list[str]:
        return [f"{entry.name} {entry.action}" for entry in audit.read(**wanted)]  # type: ignore[arg-type]

    assert found(person="login:ana") == found(person="AN") == found(person="@example.com") == ["Ana exported", "Ana asked"]
    assert found(action="asked") == ["Ben asked", "Ana asked"]
    assert found(session=OTHER) == ["Ben asked"]
    assert found(person="ben", session=SESSION) == ["Ben refused"]
    assert found(since=middle) == ["Ben refused"]
    assert found(until=middle, action="asked", limit=1) == ["Ben asked"]
    assert found(person="nobody") == []


def test_an_opening_counts_once_per_person_and_session(audit: Audit, client: Client) -> None:
    for person, session in ((ANA, SESSION), (ANA, SESSION), (BEN, SESSION), (ANA, OTHER), (BEN, SESSION)):
        audit.record(person, AuditAction.OPENED, session)
    assert len(audit.read()) == 3
    marks = list(client.scan_iter("{audit}:opened:*"))
    assert len(marks) == 3 and all(0 < client.ttl(mark) <= 600 for mark in marks)


def test_trying_in_vain_again_and_again_pushes_out_nothing_others_did(audit: Audit) -> None:
    audit.record(ANA, AuditAction.ASKED, SESSION)
    for number in range(MOST_REFUSED + 20):
        audit.record(Person(f"browser:{number}", "Eve"), AuditAction.REFUSED, SESSION)
    audit.record(BEN, AuditAction.REFUSED, OTHER)
    assert len(audit.read(action="refused", session=SESSION, limit=1_000)) == MOST_REFUSED
    assert len(audit.read(action="refused", session=OTHER)) == 1


def test_only_so_many_of_the_newest_are_kept(client: Client) -> None:
    audit = Audit(client, entries=7)
    for number in range(20):
        audit.record(ANA, AuditAction.ASKED, question=number)
    assert [entry.details["question"] for entry in audit.read()] == [str(number) for number in range(19, 12, -1)]
    assert audit.count() == 7


def test_zero_entries_means_no_audit(client: Client) -> None:
    Audit(client, entries=0).record(ANA, AuditAction.ASKED)
    assert not client.exists(keys.AUDIT)


def test_details_are_short_texts_whatever_comes_in(audit: Audit) -> None:
    audit.record(
        Person("browser:\ud800", "x" * 999 + "\x1b[31m"),
        AuditAction.RAN,
        SESSION,
        sql="SELECT 1\n" * 999,
        question="\x00q\n\nq " * 99,
    )
    [entry] = audit.read()
    assert entry.person == "browser:?" and len(entry.name) == DETAIL_LENGTH and entry.name.endswith("…")
    assert len(entry.details["sql"]) == SQL_LENGTH and entry.details["sql"].startswith("SELECT 1\nSELECT 1")
    assert len(entry.details["question"]) == DETAIL_LENGTH and entry.details["question"].startswith("q q q")


def test_a_store_that_is_gone_is_logged_and_costs_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    with redis.Redis(port=1) as gone, caplog.at_level(logging.ERROR):
        Audit(gone).record(ANA, AuditAction.ASKED, SESSION, question="secret plans")
    assert "The audit lost an entry: asked by login:ana." in caplog.text
    assert "secret plans" not in caplog.text


def test_the_download_holds_every_entry_and_no_formula(audit: Audit) -> None:
    audit.record(Person("browser:x", "=HYPERLINK(1)"), AuditAction.ASKED, SESSION, question="=1+1")
    audit.record(ANA, AuditAction.EXPORTED, "-A" * 11, rows=-5)
    head, second, first = csv.reader(io.StringIO(to_csv(audit.all()).decode("utf-8-sig")))
    assert head == ["time (UTC)", "person", "name", "e-mail", "action", "session", "details"]
    assert first[1:] == ["browser:x", "'=HYPERLINK(1)", "", "asked", SESSION, "question: =1+1"]
    assert second[4:] == ["exported", "'" + "-A" * 11, "rows: -5"]
    datetime.fromisoformat(first[0])


def test_entries_of_another_version_are_read_as_far_as_they_go(audit: Audit, client: Client) -> None:
    client.xadd(keys.AUDIT, {"person": "login:ana", "action": "flew", "details": '{"to": 5}', "wings": "2"})
    [entry] = audit.read(action="flew")
    assert (entry.action, entry.name, entry.details) == ("flew", "", {"details": '{"to": 5}'})
