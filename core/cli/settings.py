"""The settings of a command with the database named on the command line added."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from core.config import ConnectionSpec, Settings

DUCKDB_SUFFIXES = (".duckdb", ".ddb")


def with_database(settings: Settings, url: str) -> tuple[Settings, str]:
    """The settings with a connection to `url`, and its name: the name of the connection that has this URL, or a new one.

    The path of a SQLite or DuckDB file will do for a URL.
    """
    if "://" not in url:
        scheme = "duckdb" if Path(url).suffix in DUCKDB_SUFFIXES else "sqlite"
        url = f"{scheme}:///{Path(url).expanduser().resolve()}"
    for spec in settings.connections:
        if spec.url == url:
            return settings, spec.name
    taken = {spec.name for spec in settings.connections}
    base = Path(url.partition("?")[0]).stem or "database"
    name = next(name for name in (base, *(f"{base}-{number}" for number in range(2, 1000))) if name not in taken)
    return replace(settings, connections=(*settings.connections, ConnectionSpec(name, url))), name
