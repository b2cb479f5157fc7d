"""The connections by name: order, the demo, samples, unknown names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.config import ConnectionSpec, Settings
from core.errors import UnknownConnection
from core.execution.catalog_cache import CatalogCache
from core.execution.databases import Databases
from tests.core.execution.shops import DIALECTS, file_url, shop_url


@contextmanager
def databases(folder: Path, *specs: ConnectionSpec, demo: bool = True) -> Iterator[Databases]:
    made = Databases(Settings(data_dir=folder, connections=specs, demo=demo), CatalogCache(folder / "catalogs"))
    yield made
    made.close()


def test_configured_connections_come_first_and_the_demo_last(data_dir: Path) -> None:
    shop = ConnectionSpec("shop", "sqlite:///shop.sqlite")
    with databases(data_dir, shop) as made:
        assert made.names() == ("shop", "demo") and made.default == "shop"
    with databases(data_dir, shop, demo=False) as made:
        assert made.names() == ("shop",)
    with databases(data_dir) as made:
        assert made.names() == ("demo",) and made.default == "demo"


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_sample_shows_rows_of_a_table_whatever_its_name(dialect: str, data_dir: Path) -> None:
    with shop_url(dialect, data_dir) as url, databases(data_dir, ConnectionSpec("shop", url)) as made:
        sample = made.sample("shop", "odd names")
        assert sample.names == ("order date", "select") and sample.row_count == 1
        assert made.sample("shop", "orders", rows=2).row_count == 2


def test_an_unknown_name_is_told_with_the_known_ones(data_dir: Path) -> None:
    with databases(data_dir, ConnectionSpec("shop", file_url("sqlite", data_dir))) as made:
        with pytest.raises(UnknownConnection, match="“sales”") as unknown:
            made.get("sales")
        assert "shop, demo" in unknown.value.hint
        with pytest.raises(UnknownConnection, match="no table"):
            made.sample("shop", "no_such_table; DROP TABLE orders")


def test_the_demo_is_made_when_first_asked_for(data_dir: Path) -> None:
    with databases(data_dir) as made:
        assert not list(data_dir.glob("*.sqlite"))
        assert made.get("demo") is made.get("demo")
        assert made.get("demo").dialect == "sqlite" and list(data_dir.glob("*.sqlite"))
    with databases(data_dir, demo=False) as made, pytest.raises(UnknownConnection):
        made.get("demo")
