"""Render: a query as SQL text of a dialect, laid out to be read."""

from __future__ import annotations

from sqlglot import exp

from core.nl2sql.builtin.linking.index import Index
from core.nl2sql.builtin.query.build import build
from core.nl2sql.builtin.query.plan import Unwritable
from core.nl2sql.builtin.query.query import Query, fields


def render(query: Query, index: Index, dialect: str = "") -> str:
    """SQL for the catalog's dialect, or another one.

    Raises NoPath where two of its tables have no key between them, Unwritable where its parts do not go together.
    """
    wanted = dialect or index.catalog.dialect
    if any(field.share and field.over for field in fields(query)):
        raise Unwritable("a share along time")
    try:
        tree = build(query, index, wanted)
    except LookupError as exc:
        raise Unwritable(f"{exc} is not among what is shown") from exc
    if lost := sorted(_lost(tree)):
        raise Unwritable(f"{', '.join(lost)} comes from nowhere")
    return tree.sql(dialect=wanted, pretty=True, copy=False)


def _lost(tree: exp.Expr) -> set[str]:
    """Columns of tables that are joined nowhere, and those a part of the statement was to hand on and does not."""
    named = {source.alias_or_name for source in tree.find_all(exp.Table, exp.Subquery, exp.CTE)}
    parts = {part.alias: set(part.this.named_selects) for part in tree.find_all(exp.CTE)}
    columns = [column for column in tree.find_all(exp.Column) if column.table]
    return {c.sql() for c in columns if c.table not in named or (c.table in parts and c.name not in parts[c.table])}
