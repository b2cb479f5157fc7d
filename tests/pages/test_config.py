"""The options that ship with the app."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from streamlit import config as streamlit_config

from core.analysis.palette import CATEGORICAL

CONFIG = Path(__file__).parents[2] / ".streamlit" / "config.toml"


def options() -> dict[str, Any]:
    return tomllib.loads(CONFIG.read_text(encoding="utf-8"))


def test_the_theme_has_the_palette_of_the_charts() -> None:
    assert tuple(options()["theme"]["chartCategoricalColors"]) == CATEGORICAL


def test_nothing_leaks_and_nothing_phones_home() -> None:
    config = options()
    assert config["client"]["showErrorDetails"] == "none"
    assert config["browser"]["gatherUsageStats"] is False
    assert config["server"]["enableXsrfProtection"] and config["server"]["enableCORS"]
    assert config["server"]["address"] == "localhost"
    assert config["runner"]["postScriptGC"] is False


def test_light_and_dark_have_the_same_colours_set() -> None:
    theme = options()["theme"]
    assert theme["light"].keys() == theme["dark"].keys()


def test_every_option_is_known_to_streamlit() -> None:
    known = streamlit_config.get_config_options()
    for section, values in options().items():
        for name, value in values.items():
            if not isinstance(value, dict):
                assert f"{section}.{name}" in known
