from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
import redis

from core.errors import SessionError, SessionNotFound
from core.models import ListedStatus, SessionPage, SessionQuery, SessionSort, SqlDraft, Turn, TurnState
from core.sessions import keys
from core.sessions.ids import new_session_id
from core.sessions.index import MOST_WORDS
from core.sessions.store import SessionStore
from tests.waiting import until

Make = Callable[..., Turn]
FILMS = SqlDraft("SELECT title FROM film WHERE rental_rate > 2", "sqlite", "builtin")


def ids(store: SessionStore, offset: int = 0, limit: int = 50) -> list[str]:
    return [row.id for row in store.list(offset=offset, limit=limit)]


def found(store: SessionStore, person: str = "operator", **wanted: Any) -> list[str]:
    page = store.find(person, SessionQuery(**wanted))
    assert page.total == len(page.rows)
    return [row.id for row in page.rows]


def due_key(owner: str) -> bytes:
    return keys.owner_sessions(owner).replace(b":sessions", b":due")


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


def test_sessions_that_are_gone_are_left_out_and_the_page_is_full(store: SessionStore, client: redis.Redis) -> None:
    made = filled(store, 30)
    for session_id in made[3:20]:
        client.delete(keys.session(session_id))
    assert ids(store, limit=10) == [*made[:3], *made[20:27]]
    assert store.count() == 13


def test_an_expired_session_changes_its_filter_and_is_forgotten_when_it_is_gone(client: redis.Redis, make_turn: Make) -> None:
    store = SessionStore(client, ttl_s=1, grace_s=1)
    session = store.create("demo")
    store.add_turn(make_turn(session.id, "t0", "Revenue per country"))
    assert found(store, status=ListedStatus.OPEN) == [session.id]
    until(lambda: found(store, status=ListedStatus.OPEN) == [])
    assert found(store, status=ListedStatus.EXPIRED) == found(store, text="country") == [session.id]
    until(lambda: not client.exists(keys.session(session.id)))
    assert store.find("operator", SessionQuery(text="country")) == SessionPage((), 0)
    assert client.keys("user:*") == []


def test_an_entry_that_expired_too_early_by_the_index_is_mended(store: SessionStore, client: redis.Redis) -> None:
    """The session was used by a write the index was not told of."""
    session = store.create("demo")
    client.zadd(due_key("operator"), {session.id: 1})
    assert found(store, status=ListedStatus.OPEN) == [session.id]
    assert float(client.zscore(due_key("operator"), session.id) or 0) == session.expires.timestamp() * 1000


def test_cleaning_up_removes_the_dead_of_every_owner_and_counts_them(store: SessionStore, client: redis.Redis) -> None:
    alive = [store.create("demo", owner=owner).id for owner in ("me", "{they}", "}", "", "100%")]
    for owner, dead in (("me", 250), ("{they}", 3)):
        for _ in range(dead):
            client.delete(keys.session(store.create("demo", owner=owner, title="Gone by now").id))
    assert store.cleanup() == 253
    assert store.cleanup() == 0
    assert [store.list(owner)[0].id for owner in ("me", "{they}", "}", "", "100%")] == alive
    assert not client.keys("user:*:word:gone")
    assert [key for key in client.keys("user:*:words") if client.zcard(key)] == []


def test_a_list_of_an_earlier_version_gets_its_entries_from_the_sessions(
    store: SessionStore, client: redis.Redis, make_turn: Make
) -> None:
    session = store.create("demo")
    store.add_turn(make_turn(session.id, "t0", "Revenue per country"))
    client.delete(*(key for key in client.keys("user:*") if not key.endswith(b":sessions")))
    assert found(store, text="country") == []
    assert store.cleanup() == 0
    assert found(store, text="country") == [session.id]


def test_a_lost_entry_comes_back_with_the_next_activity(store: SessionStore, client: redis.Redis, make_turn: Make) -> None:
    session = store.create("demo")
    client.delete(keys.owner_sessions("operator"))
    store.extend(session.id)
    assert ids(store) == [session.id]
    client.delete(keys.owner_sessions("operator"))
    store.add_turn(make_turn(session.id, "t0"))
    assert ids(store) == [session.id]


def test_an_owners_list_does_not_live_for_ever(store: SessionStore, client: redis.Redis) -> None:
    store.create("demo")
    assert all(0 < int(client.pttl(key)) <= 120_000 + 86_400_000 for key in client.keys("user:*"))


def test_a_malformed_entry_in_the_list_is_no_trap(store: SessionStore, client: redis.Redis) -> None:
    session = store.create("demo")
    client.zadd(keys.owner_sessions("operator"), {b"not an id": 5, b"\xff\xfe": 6})
    assert ids(store) == [session.id]
    assert store.count() == 1


def asked(store: SessionStore, make_turn: Make, *questions: str, **fields: Any) -> str:
    """Newer than whatever was there before."""
    time.sleep(0.002)
    session = store.create("demo", **fields)
    for number, question in enumerate(questions):
        store.add_turn(make_turn(session.id, f"t{number}", question))
    return session.id


def test_a_search_finds_words_of_titles_questions_and_sql(store: SessionStore, make_turn: Make) -> None:
    films = asked(store, make_turn, "How many rows are there?", title="Everything on films")
    turn = store.turns(films)[0]
    store.save_turn(replace(turn, state=TurnState.DONE, draft=FILMS))
    revenue = asked(store, make_turn, "Revenue per country", "And the profit per month?")
    assert found(store, text="films ") == found(store, text="RENTAL_RATE") == found(store, text="rows there") == [films]
    assert found(store, text="profit country") == found(store, text="month revenue ") == [revenue]
    assert found(store, text="profit films") == found(store, text="nothing") == []
    assert found(store, text="select title from film where rental_rate > 2") == [films]


def test_while_one_types_the_beginning_of_the_last_word_is_enough(store: SessionStore, make_turn: Make) -> None:
    first = asked(store, make_turn, "Customers per country")
    second = asked(store, make_turn, "Custom orders per county")
    assert found(store, text="cust") == found(store, text="per coun") == [second, first]
    assert found(store, text="countr") == [first]
    assert found(store, text="custom ") == [second]
    assert found(store, text="cus country") == [first]
    assert found(store, text="custom country") == found(store, text="xyz country") == []


def test_a_renamed_session_is_found_by_its_new_title_only(store: SessionStore, make_turn: Make) -> None:
    session_id = asked(store, make_turn, "Revenue per country", title="Quarterly numbers")
    store.rename(session_id, "Board meeting")
    assert found(store, text="quarterly") == []
    assert found(store, text="board meeting country") == [session_id]


def test_words_of_a_session_are_capped_and_forgotten_with_it(store: SessionStore, client: redis.Redis, make_turn: Make) -> None:
    session_id = asked(store, make_turn, *(" ".join(f"word{n}x{m}" for m in range(50)) for n in range(10)))
    assert len(client.keys("user:*:word:*")) == MOST_WORDS
    store.delete(session_id)
    assert client.keys("user:*") == []


@pytest.mark.parametrize("text", ["*", "in:pinned", "\x00\xff", "数", "a" * 5000, "' OR 1=1", "\ud800"])
def test_a_hostile_search_is_only_a_search(store: SessionStore, text: str) -> None:
    store.create("demo", title="Plain")
    assert store.find("operator", SessionQuery(text=text, connection=text)).total == 0


def test_filters_hold_together(store: SessionStore, make_turn: Make) -> None:
    one = asked(store, make_turn, "Revenue", owner="ann")
    two = store.create("sales", owner="ann").id
    three = store.create("sales", owner="bob").id
    store.index.add_member("ann", three)
    store.close(two)
    store.index.pin("ann", three, True)
    assert found(store, "ann", connection="sales") == [three, two]
    assert found(store, "ann", status=ListedStatus.CLOSED) == found(store, "ann", connection="sales", mine=True) == [two]
    assert found(store, "ann", status=ListedStatus.OPEN, mine=True) == [one]
    assert found(store, "ann", mine=False) == found(store, "ann", pinned=True) == [three]
    assert found(store, "ann", pinned=True, connection="demo") == []
    page = store.find("ann", SessionQuery(connection="demo"))
    assert (page.counts, page.connections) == (
        {"open": 2, "closed": 1, "mine": 2, "shared": 1, "pinned": 1},
        ("demo", "sales"),
    )


def test_a_pin_is_on_top_of_ones_own_list_in_every_order(store: SessionStore, make_turn: Make) -> None:
    low = asked(store, make_turn, title="zzz", owner="ann")
    high = asked(store, make_turn, "One", "Two", title="aaa", owner="ann")
    store.index.add_member("bob", low)
    store.index.add_member("bob", high)
    store.index.pin("ann", low, True)
    for sort in SessionSort:
        assert found(store, "ann", sort=sort)[0] == low
    assert found(store, "bob", sort=SessionSort.TITLE) == [high, low]
    assert [row.pinned for row in store.list("ann")] == [True, False]
    store.index.pin("ann", low, False)
    assert found(store, "ann") == [high, low]


def test_every_order_is_kept(store: SessionStore, make_turn: Make) -> None:
    first = asked(store, make_turn, "Q", title="beta")
    second = asked(store, make_turn, "Q", "R", "S", title="Alpha")
    third = asked(store, make_turn, "Q", "R", title="gamma")
    for session_id, tokens in ((third, 20), (first, 300), (second, 1)):
        store.save_turn(replace(store.turns(session_id)[0], state=TurnState.DONE, tokens=tokens))
        time.sleep(0.002)
    assert found(store, sort=SessionSort.ACTIVITY) == [second, first, third]
    assert found(store, sort=SessionSort.CREATED) == [third, second, first]
    assert found(store, sort=SessionSort.QUESTIONS) == [second, third, first]
    assert found(store, sort=SessionSort.TOKENS) == [first, third, second]
    assert found(store, sort=SessionSort.TITLE) == [second, first, third]


@pytest.mark.parametrize("rare", [False, True], ids=["walked", "intersected"])
def test_pages_of_a_search_follow_each_other(store: SessionStore, rare: bool) -> None:
    made = [store.create("demo", title="Even" if n % 2 else f"Odd kind{n % 3}").id for n in range(120)]
    store.index.pin("operator", made[8], True)
    wanted = {session_id for n, session_id in enumerate(made) if n % 2 == 0 and (not rare or n % 3 == 2)}
    text = "odd kind2 " if rare else "odd "
    pages = [store.find("operator", SessionQuery(text=text, offset=offset, limit=7)) for offset in range(0, 70, 7)]
    assert {page.total for page in pages} == {len(wanted)}
    rows = [row for page in pages for row in page.rows]
    assert len(rows) == len(wanted) and {row.id for row in rows} == wanted
    assert rows == sorted(rows, key=lambda row: (row.pinned, row.updated), reverse=True)
    assert rows[0].id == made[8]


def test_a_shared_session_stands_in_both_lists_and_leaves_the_others_alone(store: SessionStore, make_turn: Make) -> None:
    session_id = asked(store, make_turn, "Revenue per country", owner="ann", owner_name="Ann")
    before = store.get(session_id).expires
    store.index.add_member("bob", session_id)
    store.index.add_member("bob", session_id)
    assert store.get(session_id).expires == before
    store.add_turn(make_turn(session_id, "t9", "Profit"))
    [row] = store.find("bob", SessionQuery(text="country profit")).rows
    assert (row.id, row.owner, row.owner_name) == (session_id, "ann", "Ann")
    store.index.remove_member("bob", session_id)
    assert found(store, "bob") == []
    assert found(store, "ann", text="profit") == [session_id]
    store.index.remove_member("ann", session_id)
    assert found(store, "ann") == [session_id]


def test_a_session_that_is_gone_gets_no_members(store: SessionStore, client: redis.Redis) -> None:
    with pytest.raises(SessionNotFound):
        store.index.add_member("bob", new_session_id())
    with pytest.raises(SessionNotFound):
        store.index.pin("bob", new_session_id(), True)
    assert client.keys("*") == []


def contents(client: redis.Redis) -> dict[bytes, object]:
    """Everything the indexes hold, but for the time of death of their keys."""
    found: dict[bytes, object] = {}
    for key in client.keys("user:*"):
        match client.type(key):
            case b"zset":
                found[key] = dict(client.zrange(key, 0, -1, withscores=True))
            case b"set":
                found[key] = client.smembers(key)
            case b"hash" if key.endswith(b":entries"):
                entries = {name: json.loads(value) for name, value in client.hgetall(key).items()}
                found[key] = {name: {**entry, "till": 0, "words": set(entry["words"].split())} for name, entry in entries.items()}
            case _:
                found[key] = client.hgetall(key)
    return found


def test_after_a_thousand_random_changes_the_index_is_what_the_sessions_say(
    store: SessionStore, client: redis.Redis, make_turn: Make
) -> None:
    dice = random.Random(7)
    people, words = ("ann", "bob", "}"), ("revenue", "profit", "per", "country", "month", "Zürich")
    made = [store.create("demo", owner=dice.choice(people), title="Begin here").id for _ in range(12)]

    def act(number: int) -> None:
        session_id, person = dice.choice(made), dice.choice(people)
        match dice.randrange(10):
            case 0:
                store.rename(session_id, " ".join(dice.sample(words, 2)))
            case 1:
                store.index.pin(person, session_id, dice.random() < 0.5)
            case 2:
                store.index.add_member(person, session_id)
            case 3:
                store.index.remove_member(person, session_id)
            case 4:
                store.close(session_id)
            case 5:
                store.reopen(session_id)
            case 6:
                store.delete(session_id)
            case 7:
                store.undelete(session_id)
            case _:
                turn = store.add_turn(make_turn(session_id, f"t{number}", " ".join(dice.sample(words, 3))))
                store.save_turn(replace(turn, state=TurnState.DONE, draft=FILMS, tokens=number))

    for number in range(1_000):
        with suppress(SessionError):
            act(number)
    for session_id in made:
        with suppress(SessionError):
            store.undelete(session_id)
        store.rename(session_id, store.get(session_id).title)  # whoever was unpinned or unlisted has no old words
    before = contents(client)
    client.delete(*client.keys("user:*"))
    for session_id in made:
        store.rename(session_id, store.get(session_id).title)
    after = contents(client)
    for held in (before, after):
        for key in [key for key in held if key.endswith(b":due")]:
            del held[key]  # renaming renewed them
    assert before == after


def test_changes_at_the_same_time_leave_no_trace_of_a_deleted_session(
    store: SessionStore, client: redis.Redis, make_turn: Make
) -> None:
    session_id = store.create("demo", title="Here").id
    store.index.add_member("bob", session_id)

    def use(worker: int) -> None:
        for number in range(30):
            with suppress(SessionError):
                store.add_turn(make_turn(session_id, f"t{worker}-{number}", f"Question {worker} of {number}"))
                store.index.pin("bob", session_id, number % 2 == 0)

    threads = [threading.Thread(target=use, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(0.05)
    store.delete(session_id)
    for thread in threads:
        thread.join()
    assert store.list("bob") == store.list() == ()
    store.cleanup()
    assert client.keys("user:*") == []
