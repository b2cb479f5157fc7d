from __future__ import annotations

import pytest

from core.errors import ConfigError
from core.sessions.address import Address, Kind

LOGIN = {"username": "ann", "password": "p@ss:/word"}
FORMS = {
    "redis://": Address(Kind.SINGLE, (("localhost", 6379),)),
    "redis://host": Address(Kind.SINGLE, (("host", 6379),)),
    "redis://host:7000/3": Address(Kind.SINGLE, (("host", 7000),), db=3),
    "valkey://host?db=2": Address(Kind.SINGLE, (("host", 6379),), db=2),
    "redis://[::1]:7000": Address(Kind.SINGLE, (("::1", 7000),)),
    "redis://ann:p%40ss%3A%2Fword@host": Address(Kind.SINGLE, (("host", 6379),), credentials=LOGIN),
    "redis://:secret@host": Address(Kind.SINGLE, (("host", 6379),), credentials={"password": "secret"}),
    "rediss://host?ssl_ca_certs=/ca.pem": Address(
        Kind.SINGLE, (("host", 6379),), tls=True, tls_options={"ssl_ca_certs": "/ca.pem"}
    ),
    "valkeys://host?ssl_cert_reqs=none": Address(
        Kind.SINGLE, (("host", 6379),), tls=True, tls_options={"ssl_cert_reqs": "none", "ssl_check_hostname": False}
    ),
    "unix:///run/redis.sock": Address(Kind.UNIX, path="/run/redis.sock"),
    "unix://ann:p%40ss%3A%2Fword@/run/my%20redis.sock?db=1": Address(
        Kind.UNIX, path="/run/my redis.sock", db=1, credentials=LOGIN
    ),
    "redis+sentinel://a,b:1/main/2": Address(Kind.SENTINEL, (("a", 26379), ("b", 1)), service="main", db=2),
    "rediss+sentinel://:s@a?sentinel_password=w": Address(
        Kind.SENTINEL,
        (("a", 26379),),
        service="mymaster",
        tls=True,
        credentials={"password": "s"},
        sentinel_credentials={"password": "w"},
    ),
    "valkey+cluster://a:1,[::1]:2,c": Address(Kind.CLUSTER, (("a", 1), ("::1", 2), ("c", 6379))),
}


@pytest.mark.parametrize(("url", "address"), FORMS.items())
def test_every_form_is_read(url: str, address: Address) -> None:
    assert Address.parse(url) == address


@pytest.mark.parametrize(
    "url",
    [
        "host:6379",
        "http://host",
        "redis+ring://host",
        "redis://:secret@host:port",
        "redis://host:99999",
        "redis://:secret@host/first",
        "redis://a,b",
        "unix://",
        "redis://[::1",
        "redis://host?ssl_ca_certs=/ca.pem",
        "redis://:secret@host?sockettimeout=3",
        "redis://host/²",
    ],
)
def test_a_bad_address_names_the_setting_and_the_accepted_forms_but_not_the_password(url: str) -> None:
    with pytest.raises(ConfigError, match="REDIS_URL") as caught:
        Address.parse(url)
    assert "rediss://" in caught.value.hint
    assert "secret" not in caught.value.hint + caught.value.message + caught.value.detail


def test_a_password_is_not_in_the_repr() -> None:
    assert "p@ss" not in repr(Address.parse("redis://ann:p%40ss@host"))
