"""From cookies, headers and claims to a Person; and from attacks to nobody in particular."""

from __future__ import annotations

import ipaddress
import time
from dataclasses import replace
from typing import Any

import pytest
import redis

from core.config import IdentitySettings
from core.errors import LoginEnded, NoAccess, QuestionError
from core.identity import claims as login
from core.identity import proxy
from core.identity.cookie import NAME
from core.identity.identity import Identity
from core.identity.words import LONGEST
from core.models.person import Person, PersonKind

PROXIED = IdentitySettings(
    proxy_user_header="x-forwarded-user",
    proxy_name_header="x-forwarded-name",
    trusted_proxies=(ipaddress.ip_network("127.0.0.1/32"), ipaddress.ip_network("10.0.0.0/24"), ipaddress.ip_network("::1")),
    admins=frozenset({"root", "boss@example.com"}),
)
SIGNING_IN = IdentitySettings(providers=("",), admins=frozenset({"boss@example.com"}))
LOCAL = (proxy.PEER, "127.0.0.1")


def claim(**values: Any) -> dict[str, Any]:
    ann = {"is_logged_in": True, "iss": "https://id.example.com", "sub": "17", "iat": time.time(), "name": "Ann Lee"}
    return {**ann, "email": "Ann@Example.com", "email_verified": True, **values}


def who(settings: IdentitySettings, **values: Any) -> Person:
    found = login.person(claim(**values), settings)
    assert found is not None
    return found


# --- a sign-in


def test_somebody_signed_in_is_told_by_issuer_and_subject_alone() -> None:
    ann = who(SIGNING_IN)
    assert (ann.name, ann.email, ann.kind, ann.admin) == ("Ann Lee", "ann@example.com", PersonKind.LOGIN, False)
    assert ann.signed_in and ann.known_as == {"ann@example.com"}
    assert who(SIGNING_IN, name="Ann Smith", email="smith@example.com").id == ann.id
    assert who(SIGNING_IN, sub="18").id != ann.id
    assert who(SIGNING_IN, iss="https://other.example.com").id != ann.id
    assert who(SIGNING_IN, iss="https://id.example.com1", sub="7").id != ann.id


@pytest.mark.parametrize("logged_in", [False, None, "true", 1])
def test_nobody_is_signed_in_unless_streamlit_says_so(logged_in: object) -> None:
    assert login.person(claim(is_logged_in=logged_in), SIGNING_IN) is None
    assert login.person({}, SIGNING_IN) is None


@pytest.mark.parametrize("name", ["iss", "sub"])
@pytest.mark.parametrize("value", [None, "", 17, ["17"], "a\nb", "x" * 2_001, "\x00"])
def test_claims_that_do_not_say_who_it_is_let_nobody_in(name: str, value: object) -> None:
    with pytest.raises(LoginEnded, match="did not say who you are"):
        login.person(claim(**{name: value}), SIGNING_IN)


@pytest.mark.parametrize("verified", [False, None, "true", 1, "false"])
def test_an_address_nobody_verified_is_no_address(verified: object) -> None:
    found = who(SIGNING_IN, email="boss@example.com", email_verified=verified)
    assert (found.email, found.admin, found.known_as) == ("", False, frozenset())


@pytest.mark.parametrize(
    "address", [None, 7, "boss", "boss@", "@example.com", "a b@example.com", "a@b,boss@example.com", "x" * 300 + "@a"]
)
def test_what_is_not_one_address_is_no_address(address: object) -> None:
    assert who(SIGNING_IN, email=address).email == ""


def test_an_admin_is_named_by_a_verified_address_in_any_case() -> None:
    assert who(SIGNING_IN, email="Boss@Example.COM").admin
    assert not who(SIGNING_IN, email="boss@example.com.evil.org").admin
    assert not who(SIGNING_IN, name="boss@example.com", preferred_username="boss@example.com").admin
    assert not who(replace(SIGNING_IN, admins=frozenset()), email="").admin


@pytest.mark.parametrize("iat", [None, "now", True, 0, -1, float("nan")])
def test_a_sign_in_without_a_believable_time_has_ended(iat: object) -> None:
    with pytest.raises(LoginEnded, match="has ended"):
        login.person(claim(iat=iat), SIGNING_IN)


def test_a_sign_in_counts_as_long_as_the_operator_says() -> None:
    assert login.person(claim(iat=time.time() - 3_500), replace(SIGNING_IN, login_s=3_600)) is not None
    with pytest.raises(LoginEnded) as caught:
        login.person(claim(iat=time.time() - 3_700), replace(SIGNING_IN, login_s=3_600))
    assert "Sign in again" in caught.value.hint


def test_names_are_one_short_line_of_what_can_be_seen() -> None:
    assert who(SIGNING_IN, name="  Ann\n\u202eeel\x00 \t Lee ").name == "Ann eel Lee"
    assert len(who(SIGNING_IN, name="x" * 1_000_000).name) == LONGEST
    assert who(SIGNING_IN, name="<b>Ann</b>").name == "<b>Ann</b>"
    assert who(SIGNING_IN, name="\u200b", preferred_username="ann").name == "ann"
    assert who(SIGNING_IN, name=None).name == "ann@example.com"
    assert who(SIGNING_IN, name={"a": 1}, email=None).name.startswith("Person ")


# --- a proxy


def test_a_trusted_proxy_says_who_it_is() -> None:
    found = proxy.person([LOCAL, ("X-Forwarded-User", "ann"), ("X-Forwarded-Name", "Ann Lee")], PROXIED)
    assert found == Person("proxy:ann", "Ann Lee", "", PersonKind.PROXY)
    assert found.known_as == {"ann"}
    mail = proxy.person([LOCAL, ("x-forwarded-user", "Boss@Example.com")], PROXIED)
    assert mail == Person("proxy:Boss@Example.com", "Boss@Example.com", "boss@example.com", PersonKind.PROXY, admin=True)


@pytest.mark.parametrize("peer", ["127.0.0.1", "10.0.0.9", "::1", "::ffff:127.0.0.1", "0:0:0:0:0:0:0:1"])
def test_it_is_believed_from_trusted_addresses(peer: str) -> None:
    assert proxy.person([(proxy.PEER, peer), ("x-forwarded-user", "ann")], PROXIED)


@pytest.mark.parametrize(
    "peer", ["127.0.0.2", "10.0.1.9", "::2", "::ffff:10.0.1.9", "", "localhost", "127.0.0.1, 10.0.1.9", "127.1"]
)
def test_it_is_not_believed_from_any_other(peer: str) -> None:
    assert proxy.person([(proxy.PEER, peer), ("x-forwarded-user", "ann")], PROXIED) is None


def test_it_is_not_believed_without_a_peer_or_with_two() -> None:
    assert proxy.person([("x-forwarded-user", "ann")], PROXIED) is None
    assert proxy.person([LOCAL, LOCAL, ("x-forwarded-user", "ann")], PROXIED) is None


@pytest.mark.parametrize("users", [["ann", "root"], ["ann", "ann"], [""], ["   "], ["x" * 255], ["a\x00b"], ["a\u202eb"], []])
def test_a_header_sent_twice_empty_too_long_or_not_text_names_nobody(users: list[str]) -> None:
    assert proxy.person([LOCAL, *(("x-forwarded-user", user) for user in users)], PROXIED) is None


def test_without_the_setting_no_header_is_read() -> None:
    assert proxy.person([LOCAL, ("x-forwarded-user", "ann"), ("", "ann")], replace(PROXIED, proxy_user_header="")) is None


def test_a_name_in_utf_8_is_read_as_such_and_a_second_one_is_left_out() -> None:
    sent = "Zoë".encode().decode("latin-1")
    found = proxy.person([LOCAL, ("x-forwarded-user", sent), ("x-forwarded-name", "A"), ("x-forwarded-name", "B")], PROXIED)
    assert found is not None and (found.id, found.name) == ("proxy:Zoë", "Zoë")


def test_an_admin_of_the_proxy_is_named_exactly() -> None:
    for user, admin in (("root", True), ("ROOT", False), ("root2", False), ("Boss@example.com", True)):
        found = proxy.person([LOCAL, ("x-forwarded-user", user)], PROXIED)
        assert found is not None and found.admin is admin


class _Transport:
    def get_extra_info(self, name: str) -> object:
        return ("192.0.2.7", 5) if name == "peername" else None


class _Connection:
    transport = _Transport()

    async def receive(self) -> None: ...


def test_the_peers_header_is_always_the_servers_own() -> None:
    sent = [(b"host", b"a"), (b"X-Tabletalk-Peer", b"127.0.0.1"), (b"x-tabletalk-peer", b"::1")]
    assert proxy.peer_header(sent, _Connection().receive) == [(b"host", b"a"), (b"x-tabletalk-peer", b"192.0.2.7")]
    assert proxy.peer_header(sent, None) == [(b"host", b"a")]


# --- all of it


@pytest.fixture
def identity(redis_url: str) -> Identity:
    return Identity(redis.Redis.from_url(redis_url), replace(PROXIED, providers=("",)))


def test_a_sign_in_comes_before_a_proxy_and_a_proxy_before_the_browser(identity: Identity) -> None:
    cookies, headers = {NAME: identity.cookie.make()}, [LOCAL, ("x-forwarded-user", "ann")]
    kinds = [
        found.kind if (found := identity.identify(cookies, sent, said)) else None
        for sent, said in ((headers, claim()), (headers, {}), ([], {}))
    ]
    assert kinds == [PersonKind.LOGIN, PersonKind.PROXY, PersonKind.BROWSER]
    assert identity.identify({}, [], {}) is None
    assert identity.identify({NAME: "forged"}, [("x-forwarded-user", "root")], {"is_logged_in": False}) is None


def test_a_guest_is_called_so_until_they_give_a_name(identity: Identity, redis_url: str) -> None:
    cookies = {NAME: identity.cookie.make()}
    guest = identity.guest(cookies)
    assert guest is not None and guest.name.startswith("Guest ") and len(guest.name) == 10
    assert not guest.signed_in and guest.known_as == frozenset()
    identity.rename(guest, "  boss@example.com\u202e\n")
    again = identity.guest(cookies)
    assert again is not None and again.name == "boss@example.com (guest)"
    assert not again.admin and again.email == "" and again.known_as == frozenset()
    assert redis.Redis.from_url(redis_url).ttl(f"user:{{{guest.id}}}:profile") > 365 * 86_400


@pytest.mark.parametrize("name", ["", "   ", "\u200b\u202e", "\x00", "\n"])
def test_a_name_nobody_can_see_is_refused(identity: Identity, name: str) -> None:
    guest = identity.guest({NAME: identity.cookie.make()})
    assert guest is not None
    with pytest.raises(QuestionError):
        identity.rename(guest, name)


def test_a_name_is_cut_and_half_a_surrogate_pair_does_no_harm(identity: Identity) -> None:
    guest = identity.guest({NAME: identity.cookie.make()})
    assert guest is not None
    assert identity.rename(guest, "x" * 10**6).name == "x" * LONGEST + " (guest)"
    assert identity.rename(guest, "a\ud800b").name == "a b (guest)"


def test_people_others_vouch_for_cannot_rename_themselves_here(identity: Identity) -> None:
    with pytest.raises(NoAccess):
        identity.rename(who(SIGNING_IN), "Boss")


def test_a_sign_in_is_new_once_whoever_asks(identity: Identity, redis_url: str) -> None:
    ann, said = who(SIGNING_IN), claim(iat=1_000)
    other = Identity(redis.Redis.from_url(redis_url), SIGNING_IN)
    assert [one.is_new_login(ann, said) for one in (identity, other, identity)] == [True, False, False]
    assert identity.is_new_login(ann, claim(iat=2_000))
    assert not identity.is_new_login(ann, said)
    guest = identity.guest({NAME: identity.cookie.make()})
    assert guest is not None and not identity.is_new_login(guest, said)


def test_who_signs_out_has_done_so_wherever_that_sign_in_is_used(identity: Identity, redis_url: str) -> None:
    now = time.time()
    here, elsewhere = claim(iat=now - 100), claim(iat=now - 50)
    ann = identity.identify({}, [], here)
    assert ann is not None
    identity.end_login(ann, here)
    other = Identity(redis.Redis.from_url(redis_url), SIGNING_IN)
    for one in (identity, other):
        with pytest.raises(LoginEnded, match="You signed out"):
            one.identify({}, [], here)
        assert one.identify({}, [], elsewhere) == ann
        assert one.identify({}, [], claim(sub="18", iat=now - 100)) is not None
    assert redis.Redis.from_url(redis_url).ttl(f"user:{{{ann.id}}}:signed-out") >= SIGNING_IN.login_s
