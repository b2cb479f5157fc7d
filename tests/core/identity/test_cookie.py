"""The cookie of a browser: who made it, for whom, and how long it counts."""

from __future__ import annotations

import time

import pytest
import redis
from itsdangerous import TimestampSigner, URLSafeSerializer, URLSafeTimedSerializer

from core.identity.cookie import LIFE_S, NAME, RENEW_AFTER_S, SECURE_NAME, BrowserCookie, header
from core.sessions import keys
from core.sessions.secret import AppSecret

BROWSER = "kZ3vQm9XbT7cLw2RjY8nHg"


class _Signer(TimestampSigner):
    """Signs as if it were `ago_s` seconds ago."""

    ago_s = 0.0

    def get_timestamp(self) -> int:
        return int(time.time() - self.ago_s)


def signed(secret: bytes, value: object = BROWSER, *, ago_s: float = 0, salt: str = "browser") -> str:
    signer = type("Past", (_Signer,), {"ago_s": ago_s})
    return str(URLSafeTimedSerializer(secret, salt=salt, signer=signer).dumps(value))


@pytest.fixture
def secret(redis_url: str) -> bytes:
    return AppSecret(redis.Redis.from_url(redis_url)).read()


@pytest.fixture
def cookie(redis_url: str) -> BrowserCookie:
    return BrowserCookie(AppSecret(redis.Redis.from_url(redis_url)))


def test_what_it_made_it_reads_again_in_any_process(cookie: BrowserCookie, redis_url: str) -> None:
    value = cookie.make()
    other = BrowserCookie(AppSecret(redis.Redis.from_url(redis_url)))
    assert len(other.browser({NAME: value})) == 22
    assert cookie.browser({NAME: value}) == other.browser({NAME: value})
    assert cookie.fresh({NAME: value}, secure=False) == ""


def test_two_browsers_are_told_apart(cookie: BrowserCookie) -> None:
    assert cookie.browser({NAME: cookie.make()}) != cookie.browser({NAME: cookie.make()})


def test_the_tests_signer_signs_as_the_cookie_does(cookie: BrowserCookie, secret: bytes) -> None:
    assert cookie.browser({NAME: signed(secret)}) == BROWSER


@pytest.mark.parametrize(
    "forged",
    [
        "",
        BROWSER,
        f'"{BROWSER}"',
        f"{BROWSER}.AAAA.AAAA",
        "." * 200,
        "é" * 40,
        "\ud800",
        "\x00",
        "A" * 1_000_000,
        signed(b"another secret of 32 bytes length"),
        signed(b""),
    ],
    ids=lambda value: value[:24].encode("unicode_escape").decode(),
)
def test_a_forged_or_foreign_cookie_is_nobody_and_is_replaced(cookie: BrowserCookie, forged: str) -> None:
    assert cookie.browser({NAME: forged}) == ""
    assert cookie.browser({NAME: cookie.fresh({NAME: forged}, secure=False)})


def test_a_token_of_ours_for_another_purpose_is_no_cookie(cookie: BrowserCookie, secret: bytes) -> None:
    assert cookie.browser({NAME: signed(secret, salt="events")}) == ""
    assert cookie.browser({NAME: str(URLSafeSerializer(secret, salt="events").dumps(BROWSER))}) == ""


@pytest.mark.parametrize("value", [None, 7, [BROWSER], {"id": BROWSER}, "short", BROWSER + "}", "operator", "A" * 21 + "\n"])
def test_signed_values_that_are_no_id_are_nobody(cookie: BrowserCookie, secret: bytes, value: object) -> None:
    assert cookie.browser({NAME: signed(secret, value)}) == ""


def test_a_changed_id_under_another_ids_signature_is_nobody(cookie: BrowserCookie, secret: bytes) -> None:
    mine, theirs = signed(secret), signed(secret, "B" * 22)
    assert cookie.browser({NAME: theirs.split(".")[0] + "." + mine.split(".", 1)[1]}) == ""


def test_it_counts_for_a_year_and_is_renewed_with_the_same_id_after_a_month(cookie: BrowserCookie, secret: bytes) -> None:
    old, renewable = signed(secret, ago_s=LIFE_S + 60), signed(secret, ago_s=RENEW_AFTER_S + 60)
    assert cookie.browser({NAME: old}) == ""
    assert cookie.browser({NAME: renewable}) == BROWSER
    assert cookie.browser({NAME: cookie.fresh({NAME: renewable}, secure=False)}) == BROWSER


def test_over_https_a_cookie_a_sibling_domain_may_have_planted_does_not_count(cookie: BrowserCookie, secret: bytes) -> None:
    planted, own = signed(secret), signed(secret, "B" * 22)
    given = cookie.fresh({NAME: planted}, secure=True)
    assert cookie.browser({SECURE_NAME: given}) != BROWSER
    assert cookie.browser({NAME: planted, SECURE_NAME: own}) == "B" * 22
    assert cookie.fresh({NAME: planted, SECURE_NAME: own}, secure=True) == ""


def test_the_header_keeps_it_from_scripts_and_from_other_sites() -> None:
    assert header("v", secure=False) == "tabletalk_browser=v; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax"
    assert header("v", secure=True) == "__Host-tabletalk_browser=v; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax; Secure"


def test_the_secret_is_made_once_for_all_and_never_expires(redis_url: str) -> None:
    client = redis.Redis.from_url(redis_url)
    assert AppSecret(client).read() == AppSecret(client).read() == client.get(keys.APP_SECRET)
    assert client.ttl(keys.APP_SECRET) == -1
