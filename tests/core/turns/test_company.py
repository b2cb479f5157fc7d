"""Presence: who is here, told once per change, gone by itself when a process dies."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from core.models import EventKind, Person
from core.sessions import keys
from core.sessions.store import SessionStore
from core.turns import events
from core.turns.company import MOST_TABS, Company, tag

ANA, BEN = Person("browser:ana", "Ana"), Person("login:ben", "Ben")


@pytest.fixture
def company(client: Any) -> Company:
    return Company(client)


def told(client: Any, session_id: str) -> list[list[str]]:
    """Names of each event of who is here."""
    found = [event for event in events.read(client, session_id) if event.kind is EventKind.COMPANY]
    return [[one["name"] for one in event.data["here"]] for event in found]


def names(company: Company, session_id: str) -> list[str]:
    return [one.name for one in company.here(session_id)]


def test_coming_and_leaving_is_told_once_with_everybody_who_is_here(company: Company, client: Any, session_id: str) -> None:
    company.stay(session_id, "tab1", ANA)
    company.stay(session_id, "tab2", BEN)
    company.stay(session_id, "tab1", ANA)
    company.stay(session_id, "tab3", BEN)
    company.leave(session_id, "tab2")
    assert names(company, session_id) == ["Ana", "Ben"]
    company.leave(session_id, "tab3")
    company.leave(session_id, "tab1")
    assert names(company, session_id) == []
    assert told(client, session_id) == [["Ana"], ["Ana", "Ben"], ["Ana"]], "nobody is left to hear of the last leaving"


def test_ids_stay_with_the_server_and_pages_get_a_tag_of_their_session(company: Company, client: Any, session_id: str) -> None:
    company.stay(session_id, "tab1", BEN)
    [here] = company.here(session_id)
    assert (here.id, here.tag) == (BEN.id, tag(session_id, BEN.id))
    [event] = events.read(client, session_id)
    assert event.data == {"here": [{"tag": here.tag, "name": "Ben"}], "count": 1}
    assert BEN.id not in str(event.data) and tag("B" * 22, BEN.id) != here.tag


def test_a_process_that_dies_leaves_nobody_behind(client: Any, session_id: str) -> None:
    """It stops renewing and never says that it leaves; the next beat of anybody tells, and comes when it must."""
    company = Company(client, stale_s=2, beat_s=10)
    company.stay(session_id, "dead", BEN)
    time.sleep(0.2)
    stay = company.stay(session_id, "tab1", ANA)
    assert [one.name for one in stay.here] == ["Ben", "Ana"]
    assert 0.05 < stay.next_s <= 1.8
    time.sleep(stay.next_s)
    assert names(company, session_id) == ["Ana"]
    company.stay(session_id, "tab1", ANA)
    assert told(client, session_id) == [["Ben"], ["Ben", "Ana"], ["Ana"]]
    assert 0 < client.ttl(keys.company(session_id)) <= 60


def test_presence_adds_no_life_to_a_session_and_none_is_kept_for_one_that_is_gone(
    company: Company, client: Any, sessions: SessionStore, session_id: str
) -> None:
    before = client.pexpiretime(keys.session(session_id))
    company.stay(session_id, "tab1", ANA)
    assert client.pexpiretime(keys.session(session_id)) == before
    assert abs(client.pexpiretime(keys.events(session_id)) - before) < 1000
    sessions.delete(session_id)
    assert company.stay(session_id, "tab1", ANA).here == ()
    assert not client.exists(keys.company(session_id), keys.events(session_id))


@pytest.mark.parametrize("name", ['<img src=x onerror=alert(1)>"\\', "\ud800\x00\n", "é" * 500, ""])
def test_names_of_any_signs_pass_unharmed(company: Company, client: Any, session_id: str, name: str) -> None:
    company.stay(session_id, "tab1", Person("browser:x", name))
    company.stay(session_id, "tab2", ANA)
    shown = name.replace("\ud800", "?")[:80]
    assert sorted(names(company, session_id)) == sorted([shown, "Ana"])
    assert sorted(told(client, session_id)[-1]) == sorted([shown, "Ana"])


def test_somebody_who_changed_their_name_is_told_by_the_new_one(company: Company, client: Any, session_id: str) -> None:
    company.stay(session_id, "tab1", ANA)
    time.sleep(0.005)
    company.stay(session_id, "tab2", Person(ANA.id, "Ana Maria"))
    assert names(company, session_id) == ["Ana Maria"] and told(client, session_id) == [["Ana"], ["Ana Maria"]]


def test_a_crowd_is_counted_and_its_first_are_named(company: Company, client: Any, session_id: str) -> None:
    for number in range(120):
        company.stay(session_id, f"tab{number}", Person(f"browser:{number}", f"P{number}"))
    last = [event for event in events.read(client, session_id) if event.kind is EventKind.COMPANY][-1]
    assert last.data["count"] == 120 == len(company.here(session_id)) and len(last.data["here"]) == 50


def test_one_person_cannot_fill_the_memory_with_tabs(company: Company, client: Any, session_id: str) -> None:
    for number in range(MOST_TABS + 5):
        company.stay(session_id, f"tab{number}", ANA)
    assert client.hlen(keys.company(session_id)) == MOST_TABS
    assert names(company, session_id) == ["Ana"] and len(told(client, session_id)) == 1


def test_many_who_come_at_once_are_all_told(company: Company, client: Any, session_id: str) -> None:
    async def scene() -> None:
        people = [Person(f"browser:{number}", f"P{number}") for number in range(20)]
        await asyncio.gather(*(asyncio.to_thread(company.stay, session_id, f"tab{one.id[8:]}", one) for one in people))

    asyncio.run(scene())
    sizes = [len(here) for here in told(client, session_id)]
    assert sizes == list(range(1, 21))
