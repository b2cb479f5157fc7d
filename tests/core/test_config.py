"""Settings: what is read, and what a bad value says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from core.config import Settings, read_secrets
from core.errors import ConfigError

ROOT = Path(__file__).parents[2]


def test_an_empty_environment_gives_the_embedded_server_the_demo_and_no_model() -> None:
    settings = Settings.from_env({})
    assert (settings.redis_url, settings.connections, settings.demo, settings.model) == ("", (), True, None)


def test_connections_come_from_secrets_and_from_database_url() -> None:
    secrets = {"connections": {"shop": {"url": "sqlite:///shop.db"}}}
    settings = Settings.from_env({"DATABASE_URL": "postgresql://localhost/x"}, secrets)
    assert [spec.name for spec in settings.connections] == ["shop", "database"]


@pytest.mark.parametrize(
    ("name", "value", "form"),
    [
        ("TABLETALK_ENGINE", "gpt", "one of auto, builtin, llm"),
        ("TABLETALK_ROW_LIMIT", "many", "a whole number of at least 1"),
        ("TABLETALK_ROW_LIMIT", "0", "a whole number of at least 1"),
        ("TABLETALK_QUERY_TIMEOUT_SECONDS", "nan", "a number of at least 0.1"),
        ("TABLETALK_SESSION_TTL_HOURS", "inf", "a number of at least 0.01"),
        ("TABLETALK_DEMO", "maybe", "true or false"),
        ("TABLETALK_LOGIN_HOURS", "0", "a number of at least 0.001"),
        ("TABLETALK_PROXY_USER_HEADER", "X User", "the name of a header"),
        ("TABLETALK_PROXY_NAME_HEADER", "X-User:", "the name of a header"),
        ("TABLETALK_TRUSTED_PROXIES", "127.0.0.1, proxy.local", "addresses or networks"),
        ("TABLETALK_TRUSTED_PROXIES", "10.0.0.1/24", "addresses or networks"),
    ],
)
def test_a_bad_value_names_the_variable_the_value_and_the_form(name: str, value: str, form: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Settings.from_env({name: value})
    assert name in caught.value.message and value in caught.value.message
    assert form in caught.value.hint


def test_only_this_machine_may_say_who_somebody_is_until_the_operator_says_so() -> None:
    identity = Settings.from_env({"TABLETALK_ADMINS": "Boss@Example.com, Root,"}).identity
    assert [str(network) for network in identity.trusted_proxies] == ["127.0.0.1/32", "::1/128"]
    assert (identity.proxy_user_header, identity.providers, identity.vouches) == ("", (), False)
    assert identity.admins == {"boss@example.com", "Root"}


COMPLETE = {"client_id": "a", "client_secret": "b", "server_metadata_url": "https://id.example.com"}
SHARED = {"redirect_uri": "http://localhost:8501/oauth2callback", "cookie_secret": "c"}


def test_sign_in_providers_come_from_secrets() -> None:
    for auth, providers in (
        (SHARED | COMPLETE, ("",)),
        (SHARED | {"okta": COMPLETE, "google": COMPLETE}, ("google", "okta")),
        (SHARED | COMPLETE | {"client_kwargs": {"prompt": "login"}}, ("",)),
    ):
        assert Settings.from_env({}, {"auth": auth}).identity.providers == providers


@pytest.mark.parametrize(
    ("auth", "missing"),
    [
        ("yes", "redirect_uri and cookie_secret"),
        (COMPLETE, "redirect_uri and cookie_secret"),
        (SHARED, "client_id, client_secret, server_metadata_url"),
        (SHARED | {"client_id": "a"}, "client_secret and server_metadata_url"),
        (SHARED | {"okta": {"client_id": "a"}}, "under [auth.okta]"),
        (SHARED | {"my_okta": COMPLETE}, "Rename it"),
    ],
)
def test_a_sign_in_that_cannot_work_says_what_to_write(auth: object, missing: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Settings.from_env({}, {"auth": auth})
    assert missing in caught.value.hint


def test_a_connection_without_a_url_says_what_to_write() -> None:
    with pytest.raises(ConfigError, match=r"shop in secrets\.toml has no url"):
        Settings.from_env({}, {"connections": {"shop": {"dialect": "sqlite"}}})


@pytest.mark.parametrize("name", ["demo", "database"])
def test_a_connection_may_not_take_a_name_that_is_taken(name: str) -> None:
    with pytest.raises(ConfigError, match="is taken"):
        Settings.from_env({"DATABASE_URL": "sqlite:///a.db"}, {"connections": {name: {"url": "sqlite:///b.db"}}})


def test_a_model_without_a_name_is_asked_for_its_name() -> None:
    with pytest.raises(ConfigError, match="not named"):
        Settings.from_env({"OPENAI_API_KEY": "sk-1"})


def test_no_secret_shows_in_the_repr() -> None:
    environ = {
        "OPENAI_API_KEY": "hush",
        "OPENAI_MODEL": "m",
        "REDIS_URL": "redis://:hush@h",
        "DATABASE_URL": "mysql://u:hush@h/d",
    }
    assert "hush" not in repr(Settings.from_env(environ))


def test_secrets_that_are_not_toml_name_the_file(data_dir: Path) -> None:
    (data_dir / ".streamlit").mkdir()
    (data_dir / ".streamlit" / "secrets.toml").write_text("[connections", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"secrets\.toml is not valid TOML"):
        read_secrets(data_dir)


def test_the_readme_lists_every_setting() -> None:
    source = (ROOT / "core" / "config.py").read_text(encoding="utf-8")
    names = set(re.findall(r'"((?:TABLETALK|OPENAI|REDIS|DATABASE)_[A-Z_]+)"', source))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(names) >= 14
    assert {name for name in names if f"`{name}`" not in readme} == set()


def test_people_of_a_connection_are_told_apart_by_address_or_by_the_proxys_name() -> None:
    people = {"Ann@Example.com": " sqlite:///ann.db ", "Ben": "sqlite:///ben.db"}
    secrets = {"connections": {"shop": {"url": "sqlite:///shop.db", "rows_for_others": "own", "people": people}}}
    (spec,) = Settings.from_env({}, secrets).connections
    assert spec.own_rows and spec.people == {"ann@example.com": "sqlite:///ann.db", "Ben": "sqlite:///ben.db"}
    assert "ann.db" not in repr(spec)
    (plain,) = Settings.from_env({}, {"connections": {"shop": {"url": "sqlite:///shop.db"}}}).connections
    assert not plain.own_rows and plain.people == {}


@pytest.mark.parametrize(
    "entry",
    [
        {"rows_for_others": "mine"},
        {"rows_for_others": True},
        {"people": {"ann@example.com": "sqlite:///secret.db"}},
        {"rows_for_others": "own", "people": {"ann@example.com": "sqlite:///secret.db", "ANN@example.com": "sqlite:///b.db"}},
        {"rows_for_others": "own", "people": {"ann": {"example": "sqlite:///secret.db"}}},
        {"rows_for_others": "own", "people": {"ann": ""}},
        {"rows_for_others": "own", "people": "sqlite:///secret.db"},
    ],
)
def test_a_wrong_setting_of_whose_rows_others_see_is_told_without_a_url(entry: dict[str, object]) -> None:
    with pytest.raises(ConfigError) as refused:
        Settings.from_env({}, {"connections": {"shop": {"url": "sqlite:///shop.db", **entry}}})
    assert "shop" in refused.value.message and "secret.db" not in refused.value.message + refused.value.hint
