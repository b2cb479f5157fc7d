"""connect: one Redis client for every deployment REDIS_URL can name, or for the embedded server. Nothing hangs for long."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import redis
from redis.backoff import NoBackoff
from redis.cluster import ClusterNode, RedisCluster
from redis.connection import Connection, SSLConnection, UnixDomainSocketConnection
from redis.retry import Retry
from redis.sentinel import Sentinel

from core.config import Settings
from core.errors import StoreUnavailable
from core.sessions.address import Address, Kind
from core.sessions.client import Client
from core.sessions.outage import store_errors
from core.sessions.retry import PATIENCE_S, DeadlineRetry

if TYPE_CHECKING:
    from core.sessions.embedded import EmbeddedServer

SOCKET_TIMEOUT_S = 5.0
"""A blocking read (XREAD BLOCK) must ask for less."""
MAX_CONNECTIONS = 128
"""At least the number of threads that use the client at once; more wait for a free one."""
_LOG = logging.getLogger(__name__)


def connect(settings: Settings) -> Client:
    """A client that answered a PING; its replies are bytes. It may be used by any number of threads.

    Raises ConfigError for a REDIS_URL without a known form, and StoreUnavailable, after some 5 s at most, where nobody answers or
    the embedded server cannot start. Closing the client gives up this process's share of the embedded server.
    """
    client = open_address(Address.parse(settings.redis_url)) if settings.redis_url else open_embedded(settings.data_dir / "redis")
    try:
        with store_errors():
            client.ping()
            _warn_of_eviction(client)
    except StoreUnavailable:
        client.close()
        raise
    return client


def open_address(address: Address) -> Client:
    """Connects nothing yet, but for a cluster, whose nodes are asked for at once."""
    options = _common() | address.credentials | address.tls_options
    if address.kind is Kind.CLUSTER:
        return _cluster(address, options)
    if address.kind is Kind.SENTINEL:
        return _by_sentinel(address, options)
    options["db"] = address.db
    if address.kind is Kind.UNIX:
        return redis.Redis.from_pool(_pool(UnixDomainSocketConnection, path=address.path, **options))
    host, port = address.hosts[0]
    return redis.Redis.from_pool(_pool(SSLConnection if address.tls else Connection, host=host, port=port, **options))


def open_embedded(directory: Path) -> redis.Redis:
    """Starts or joins the embedded server in that directory. Raises StoreUnavailable."""
    try:
        from core.sessions.embedded import EmbeddedServer
    except ImportError as exc:  # no file locks on this platform
        from core.sessions.binary import WAYS_OUT

        raise StoreUnavailable("The embedded session store does not run on this platform.", WAYS_OUT) from exc
    server = EmbeddedServer(directory)
    path = server.ensure()
    pool = _pool(_SelfHealing, path=str(path), server=server, **_common())
    client = cast(_EmbeddedClient, _EmbeddedClient.from_pool(pool))
    client.server = server
    return client


class _EmbeddedClient(redis.Redis):
    server: EmbeddedServer | None = None

    def close(self) -> None:
        super().close()
        if self.server is not None:
            self.server.release()


class _SelfHealing(UnixDomainSocketConnection):
    """Restarts the embedded server where nobody listens: it crashed, or somebody stopped it."""

    def __init__(self, *, server: EmbeddedServer, **options: Any) -> None:
        super().__init__(**options)  # type: ignore[no-untyped-call]
        self._server = server

    def _connect(self) -> Any:
        try:
            return super()._connect()  # type: ignore[no-untyped-call]
        except (FileNotFoundError, ConnectionRefusedError):
            self._server.ensure(PATIENCE_S)  # exactly one process starts it; the others wait for that
            return super()._connect()  # type: ignore[no-untyped-call]


def _common() -> dict[str, Any]:
    return {
        "socket_connect_timeout": 2.0,
        "socket_timeout": SOCKET_TIMEOUT_S,
        "health_check_interval": 30,
        "client_name": "tabletalk",
        "retry": DeadlineRetry(),
    }


def _pool(connection: type[Any], **options: Any) -> redis.BlockingConnectionPool:
    pool: Any = redis.BlockingConnectionPool
    made: redis.BlockingConnectionPool = pool(
        connection_class=connection, max_connections=MAX_CONNECTIONS, timeout=SOCKET_TIMEOUT_S, **options
    )
    return made


def _cluster(address: Address, options: dict[str, Any]) -> RedisCluster:
    node: Any = ClusterNode
    nodes = [node(host, port) for host, port in address.hosts]
    with store_errors():
        return RedisCluster(startup_nodes=nodes, max_connections=MAX_CONNECTIONS, ssl=address.tls, **options)


def _by_sentinel(address: Address, options: dict[str, Any]) -> redis.Redis:
    tls = {"ssl": True} if address.tls else {}
    quick = {"socket_connect_timeout": 1.0, "socket_timeout": 1.0, "retry": Retry(NoBackoff(), 0)}
    sentinel: Any = Sentinel
    watchers = sentinel(
        address.hosts, sentinel_kwargs={**quick, **address.sentinel_credentials, **tls, **address.tls_options}, **options, **tls
    )
    master: redis.Redis = watchers.master_for(address.service, db=address.db, max_connections=MAX_CONNECTIONS)
    return master


def _warn_of_eviction(client: Client) -> None:
    """Under any other policy a full server throws sessions away without a word."""
    try:
        told = client.info("memory")
    except redis.ResponseError:  # a server that keeps INFO to its administrators
        return
    nodes = told.values() if "maxmemory_policy" not in told else [told]
    policies = {str(node["maxmemory_policy"]) for node in nodes if isinstance(node, dict) and "maxmemory_policy" in node}
    for policy in sorted(policies - {"noeviction"}):
        _LOG.warning(
            "The Redis server may drop sessions when its memory is full (maxmemory-policy %s): set it to noeviction.", policy
        )
