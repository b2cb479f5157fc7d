"""Render: a query as SQL text of a dialect, laid out to be read."""

from __future__ import annotations

from core.nl2sql.builtin.build import build
from core.nl2sql.builtin.index import Index
from core.nl2sql.builtin.query import Query


def render(query: Query, index: Index, dialect: str = "") -> str:
    """SQL for the catalog's dialect, or another one. Raises NoPath where two of its tables have no key between them."""
    wanted = dialect or index.catalog.dialect
    return build(query, index, wanted).sql(dialect=wanted, pretty=True)
