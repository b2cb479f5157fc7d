"""Keys: foreign keys nobody declared."""

from __future__ import annotations

from core.execution.asker import Asker
from core.models.catalog import Table


def with_inferred_keys(asker: Asker, tables: tuple[Table, ...]) -> tuple[Table, ...]:
    return tables
