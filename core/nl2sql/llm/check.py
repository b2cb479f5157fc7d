"""What is wrong with a model's SQL before a database sees it: it does not parse, or it names what the catalog does not have.

A courtesy that saves a round trip: what it cannot judge it lets pass, the guard and the database have the last word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.scope import Scope, traverse_scope

from core.models import Catalog, Table
from core.nl2sql.llm.schema_text import name_text, table_name_text

_HIDDEN = frozenset({"rowid", "oid", "_rowid_", "ctid"})


def unreadable(sql: str, dialect: str) -> str | None:
    """A sentence when the text is not one statement of the dialect."""
    try:
        statements = [statement for statement in sqlglot.parse(sql, read=dialect) if statement is not None]
    except SqlglotError as exc:
        return f"The query is not valid {dialect}: {str(exc).splitlines()[0]}"
    except RecursionError:
        return "The query is nested too deeply."
    return None if len(statements) == 1 else f"One query is wanted, not {len(statements)}."


def unknown_names(sql: str, catalog: Catalog) -> str | None:
    """A sentence naming the first table or column that the catalog does not have, with the nearest that it has."""
    tree = sqlglot.parse_one(sql, read=catalog.dialect)
    if not isinstance(tree, exp.Query):
        return None
    names = _Names(catalog)
    try:
        scopes = traverse_scope(tree)
        return next((wrong for scope in scopes for wrong in (*_tables(scope, names), *_columns(scope, names))), None)
    except (SqlglotError, RecursionError):
        return None


class _Names:
    """The catalog's names in the spelling the dialect compares them by."""

    def __init__(self, catalog: Catalog) -> None:
        self.exact = catalog.dialect == "postgres"
        self.tables: dict[tuple[str, str], Table] = {}
        for table in catalog.tables:
            local = table.local_name or (table.name.removeprefix(f"{table.schema}.") if table.schema else table.name)
            self.tables[self._fold(table.schema or ""), self._fold(local)] = table
        self.all = [table.name for table in catalog.tables]
        self._columns: dict[str, set[str]] = {}

    def table(self, node: exp.Table) -> Table | None:
        schema, name = self.key(node.args.get("db")), self.key(node.this)
        found = self.tables.get((schema, name)) or self.tables.get(("", name))
        return found or (None if schema else next((each for (_, local), each in self.tables.items() if local == name), None))

    def columns(self, table: Table) -> set[str]:
        if table.name not in self._columns:
            self._columns[table.name] = {self._fold(column.name) for column in table.columns}
        return self._columns[table.name]

    def key(self, node: exp.Expression | str | None) -> str:
        if node is None or isinstance(node, str):
            return self._fold(node or "")
        quoted = isinstance(node, exp.Identifier) and node.args.get("quoted")
        return node.name if self.exact and quoted else node.name.lower() if self.exact else node.name.casefold()

    def _fold(self, name: str) -> str:
        return name if self.exact else name.casefold()


def _tables(scope: Scope, names: _Names) -> Iterator[str]:
    for source in scope.sources.values():
        if isinstance(source, exp.Table) and isinstance(source.this, exp.Identifier) and names.table(source) is None:
            yield f"There is no table {name_text(source.name)}.{_near(source.name, names.all)}"


def _columns(scope: Scope, names: _Names) -> Iterator[str]:
    around = list(_outwards(scope))
    if any(_opaque(source, names) for each in around for source in each.sources.values()) or any(map(_widened, around)):
        return
    sources = {names.key(alias) for each in around for alias in each.sources}
    inner = {id(column) for each in scope.subquery_scopes for column in each.columns}  # judged there, where more is in reach
    for column in scope.columns:
        if id(column) in inner or isinstance(column.this, exp.Star) or _named_here(column, around, names, sources | _HIDDEN):
            continue
        known = _reachable(column, around, names)
        if known is not None and names.key(column.this) not in known:
            of = f" of {name_text(column.table)}" if column.table else ""
            quoted = " If it is a text, write it in single quotes." if column.this.args.get("quoted") and not of else ""
            yield f"There is no column {name_text(column.name)}{of}.{_near(column.name, known)}{quoted}"


def _named_here(column: exp.Column, around: list[Scope], names: _Names, others: set[str] | frozenset[str]) -> bool:
    """It stands for an output column of the statement (but not in that column's own definition) or for a whole row."""
    key = names.key(column.this)
    if column.table:
        return key in _HIDDEN
    own = column.find_ancestor(exp.Alias)
    if own is not None and names.key(own.args["alias"]) == key:
        return False
    aliases = [item for each in around for item in _selects(each.expression) if isinstance(item, exp.Alias)]
    return key in others or any(names.key(alias.args["alias"]) == key for alias in aliases)


def _reachable(column: exp.Column, around: list[Scope], names: _Names) -> set[str] | None:
    """The columns this one may be; None where that cannot be told (its table is no source: perhaps a structured value)."""
    if not column.table:
        return set().union(*(_of(source, names) for each in around for source in each.sources.values()))
    wanted = names.key(column.args["table"])
    found = [source for each in around for alias, source in each.sources.items() if names.key(alias) == wanted]
    return _of(found[0], names) if found else None


def _selects(expression: exp.Expr) -> list[exp.Expr]:
    return list(expression.selects) if isinstance(expression, exp.Query) else []


def _of(source: object, names: _Names) -> set[str]:
    if isinstance(source, Scope):
        return {names.key(item.alias_or_name) for item in _selects(source.expression)}
    table = names.table(source) if isinstance(source, exp.Table) else None
    return names.columns(table) if table else set()


def _opaque(source: object, names: _Names) -> bool:
    """Its columns cannot be told from the catalog: a table function, a star over something, renamed columns."""
    if isinstance(source, Scope):
        query = source.expression
        return not isinstance(query, exp.Query) or query.is_star or bool(query.parent and query.parent.alias_column_names)
    return not isinstance(source, exp.Table) or names.table(source) is None or bool(source.alias_column_names)


def _widened(scope: Scope) -> bool:
    return any(scope.expression.args.get(part) for part in ("laterals", "pivots"))


def _outwards(scope: Scope) -> Iterator[Scope]:
    each: Scope | None = scope
    while each is not None:
        yield each
        each = each.parent


def _near(name: str, known: Iterable[str]) -> str:
    from rapidfuzz import fuzz, process

    found = process.extract(name, list(known), scorer=fuzz.ratio, processor=str.casefold, score_cutoff=60, limit=3)
    return f" Near names: {', '.join(table_name_text(each) for each, _, _ in found)}." if found else ""
