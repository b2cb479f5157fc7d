"""Guard: lets one pure query pass, re-emitted from its tree, and nothing else. It is the polite no; the fence is the wall."""

from __future__ import annotations

import logging

import sqlglot
from sqlglot import ErrorLevel, exp
from sqlglot.errors import SqlglotError

from core.errors import SqlRefused
from core.execution.guard import functions, nodes, tables
from core.execution.guard.dialects import plain
from core.execution.words import words

MAX_CHARACTERS = 100_000
UNREADABLE = "This SQL could not be understood, so it was not run."
HINT = "Ask for what you want to see; nothing is ever changed here."

_CHANGING = words("""
    alter analyze cluster comment copy create delete drop export grant import insert load merge optimize refresh reindex
    rename repair replace revoke truncate update upsert vacuum
""")

logging.getLogger("sqlglot").setLevel(logging.ERROR)  # it warns of statements it does not know, which are refused here anyway


def check(sql: str, dialect: str) -> str:
    """The query to run: one statement, without comments, re-emitted for `dialect` (sqlglot's name).

    Raises SqlRefused with a sentence for a business user; its `detail` names the part that was refused.
    """
    tree = _parsed(sql, dialect)
    refusal = _refusal(tree, dialect)
    if refusal is not None:
        raise SqlRefused(refusal[0], HINT, detail=refusal[1], sql=sql)
    try:
        return tree.sql(dialect=plain(dialect), comments=False, unsupported_level=ErrorLevel.RAISE)
    except (SqlglotError, ValueError, RecursionError) as exc:
        raise SqlRefused("This SQL could not be checked.", HINT, detail=str(exc), sql=sql) from exc


def _parsed(sql: str, dialect: str) -> exp.Expr:
    if len(sql) > MAX_CHARACTERS or "\x00" in sql:
        raise SqlRefused("This SQL is too long, or it is not text.", "Ask for less at once.", sql=sql)
    try:
        _refuse_hidden(sql, dialect)
        parsed = sqlglot.parse(sql, read=plain(dialect), error_level=ErrorLevel.IMMEDIATE)
    except (SqlglotError, ValueError, RecursionError) as exc:
        raise SqlRefused(*_unreadable(sql), detail=" ".join(str(exc).split()), sql=sql) from exc
    statements = [tree for tree in parsed if tree is not None and not isinstance(tree, exp.Semicolon)]
    if not statements:
        raise SqlRefused("There is no SQL here to run.", "Ask a question.", sql=sql)
    if len(statements) > 1:
        raise SqlRefused("Only one statement is run at a time; this SQL holds several.", HINT, sql=sql)
    return statements[0]


def _refuse_hidden(sql: str, dialect: str) -> None:
    """MySQL runs what stands in /*! */ and takes orders from /*+ */: text that looks like a comment and is not."""
    if dialect != "mysql" or "/*" not in sql:
        return
    for token in sqlglot.tokenize(sql, read=dialect):
        if any(comment.lstrip().startswith(("!", "M!", "+")) for comment in token.comments):
            raise SqlRefused("This SQL hides a part that would run in a comment; that is not allowed.", HINT, sql=sql)


def _unreadable(sql: str) -> tuple[str, str]:
    first = _first_word(sql)
    if first in _CHANGING:
        return nodes.CHANGES, HINT
    return UNREADABLE, "Ask in other words, or correct the SQL."


def _first_word(sql: str) -> str:
    words = sql.split(None, 1)
    return words[0].lower() if words else ""


def _refusal(tree: exp.Expr, dialect: str) -> tuple[str, str] | None:
    """The sentence and the part refused, or None for a pure query."""
    if not isinstance(tree, exp.Query | exp.Values):
        if isinstance(tree, exp.Condition | exp.Alias) and tree.sql().split(" ", 1)[0].lower() not in _CHANGING:
            return UNREADABLE, type(tree).__name__  # a misspelt SELECT reads as the name of a column
        changes = isinstance(tree, exp.Command) and str(tree.this).lower() in _CHANGING
        return (nodes.CHANGES if changes else nodes.sentence(tree)), type(tree).__name__
    for node in tree.walk():
        if refusal := _node_refusal(node, dialect):
            return refusal
    return None


def _node_refusal(node: exp.Expr, dialect: str) -> tuple[str, str] | None:
    if not nodes.known(node):
        return nodes.sentence(node), type(node).__name__
    if isinstance(node, exp.CTE) and not isinstance(node.this, exp.Query | exp.Values):
        return nodes.sentence(node.this), type(node.this).__name__
    if isinstance(node, exp.Func):
        return _function_refusal(node, dialect)
    if isinstance(node, exp.Table):
        return _table_refusal(node, dialect)
    if isinstance(node, exp.Dot):
        return _dot_refusal(node, dialect)
    return None


def _function_refusal(node: exp.Func, dialect: str) -> tuple[str, str] | None:
    if isinstance(node, exp.Anonymous | exp.AnonymousAggFunc):
        name = node.name
        refused = not functions.allowed(name, dialect)
    else:
        name = type(node).__name__
        refused = name in functions.TYPED_BUT_REFUSED
    if not refused:
        return None
    return f"The function {name.lower()[:60]} is not among those that only compute with the data.", name


def _table_refusal(node: exp.Table, dialect: str) -> tuple[str, str] | None:
    if isinstance(node.this, exp.Func):
        foreign = node.db.lower() not in ("", "pg_catalog", "main") or node.catalog
        return (f"The function {node.this.name} of {node.db} is not allowed.", node.sql()) if foreign else None
    if tables.readable(node.name, node.db, node.catalog, dialect):
        return None
    return f"“{node.name[:60]}” is not a table of your data: it belongs to the server, or it is a file.", node.name


def _dot_refusal(node: exp.Dot, dialect: str) -> tuple[str, str] | None:
    """A dot may hide a call: schema.function(x), and in PostgreSQL even (x).function."""
    right = node.expression
    if isinstance(right, exp.Func):
        if dialect == "duckdb" or node.this.name.lower() in ("pg_catalog", "main"):
            return None
        return "This SQL calls a function that is not among those that only compute with the data.", node.sql()
    if dialect == "postgres" and isinstance(right, exp.Identifier) and right.name.lower() not in ("key", "value"):
        return f"This SQL reads “{right.name[:60]}” of a value, which may call a function; that is not allowed.", node.sql()
    return None
