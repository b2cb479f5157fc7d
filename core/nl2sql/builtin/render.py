"""Render: a query as SQL text of a dialect, laid out to be read."""

from __future__ import annotations

from core.nl2sql.builtin.build import build
from core.nl2sql.builtin.index import Index
from core.nl2sql.builtin.plan import Unwritable
from core.nl2sql.builtin.query import Query


def render(query: Query, index: Index, dialect: str = "") -> str:
    """SQL for the catalog's dialect, or another one.

    Raises NoPath where two of its tables have no key between them, Unwritable where its parts do not go together.
    """
    wanted = dialect or index.catalog.dialect
    try:
        return build(query, index, wanted).sql(dialect=wanted, pretty=True, copy=False)
    except LookupError as exc:
        raise Unwritable(f"{exc} is not among what is shown") from exc
