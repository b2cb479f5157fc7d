from __future__ import annotations

import pytest
from redis import exceptions as errors
from redis.sentinel import MasterNotFoundError

from core.errors import StoreUnavailable
from core.sessions.outage import store_errors

SENTENCES: list[tuple[Exception, str]] = [
    (errors.ConnectionError("Error 111 connecting to host:6379. Connection refused."), "cannot be reached"),
    (errors.ConnectionError("Error 1 connecting. [SSL: WRONG_VERSION_NUMBER] wrong version number"), "secure connection"),
    (errors.TimeoutError("Timeout reading from socket"), "does not answer"),
    (errors.MaxConnectionsError("Too many connections"), "cannot be reached"),
    (errors.AuthenticationError("WRONGPASS invalid username-password pair"), "user name or the password"),
    (errors.ResponseError("NOAUTH Authentication required."), "user name or the password"),
    (errors.NoPermissionError("NOPERM this user has no permissions to run the 'evalsha' command"), "user name or the password"),
    (errors.BusyLoadingError("Valkey is loading the dataset in memory"), "loading"),
    (errors.OutOfMemoryError("command not allowed when used memory > 'maxmemory'."), "full"),
    (errors.ReadOnlyError("You can't write against a read only replica."), "read-only"),
    (errors.ResponseError("MISCONF Errors writing to the AOF file: No space left on device"), "disk"),
    (errors.InvalidResponse("Protocol error, got 'H' as reply type byte"), "not a Redis server"),
    (errors.ClusterDownError("CLUSTERDOWN The cluster is down"), "cannot be reached"),
    (errors.RedisClusterException("Redis Cluster cannot be connected."), "cannot be reached"),
    (MasterNotFoundError("No master found for 'main'"), "No Sentinel"),
    (MasterNotFoundError("No master found : [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed"), "secure connection"),
    (errors.ResponseError("WRONGTYPE Operation against a key holding the wrong kind of value"), "refused a command"),
]


@pytest.mark.parametrize(("error", "sentence"), SENTENCES, ids=lambda value: str(value)[:40])
def test_every_error_of_the_client_has_its_sentence(error: Exception, sentence: str) -> None:
    with pytest.raises(StoreUnavailable, match=sentence) as caught, store_errors():
        raise error
    assert caught.value.hint and type(error).__name__ in caught.value.detail


def test_other_errors_pass_untouched() -> None:
    with pytest.raises(KeyError), store_errors():
        raise KeyError
