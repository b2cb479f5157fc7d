"""The shops of `shops.py`: one per dialect for the whole run, for tests that only read them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from core.execution.connections import Database
from tests.core.execution.shops import DIALECTS, opened, shop_url


class Shops:
    """Made when a test first asks for a dialect."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder, self._stack = folder, stack
        self._made: dict[str, Database] = {}

    def __getitem__(self, dialect: str) -> Database:
        if dialect not in self._made:
            url = self._stack.enter_context(shop_url(dialect, self._folder))
            self._made[dialect] = self._stack.enter_context(opened(url))
        return self._made[dialect]


@pytest.fixture(scope="session")
def shops(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shops]:
    with ExitStack() as stack:
        yield Shops(tmp_path_factory.mktemp("shops"), stack)


@pytest.fixture(params=DIALECTS)
def shop(request: pytest.FixtureRequest, shops: Shops) -> Database:
    """The shop on each of the four databases in turn."""
    return shops[request.param]
