from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
import redis

from core.errors import InvalidSessionId, LeaseLost, QuotaReached, SessionClosed, SessionExpired, SessionNotFound
from core.models import (
    ChartKind,
    ChartSpec,
    Kind,
    Mode,
    ResultColumn,
    ResultRef,
    ResultSet,
    SessionQuery,
    SessionStatus,
    Summary,
    Turn,
    TurnState,
)
from core.sessions import keys, scripts
from core.sessions.ids import new_session_id
from core.sessions.quota import Quota
from core.sessions.store import SessionStore
from tests.aging import expire_session
from tests.waiting import until

Make = Callable[..., Turn]
BAR = ChartSpec(ChartKind.BAR, 0, (1,), chosen_by="user")


def numbers(*values: int) -> ResultSet:
    return ResultSet((ResultColumn("n", Kind.INTEGER),), pa.table({"c0": list(values)}), len(values))


def answered(turn: Turn, result_id: str) -> Turn:
    return replace(turn, state=TurnState.DONE, result=ResultRef(result_id, (ResultColumn("n", Kind.INTEGER),), 1))


WRITES: dict[str, Callable[[SessionStore, str, Turn], object]] = {
    "add_turn": lambda store, session_id, turn: store.add_turn(replace(turn, id="another")),
    "save_turn": lambda store, session_id, turn: store.save_turn(turn),
    "set_user_chart": lambda store, session_id, turn: store.set_user_chart(session_id, turn.id, BAR),
    "save_result": lambda store, session_id, turn: store.save_result(session_id, "r1", numbers(1)),
    "set_status": lambda store, session_id, turn: store.set_status(session_id, SessionStatus.PROCESSING),
    "set_summary": lambda store, session_id, turn: store.set_summary(session_id, Summary("x", 1)),
    "resolve": lambda store, session_id, turn: store.resolve(session_id, {"a": "b"}),
    "rename": lambda store, session_id, turn: store.rename(session_id, "New"),
}
every_write = pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())


def test_a_new_session_is_stored_as_it_is_returned(store: SessionStore) -> None:
    session = store.create("demo", title="  Sales\n 2024 ", owner="ann@example.org", mode=Mode.QUERY)
    assert store.get(session.id) == session
    assert (session.title, session.owner, session.mode, session.connection) == (
        "Sales 2024",
        "ann@example.org",
        Mode.QUERY,
        "demo",
    )
    assert session.status is SessionStatus.IDLE
    assert session.expires - session.created == timedelta(seconds=60)
    assert abs(session.created - datetime.now(UTC)) < timedelta(seconds=5)


def test_an_unknown_session_is_not_found_and_a_malformed_id_is_told_apart(store: SessionStore) -> None:
    with pytest.raises(SessionNotFound):
        store.get(new_session_id())
    with pytest.raises(InvalidSessionId):
        store.get("a} b{")


@pytest.mark.parametrize("read", ["get", "turns", "restore", "delete", "extend"])
def test_every_call_tells_an_unknown_session(store: SessionStore, read: str) -> None:
    with pytest.raises(SessionNotFound):
        getattr(store, read)(new_session_id())


def test_turns_get_their_places_in_the_order_they_are_added(store: SessionStore, make_turn: Make) -> None:
    session = store.create("demo")
    added = [store.add_turn(make_turn(session.id, f"t{number}", f"Question {number}")) for number in range(12)]
    assert [turn.index for turn in added] == list(range(12))
    assert store.turns(session.id) == tuple(added)
    assert store.get(session.id).turn_count == 12


def test_turns_added_at_the_same_time_all_get_a_place_of_their_own(store: SessionStore, make_turn: Make) -> None:
    session = store.create("demo")
    threads = [threading.Thread(target=store.add_turn, args=(make_turn(session.id, f"t{number}"),)) for number in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [turn.index for turn in store.turns(session.id)] == list(range(24))


def test_a_turn_that_is_added_twice_is_stored_once_as_it_is_now(
    store: SessionStore, client: redis.Redis, make_turn: Make
) -> None:
    session = store.create("demo")
    first = store.add_turn(make_turn(session.id, "t0"), queue=True)
    store.save_turn(replace(first, state=TurnState.RUNNING))
    again = store.add_turn(make_turn(session.id, "t0"), queue=True)
    assert again == replace(first, state=TurnState.RUNNING)
    assert store.get(session.id).turn_count == 1
    assert client.lrange(keys.queue(session.id), 0, -1) == [b"t0"]


def test_the_first_question_becomes_the_title_and_the_last_one_the_preview(store: SessionStore, make_turn: Make) -> None:
    session = store.create("demo")
    store.add_turn(make_turn(session.id, "t0", "How  many films " + "and actors " * 20))
    store.add_turn(make_turn(session.id, "t1", "Second " * 40))
    title, preview = store.get(session.id).title, store.list()[0].preview
    assert title.startswith("How many films and actors") and title.endswith("…") and len(title) <= 80
    assert preview.startswith("Second Second") and len(preview) <= 120


def test_a_title_the_person_gave_is_kept(store: SessionStore, make_turn: Make) -> None:
    session = store.create("demo", title="Mine")
    store.add_turn(make_turn(session.id, "t0"))
    assert store.get(session.id).title == "Mine"
    store.rename(session.id, "Ours")
    assert store.get(session.id).title == "Ours"


def test_saving_a_turn_that_was_never_added_is_refused(store: SessionStore, make_turn: Make) -> None:
    session = store.create("demo")
    with pytest.raises(SessionNotFound, match="not part"):
        store.save_turn(make_turn(session.id, "t9"))
    with pytest.raises(SessionNotFound, match="not part"):
        store.set_user_chart(session.id, "t9", BAR)
    with pytest.raises(SessionNotFound, match="not part"):
        store.turn(session.id, "t9")


def test_the_users_chart_outlives_a_save_of_the_turn_and_can_be_taken_back(store: SessionStore, make_turn: Make) -> None:
    session = store.create("demo")
    turn = store.add_turn(make_turn(session.id, "t0"))
    store.set_user_chart(session.id, "t0", BAR)
    store.save_turn(replace(turn, state=TurnState.DONE))
    assert store.turn(session.id, "t0") == store.turns(session.id)[0] == replace(turn, state=TurnState.DONE, user_chart=BAR)
    store.save_turn(store.turn(session.id, "t0"))
    store.set_user_chart(session.id, "t0", None)
    assert store.turn(session.id, "t0").user_chart is None


def test_a_result_is_read_back_and_an_unknown_one_is_none(store: SessionStore) -> None:
    session = store.create("demo")
    size_bytes = store.save_result(session.id, "r1", numbers(1, 2))
    assert size_bytes > 0
    found = store.result(session.id, "r1")
    assert found is not None and found.rows() == [(1,), (2,)]
    assert store.result(session.id, "nope") is None
    assert store.result(new_session_id(), "r1") is None
    assert list(store.results(session.id, ["nope", "r1"])) == ["r1"]
    assert store.results(session.id, []) == {}


def test_restore_brings_the_session_its_turns_and_the_results_of_the_last_turns(store: SessionStore, make_turn: Make) -> None:
    session = store.create("demo")
    for number in range(8):
        turn = store.add_turn(make_turn(session.id, f"t{number}"))
        if number != 6:
            store.save_result(session.id, f"r{number}", numbers(number))
            store.save_turn(answered(turn, f"r{number}"))
    restored, turns, results = store.restore(session.id, last_results=3)
    assert restored == store.get(session.id)
    assert turns == store.turns(session.id)
    assert {name: result.rows() for name, result in results.items()} == {"r4": [(4,)], "r5": [(5,)], "r7": [(7,)]}
    assert store.restore(session.id, last_results=0)[2] == {}


def test_restore_finds_the_last_results_although_an_older_turn_was_answered_again(store: SessionStore, make_turn: Make) -> None:
    session = store.create("demo")
    for number in range(20):
        turn = store.add_turn(make_turn(session.id, f"t{number}"))
        store.save_result(session.id, f"r{number}", numbers(number))
        store.save_turn(answered(turn, f"r{number}"))
    for number in range(12):
        store.save_result(session.id, f"r{number}", numbers(100 + number))
    assert list(store.restore(session.id, last_results=2)[2]) == ["r18", "r19"]
    assert len(store.restore(session.id, last_results=20)[2]) == 20


def test_restore_leaves_out_a_result_that_is_missing(store: SessionStore, make_turn: Make) -> None:
    session = store.create("demo")
    store.save_turn(answered(store.add_turn(make_turn(session.id, "t0")), "lost"))
    assert store.restore(session.id)[2] == {}


def test_what_a_person_settled_is_merged(store: SessionStore) -> None:
    session = store.create("demo")
    store.resolve(session.id, {"date": "orders.ordered", "größe:{}": 'a "b"'})
    store.resolve(session.id, {"date": "orders.paid"})
    assert store.get(session.id).resolutions == {"date": "orders.paid", "größe:{}": 'a "b"'}


def test_summary_and_status_are_stored(store: SessionStore) -> None:
    session = store.create("demo")
    store.set_summary(session.id, Summary("They asked for films.", 4))
    store.set_status(session.id, SessionStatus.PROCESSING)
    stored = store.get(session.id)
    assert (stored.summary, stored.summarized_to, stored.status) == ("They asked for films.", 4, SessionStatus.PROCESSING)


def test_a_deleted_session_leaves_only_what_an_undo_needs(store: SessionStore, client: redis.Redis, make_turn: Make) -> None:
    session = store.create("demo")
    store.add_turn(make_turn(session.id, "t0"), queue=True)
    store.save_result(session.id, "r1", numbers(1))
    client.xadd(keys.events(session.id), {"e": "1"})
    client.set(keys.lease(session.id), "token")
    store.delete(session.id)
    assert client.keys("session:*") == client.keys("user:*") == []
    assert store.list() == ()
    assert all(0 < int(client.pttl(key)) <= 600_000 for key in client.keys("*"))


@every_write
def test_no_write_revives_a_session_that_is_gone(
    store: SessionStore, client: redis.Redis, make_turn: Make, write: Callable[..., object]
) -> None:
    session = store.create("demo")
    turn = store.add_turn(make_turn(session.id, "t0"))
    store.delete(session.id)
    with pytest.raises(SessionNotFound):
        write(store, session.id, turn)
    assert client.keys("session:*") == []


@every_write
def test_an_expired_session_is_readable_and_not_writable_until_it_is_extended(
    store: SessionStore, client: redis.Redis, make_turn: Make, write: Callable[..., object]
) -> None:
    session = store.create("demo")
    turn = store.add_turn(make_turn(session.id, "t0"))
    expire_session(client, session.id)
    assert store.get(session.id).status is SessionStatus.EXPIRED
    assert store.list()[0].status is SessionStatus.EXPIRED
    assert store.turns(session.id) == (turn,)
    with pytest.raises(SessionExpired):
        write(store, session.id, turn)
    assert store.extend(session.id).status is SessionStatus.IDLE
    write(store, session.id, turn)


def test_after_its_grace_redis_deletes_every_key_of_a_session(client: redis.Redis, make_turn: Make) -> None:
    short = SessionStore(client, ttl_s=1, grace_s=1)
    session = short.create("demo")
    short.add_turn(make_turn(session.id, "t0"), queue=True)
    short.save_result(session.id, "r1", numbers(1))
    assert len(client.keys("session:*")) == 4
    until(lambda: not client.keys("session:*"))
    with pytest.raises(SessionNotFound):
        short.get(session.id)


@every_write
def test_every_write_slides_the_expiry_of_all_keys(
    store: SessionStore, client: redis.Redis, make_turn: Make, write: Callable[..., object]
) -> None:
    session = store.create("demo")
    turn = store.add_turn(make_turn(session.id, "t0"), queue=True)
    store.save_result(session.id, "r0", numbers(1))
    client.xadd(keys.events(session.id), {"e": "1"})
    for key in keys.of_session(session.id)[:5]:
        client.pexpire(key, 30_000)
    before = store.get(session.id).expires
    time.sleep(0.002)
    write(store, session.id, turn)
    assert store.get(session.id).expires > before
    assert all(60_000 < int(client.pttl(key)) <= 120_000 for key in keys.of_session(session.id)[:5])


FENCED: dict[str, Callable[[SessionStore, Turn, int], object]] = {
    "save_turn": lambda store, turn, fence: store.save_turn(turn, fence=fence),
    "save_result": lambda store, turn, fence: store.save_result(turn.session_id, "r1", numbers(1), fence=fence),
    "set_status": lambda store, turn, fence: store.set_status(turn.session_id, SessionStatus.IDLE, fence=fence),
    "set_summary": lambda store, turn, fence: store.set_summary(turn.session_id, Summary("x", 1), fence=fence),
}


@pytest.mark.parametrize("write", FENCED.values(), ids=FENCED.keys())
def test_a_worker_whose_lease_went_to_another_cannot_write(
    store: SessionStore, client: redis.Redis, make_turn: Make, write: Callable[[SessionStore, Turn, int], object]
) -> None:
    turn = store.add_turn(make_turn(store.create("demo").id, "t0"))
    write(store, turn, 1)
    client.hset(keys.session(turn.session_id), "fence", 10)
    with pytest.raises(LeaseLost):
        write(store, turn, 9)
    write(store, turn, 10)
    write(store, turn, 11)


def test_another_room_writes_its_keys_with_the_same_checks(store: SessionStore, client: redis.Redis) -> None:
    push = scripts.writing("redis.call('RPUSH', KEYS[5], ARGV[4])\nslide()\nreturn {'ok', redis.call('LLEN', KEYS[5])}")
    session = store.create("demo")
    assert store.write(push, session.id, "t0") == [1]
    client.hset(keys.session(session.id), "fence", 2)
    with pytest.raises(LeaseLost):
        store.write(push, session.id, "t1", fence=1)
    with pytest.raises(SessionNotFound):
        store.write(push, new_session_id(), "t1")


def test_a_server_that_forgot_the_scripts_is_told_them_again(store: SessionStore, client: redis.Redis) -> None:
    session = store.create("demo")
    client.script_flush()
    assert store.get(session.id) == session


def test_fields_of_another_version_are_read_with_defaults(store: SessionStore, client: redis.Redis) -> None:
    session = store.create("demo")
    client.hset(
        keys.session(session.id), mapping={"mode": "telepathy", "status": "dreaming", "mood": "good", "title": b"caf\xe9"}
    )
    client.hdel(keys.session(session.id), "summary", "turn_count", "version")
    read = store.get(session.id)
    assert (read.mode, read.status, read.turn_count, read.title) == (Mode.ANALYSIS, SessionStatus.IDLE, 0, "caf\ufffd")


@pytest.mark.parametrize("text", ["", "\x00", "a\ud800b", "{}:*", "数" * 5000, "'; DROP TABLE--"])
def test_hostile_names_and_questions_are_data(store: SessionStore, make_turn: Make, text: str) -> None:
    session = store.create(text, title=text, owner=text)
    store.add_turn(make_turn(session.id, "t0", text))
    store.rename(session.id, text)
    store.resolve(session.id, {text: text})
    assert len(store.turns(session.id)) == 1
    assert [row.id for row in store.list(text)] == [session.id]
    store.delete(session.id)
    assert store.count(text) == 0


@pytest.mark.parametrize("write", [write for name, write in WRITES.items() if name != "rename"])
def test_a_closed_session_is_readable_and_not_writable_until_it_is_reopened(
    store: SessionStore, make_turn: Make, write: Callable[..., object]
) -> None:
    session = store.create("demo")
    turn = store.add_turn(make_turn(session.id, "t0"))
    store.close(session.id)
    assert store.get(session.id).status is SessionStatus.CLOSED
    assert store.turns(session.id) == (turn,)
    with pytest.raises(SessionClosed):
        write(store, session.id, turn)
    store.reopen(session.id)
    assert store.get(session.id).status is SessionStatus.IDLE
    write(store, session.id, turn)


def test_a_closed_session_can_be_renamed_and_a_worker_finishes_what_was_asked(store: SessionStore, make_turn: Make) -> None:
    turn = store.add_turn(make_turn(store.create("demo").id, "t0"))
    store.close(turn.session_id)
    store.rename(turn.session_id, "Ours")
    store.save_turn(replace(turn, state=TurnState.DONE), fence=1)
    store.set_status(turn.session_id, SessionStatus.IDLE, fence=1)
    assert (store.get(turn.session_id).title, store.get(turn.session_id).status) == ("Ours", SessionStatus.CLOSED)
    assert store.turn(turn.session_id, "t0").state is TurnState.DONE


READS: dict[str, Callable[[SessionStore, str], object]] = {
    "get": lambda store, session_id: store.get(session_id),
    "turns": lambda store, session_id: store.turns(session_id),
    "turn": lambda store, session_id: store.turn(session_id, "t0"),
    "restore": lambda store, session_id: store.restore(session_id),
    "result": lambda store, session_id: store.result(session_id, "r1"),
    "list": lambda store, session_id: store.list(),
    "count": lambda store, session_id: store.count(),
    "cleanup": lambda store, session_id: store.cleanup(),
}


@pytest.mark.parametrize("read", READS.values(), ids=READS.keys())
def test_looking_does_not_renew_a_session(
    store: SessionStore, client: redis.Redis, make_turn: Make, read: Callable[[SessionStore, str], object]
) -> None:
    session = store.create("demo")
    store.add_turn(make_turn(session.id, "t0"))
    store.save_result(session.id, "r1", numbers(1))
    before = store.get(session.id).expires
    for key in client.keys("session:*"):
        client.pexpire(key, 50_000)
    time.sleep(0.002)
    read(store, session.id)
    assert store.get(session.id).expires == before
    assert all(int(client.pttl(key)) <= 50_000 for key in client.keys("session:*"))


def test_a_kept_session_lives_longer_after_every_use_and_no_use_shortens_its_life(client: redis.Redis, make_turn: Make) -> None:
    store = SessionStore(client, ttl_s=60, grace_s=60, keep_s=3_600)
    session = store.create("demo")
    kept = store.extend(session.id, keep=True)
    assert kept.kept and not session.kept
    assert timedelta(seconds=3_000) < kept.expires - datetime.now(UTC) <= timedelta(seconds=3_601)
    time.sleep(0.002)
    store.add_turn(make_turn(session.id, "t0"))
    assert store.get(session.id).expires > kept.expires
    assert store.extend(session.id).expires > kept.expires


def test_an_expired_session_can_be_kept(store: SessionStore, client: redis.Redis) -> None:
    session = store.create("demo")
    expire_session(client, session.id)
    assert store.extend(session.id, keep=True).status is SessionStatus.IDLE
    assert store.get(session.id).expires - datetime.now(UTC) > timedelta(days=29)


@pytest.mark.parametrize("read", ["get", "turns", "turn", "restore", "result"])
def test_a_deleted_session_can_be_read_by_nobody(store: SessionStore, make_turn: Make, read: str) -> None:
    session = store.create("demo")
    store.add_turn(make_turn(session.id, "t0"))
    store.save_result(session.id, "r1", numbers(1))
    store.delete(session.id)
    if read == "result":
        assert store.result(session.id, "r1") is None
    else:
        with pytest.raises(SessionNotFound):
            READS[read](store, session.id)


def test_a_delete_is_undone_with_everything_that_was_there(store: SessionStore, client: redis.Redis, make_turn: Make) -> None:
    session = store.create("demo", owner="ann")
    turn = store.add_turn(make_turn(session.id, "t0", "Revenue per country"), queue=True)
    store.save_result(session.id, "r1", numbers(1))
    store.index.add_member("bob", session.id)
    client.hset(keys.shares(session.id), "link:x", "y")
    before = (store.get(session.id), client.ttl(keys.turns(session.id)))
    store.delete(session.id)
    with pytest.raises(SessionNotFound):
        store.delete(session.id)
    assert store.undelete(session.id, owner="ann") == before[0]
    assert store.undelete(session.id, owner="ann") == before[0], "again, for the reply may be lost"
    assert (store.turns(session.id), store.result(session.id, "r1")) == ((turn,), numbers_of(store, session.id))
    assert client.hget(keys.shares(session.id), "link:x") == b"y"
    assert client.lrange(keys.queue(session.id), 0, -1) == [b"t0"]
    assert abs(client.ttl(keys.turns(session.id)) - before[1]) <= 1
    assert client.keys("deleted:*") == []
    for person in ("ann", "bob"):
        assert [row.id for row in store.find(person, SessionQuery(text="country")).rows] == [session.id]


def numbers_of(store: SessionStore, session_id: str) -> ResultSet:
    found = store.result(session_id, "r1")
    assert found is not None and found.rows() == [(1,)]
    return found


def test_nobody_undoes_the_delete_of_somebody_elses_session(store: SessionStore) -> None:
    session = store.create("demo", owner="ann")
    store.delete(session.id)
    with pytest.raises(SessionNotFound):
        store.undelete(session.id, owner="bob")
    with pytest.raises(SessionNotFound):
        store.undelete(new_session_id())
    store.undelete(session.id)


def test_tokens_of_a_session_are_those_of_its_turns(store: SessionStore, make_turn: Make) -> None:
    session = store.create("demo")
    first, second = (store.add_turn(make_turn(session.id, f"t{number}")) for number in range(2))
    store.save_turn(replace(first, tokens=100, state=TurnState.DONE))
    store.save_turn(replace(first, tokens=100, state=TurnState.DONE))
    store.save_turn(replace(second, tokens=30))
    store.save_turn(replace(second, tokens=25))
    assert store.get(session.id).tokens == store.list()[0].tokens == 125
    assert len(store.turns(session.id)) == 2


def test_the_bytes_of_a_session_are_those_of_its_turns_and_results(
    store: SessionStore, client: redis.Redis, make_turn: Make
) -> None:
    session = store.create("demo")
    turn = store.add_turn(make_turn(session.id, "t0"))
    for size in (50, 500, 5):
        store.save_result(session.id, "r1", numbers(*range(size)))
    store.save_turn(replace(turn, state=TurnState.DONE, notices=("something",)))
    kept = [value for key in (keys.turns(session.id), keys.results(session.id)) for value in client.hvals(key)]
    assert store.get(session.id).size_bytes == sum(map(len, kept))
    assert store.index.sums("operator") == (1, sum(map(len, kept)))
    store.delete(session.id)
    assert store.index.sums("operator") == (0, 0)


def test_a_quota_of_sessions_refuses_one_more_and_says_what_to_do(client: redis.Redis) -> None:
    store = SessionStore(client, 60, 60, quota=Quota(sessions=2))
    made = [store.create("demo", owner="ann").id for _ in range(2)]
    with pytest.raises(QuotaReached, match="You have 2 sessions; at most 2") as caught:
        store.create("demo", owner="ann")
    assert "Delete some" in caught.value.hint
    store.index.add_member("bob", made[0])
    for _ in range(2):
        store.create("demo", owner="bob")
    store.delete(made[0])
    store.create("demo", owner="ann")
    assert store.count("ann") == 2


def test_a_quota_of_bytes_refuses_the_next_question_but_no_answer(client: redis.Redis, make_turn: Make) -> None:
    store = SessionStore(client, 60, 60, quota=Quota(bytes=20_000))
    session = store.create("demo")
    turn = store.add_turn(make_turn(session.id, "t0"))
    store.save_result(session.id, "r1", numbers(*(n * 7919 % 10_007 for n in range(20_000))), fence=1)
    store.save_turn(replace(turn, state=TurnState.DONE), fence=1)
    with pytest.raises(QuotaReached, match="at most 0 MB"):
        store.add_turn(make_turn(session.id, "t1"))
    with pytest.raises(QuotaReached):
        store.create("demo")
    assert store.turns(session.id)[0].state is TurnState.DONE
