"""Schema of PostgreSQL: every schema but the system's, read from pg_catalog in three statements."""

from __future__ import annotations

from sqlalchemy import Connection

from core.execution.schema_rows import Address, KeyRow, SchemaRows, TableRow, column, rows
from core.models.catalog import Kind

_VISIBLE = r"""
    c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition AND c.relpersistence <> 't'
    AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\_%'
    AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d
        WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
"""
"""Partitions are read through their parent; what an extension brought is not the user's data."""

_TABLES = rf"""
SELECT CASE WHEN n.nspname = current_schema() THEN NULL ELSE n.nspname END, c.relname, c.relkind IN ('v', 'm'),
    CASE WHEN c.relkind IN ('r', 'm') AND c.reltuples >= 0 THEN c.reltuples::bigint END,
    pg_catalog.obj_description(c.oid, 'pg_class')
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE {_VISIBLE} AND has_schema_privilege(n.oid, 'USAGE') AND has_any_column_privilege(c.oid, 'SELECT')
ORDER BY n.nspname, c.relname
"""
_COLUMNS = rf"""
SELECT CASE WHEN n.nspname = current_schema() THEN NULL ELSE n.nspname END, c.relname, a.attname,
    pg_catalog.format_type(a.atttypid, a.atttypmod),
    pg_catalog.format_type(COALESCE(NULLIF(t.typbasetype, 0), t.oid), COALESCE(NULLIF(t.typtypmod, -1), a.atttypmod)),
    t.typtype = 'e', a.attnotnull OR t.typnotnull, pg_catalog.col_description(c.oid, a.attnum)
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
WHERE {_VISIBLE} AND a.attnum > 0 AND NOT a.attisdropped AND has_column_privilege(c.oid, a.attnum, 'SELECT')
ORDER BY c.oid, a.attnum
"""
_KEYS = rf"""
SELECT CASE WHEN n.nspname = current_schema() THEN NULL ELSE n.nspname END, c.relname, k.contype::text,
    ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY u(num, pos)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.num ORDER BY u.pos),
    CASE WHEN rn.nspname = current_schema() THEN NULL ELSE rn.nspname END, r.relname,
    ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY u(num, pos)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.num ORDER BY u.pos)
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_class c ON c.oid = k.conrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_class r ON r.oid = k.confrelid LEFT JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace
WHERE {_VISIBLE} AND k.contype IN ('p', 'u', 'f')
UNION ALL
SELECT CASE WHEN n.nspname = current_schema() THEN NULL ELSE n.nspname END, c.relname, 'u',
    ARRAY(SELECT a.attname::text FROM unnest(i.indkey::int2[]) WITH ORDINALITY u(num, pos)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = u.num
        WHERE u.pos <= i.indnkeyatts ORDER BY u.pos),
    NULL, NULL, NULL
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE {_VISIBLE} AND i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL
    AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint k WHERE k.conindid = i.indexrelid)
"""


def read(connection: Connection) -> SchemaRows:
    found = SchemaRows([], {}, [])
    for schema, name, is_view, estimate, comment in rows(connection, _TABLES):
        found.tables.append(TableRow((schema, name), bool(is_view), estimate, comment or ""))
    for schema, table, name, declared, base, is_enum, not_null, comment in rows(connection, _COLUMNS):
        known = column(name, base, kind=Kind.TEXT if is_enum else None).kind
        entry = column(name, declared, nullable=not not_null, comment=comment, kind=known)
        found.columns.setdefault((schema, table), []).append(entry)
    for schema, table, kind, names, ref_schema, ref_table, ref_names in rows(connection, _KEYS):
        ref: Address | None = (ref_schema, ref_table) if kind == "f" else None
        found.keys.append(KeyRow((schema, table), tuple(names), kind == "p", ref, tuple(ref_names or ())))
    return found
