from __future__ import annotations

import time
from collections.abc import Callable

import redis

from core.models import Turn
from core.sessions import keys
from core.sessions.ids import new_session_id
from core.sessions.store import SessionStore

Make = Callable[..., Turn]
LONG_AGO = 1_000_000_000_000


def ids(store: SessionStore, offset: int = 0, limit: int = 50) -> list[str]:
    return [row.id for row in store.list(offset=offset, limit=limit)]


def filled(store: SessionStore, count: int) -> list[str]:
    made = []
    for _ in range(count):
        made.append(store.create("demo").id)
        time.sleep(0.002)
    return made[::-1]


def test_the_newest_activity_comes_first(store: SessionStore, make_turn: Make) -> None:
    newest, middle, oldest = filled(store, 3)
    assert ids(store) == [newest, middle, oldest]
    store.add_turn(make_turn(oldest, "t0"))
    assert ids(store) == [oldest, newest, middle]


def test_renaming_and_extending_leave_a_session_in_its_place(store: SessionStore) -> None:
    made = filled(store, 3)
    store.rename(made[2], "New name")
    store.extend(made[1])
    assert ids(store) == made
    assert store.list()[2].title == "New name"


def test_pages_follow_each_other_without_gap_or_repetition(store: SessionStore) -> None:
    made = filled(store, 25)
    pages = [ids(store, offset=offset, limit=10) for offset in (0, 10, 20, 30)]
    assert [len(page) for page in pages] == [10, 10, 5, 0]
    assert [session_id for page in pages for session_id in page] == made
    assert store.count() == 25


def test_owners_do_not_see_each_other(store: SessionStore) -> None:
    mine, theirs = store.create("demo", owner="me"), store.create("demo", owner="they")
    assert [row.id for row in store.list("me")] == [mine.id]
    assert [row.id for row in store.list("they")] == [theirs.id]
    assert store.list() == ()


def test_entries_of_sessions_that_are_gone_are_removed_and_the_page_is_full(store: SessionStore, client: redis.Redis) -> None:
    index = keys.owner_sessions("everyone")
    alive = filled(store, 5)
    client.zadd(index, {new_session_id(): 4_000_000_000_000 for _ in range(3)})
    for session_id in alive:
        client.zadd(index, {session_id: LONG_AGO})
    for dead in range(120):
        client.zadd(index, {new_session_id(): LONG_AGO + 1 + dead})
    assert sorted(ids(store, limit=8)) == sorted(alive)
    assert client.zcard(index) == 8


def test_counting_removes_the_dead_from_the_old_end(store: SessionStore, client: redis.Redis) -> None:
    filled(store, 3)
    client.zadd(keys.owner_sessions("everyone"), {new_session_id(): LONG_AGO + number for number in range(450)})
    assert store.count() == 3


def test_cleaning_up_removes_the_dead_of_every_owner_and_counts_them(store: SessionStore, client: redis.Redis) -> None:
    alive = [store.create("demo", owner="me").id, store.create("demo", owner="{they}").id]
    for owner, dead in (("me", 250), ("{they}", 3)):
        client.zadd(keys.owner_sessions(owner), {new_session_id(): LONG_AGO + number for number in range(dead)})
        client.zadd(keys.owner_sessions(owner), {new_session_id(): time.time() * 1000})
    assert store.cleanup() == 253
    assert store.cleanup() == 0
    assert [store.list("me")[0].id, store.list("{they}")[0].id] == alive


def test_an_entry_whose_session_is_just_being_created_is_left_alone(store: SessionStore, client: redis.Redis) -> None:
    coming = new_session_id()
    client.zadd(keys.owner_sessions("everyone"), {coming: time.time() * 1000})
    assert store.list() == ()
    assert client.zscore(keys.owner_sessions("everyone"), coming) is not None


def test_a_lost_entry_comes_back_with_the_next_activity(store: SessionStore, client: redis.Redis, make_turn: Make) -> None:
    session = store.create("demo")
    client.delete(keys.owner_sessions("everyone"))
    store.extend(session.id)
    assert ids(store) == [session.id]
    client.delete(keys.owner_sessions("everyone"))
    store.add_turn(make_turn(session.id, "t0"))
    assert ids(store) == [session.id]


def test_an_owners_list_does_not_live_for_ever(store: SessionStore, client: redis.Redis) -> None:
    store.create("demo")
    assert 0 < int(client.pttl(keys.owner_sessions("everyone"))) <= 120_000 + 86_400_000


def test_a_malformed_entry_in_the_list_is_no_trap(store: SessionStore, client: redis.Redis) -> None:
    session = store.create("demo")
    client.zadd(keys.owner_sessions("everyone"), {b"not an id": 5, b"\xff\xfe": 6})
    assert ids(store) == [session.id]
    assert store.count() == 1
