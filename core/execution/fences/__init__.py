"""The fences: one per dialect, chosen by address."""

from __future__ import annotations

from core.execution.address import Address
from core.execution.fences.base import Fence, NotAQuery, Stream, Verdict

__all__ = ["Fence", "NotAQuery", "Stream", "Verdict", "fence_for"]


def fence_for(address: Address) -> Fence:
    """Drivers are imported when a database of their kind is first named."""
    match address.dialect:
        case "sqlite":
            from core.execution.fences.sqlite import SqliteFence

            return SqliteFence(address)
        case "duckdb":
            from core.execution.fences.duckdb import DuckdbFence

            return DuckdbFence(address)
        case "postgres" if address.is_driver("psycopg"):
            from core.execution.fences.postgres import PostgresFence

            return PostgresFence(address)
        case "mysql":
            from core.execution.fences.mysql import MysqlFence

            return MysqlFence(address)
        case _:
            return Fence(address)
