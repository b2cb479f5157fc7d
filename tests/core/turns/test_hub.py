"""The hub: every page on a session sees the same events, in order, once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from core.models import Event, EventKind
from core.sessions.store import SessionStore
from core.turns import events
from core.turns.hub import MOST_WAITING, Hub
from tests.waiting import PATIENCE_S


@pytest.fixture
def hub(client: Any) -> Iterator[Hub]:
    made = Hub(client)
    yield made
    made.close()


def tell(client: Any, session_id: str, count: int = 1) -> list[str]:
    event = Event(EventKind.CHUNK, "turn0", {"type": "text", "text": "a"})
    return [events.publish(client, session_id, event) for _ in range(count)]


async def follow(hub: Hub, session_id: str, count: int, after: str = "0-0") -> list[str]:
    """The ids of the next `count` events."""
    seen: list[str] = []
    watching = hub.watch(session_id, after)
    async with asyncio.timeout(PATIENCE_S):
        async for event_id, _ in watching:
            seen.append(event_id)
            if len(seen) == count:
                break
    await watching.aclose()  # type: ignore[attr-defined]
    return seen


def test_two_readers_get_the_same_events_old_and_live(client: Any, hub: Hub, session_id: str) -> None:
    async def scene() -> tuple[list[str], list[str], list[str]]:
        told = tell(client, session_id, 3)
        first = asyncio.create_task(follow(hub, session_id, 6))
        second = asyncio.create_task(follow(hub, session_id, 6))
        await asyncio.sleep(0.1)
        told += await asyncio.to_thread(tell, client, session_id, 3)
        return told, await first, await second

    told, first, second = asyncio.run(scene())
    assert first == second == told


def test_a_reader_that_comes_back_goes_on_where_it_was(client: Any, hub: Hub, session_id: str) -> None:
    told = tell(client, session_id, 5)
    assert asyncio.run(follow(hub, session_id, 3, after=told[1])) == told[2:]


def test_without_an_id_only_what_comes_is_told(client: Any, hub: Hub, session_id: str) -> None:
    async def scene() -> tuple[list[str], list[str]]:
        tell(client, session_id, 2)
        reader, told = asyncio.create_task(follow(hub, session_id, 1, after="not an id")), []
        while not reader.done():
            await asyncio.sleep(0.1)
            told += await asyncio.to_thread(tell, client, session_id)
        return told, await reader

    told, seen = asyncio.run(scene())
    assert seen[0] in told


def test_sessions_do_not_hear_each_other(client: Any, hub: Hub, sessions: SessionStore, session_id: str) -> None:
    other = sessions.create("shop").id

    async def scene() -> None:
        here, there = (asyncio.create_task(follow(hub, one, 2)) for one in (session_id, other))
        await asyncio.sleep(0.1)
        told = await asyncio.to_thread(tell, client, session_id, 2)
        await asyncio.sleep(0.1)
        assert await here == told and not there.done()
        assert await asyncio.to_thread(tell, client, other, 2) == await there

    asyncio.run(scene())


def test_nothing_is_kept_for_a_page_that_left(client: Any, hub: Hub, session_id: str) -> None:
    tell(client, session_id, 2)
    asyncio.run(follow(hub, session_id, 2))
    assert not hub._watchers and not hub._positions


def test_a_page_that_reads_too_slowly_is_cut_off(client: Any, hub: Hub, session_id: str) -> None:
    async def scene() -> int:
        count = 0
        tell(client, session_id)
        async with asyncio.timeout(PATIENCE_S):
            async for _ in hub.watch(session_id, "0-0"):
                count += 1
                if count == 1:
                    for _ in range(4):
                        await asyncio.to_thread(tell, client, session_id, MOST_WAITING // 2)
                        await asyncio.sleep(0.1)
        return count

    assert MOST_WAITING <= asyncio.run(scene()) < 2 * MOST_WAITING


def test_closing_the_hub_ends_every_reader(client: Any, session_id: str) -> None:
    async def scene() -> None:
        hub = Hub(client)
        reader = asyncio.create_task(follow(hub, session_id, 1))
        await asyncio.sleep(0.1)
        await asyncio.to_thread(hub.close)
        async with asyncio.timeout(PATIENCE_S):
            assert await reader == []

    asyncio.run(scene())
