"""The databases of these tests, made and read once for all of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.core.nl2sql.builtin.schemas import Samples


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Samples]:
    samples = Samples(tmp_path_factory.mktemp("samples"))
    yield samples
    samples.close()
