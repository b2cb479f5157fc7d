"""The server's own tables a query may read: not those that hold secrets, files or other people's queries."""

from __future__ import annotations

import re

from core.execution.words import words

_POSTGRES = words("""
    pg_attribute pg_class pg_constraint pg_database pg_description pg_enum pg_index pg_indexes pg_inherits pg_matviews
    pg_namespace pg_partitioned_table pg_range pg_sequences pg_stat_user_tables pg_statio_user_tables pg_tables
    pg_timezone_abbrevs pg_timezone_names pg_type pg_views
""")
_MYSQL_INFORMATION = words("""
    character_sets check_constraints collations columns key_column_usage partitions referential_constraints schemata
    statistics table_constraints tables views
""")
_SQLITE = words("sqlite_master sqlite_schema sqlite_sequence sqlite_stat1")
_SQLITE_PRAGMAS = words("""
    pragma_foreign_key_list pragma_index_info pragma_index_list pragma_index_xinfo pragma_table_info pragma_table_list
    pragma_table_xinfo
""")
_SQLITE_EPONYMOUS = words("dbstat fsdir lsmode bytecode tables_used stmt csv zipfile completion carray")
_DUCKDB = words("duckdb_tables duckdb_columns duckdb_views duckdb_constraints duckdb_schemas duckdb_types duckdb_functions")
_FILE = re.compile(
    r"[/\\]|://|\.(csv|tsv|txt|parquet|jsonl?|ndjson|geojson|xlsx?|arrow|feather|avro|gz|zst|bz2|db|duckdb|sqlite3?|orc|shp|fgb)$",
    re.IGNORECASE,
)


def readable(name: str, schema: str, catalog: str, dialect: str) -> bool:
    """True for the user's tables and for the harmless ones of the server."""
    name, schema, catalog = name.lower(), schema.lower(), catalog.lower()
    match dialect:
        case "postgres":
            if schema == "information_schema":
                return not name.startswith(("user_mapping", "foreign_", "_pg_", "sql_"))
            if schema.startswith(("pg_toast", "pg_temp")):
                return False
            return name in _POSTGRES or not (name.startswith("pg_") or schema == "pg_catalog")
        case "mysql":
            if schema == "information_schema":
                return name in _MYSQL_INFORMATION
            return schema not in ("mysql", "performance_schema", "sys")
        case "sqlite":
            if name.startswith("pragma_"):
                return name in _SQLITE_PRAGMAS
            return name in _SQLITE or not (name.startswith("sqlite_") or name in _SQLITE_EPONYMOUS)
        case "duckdb":
            if _FILE.search(name):
                return False
            return name in _DUCKDB or (not name.startswith("duckdb_") and catalog not in ("system",) and schema != "pg_catalog")
        case _:
            return schema not in ("sys", "system", "mysql", "performance_schema")
