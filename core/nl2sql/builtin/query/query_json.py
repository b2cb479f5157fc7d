"""Query as JSON and back: what `SqlDraft.reads` holds, so that a follow-up can edit what was asked before."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

from core.nl2sql.builtin.query.query import AnyOf, Arith, Compare, Field, Order, Query, Ref, Related

VERSION = 1
_CLASSES = {cls.__name__.lower(): cls for cls in (Query, Field, Compare, AnyOf, Related, Order, Ref, Arith)}


def to_json(query: Query) -> dict[str, Any]:
    """Plain JSON data; fields at their default are left out."""
    data = _plain(query)
    assert isinstance(data, dict)
    return {"version": VERSION, **data}


def from_json(data: dict[str, Any] | None) -> Query | None:
    """The query `to_json` wrote; None for anything else (another engine's reads, an unknown version)."""
    if not data or data.get("version") != VERSION or data.get("is") != "query":
        return None
    try:
        query = _rich({key: value for key, value in data.items() if key != "version"})
    except (TypeError, KeyError, ValueError):
        return None
    return query if isinstance(query, Query) else None


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        shown = {field.name: getattr(value, field.name) for field in fields(value) if getattr(value, field.name) != field.default}
        return {"is": type(value).__name__.lower(), **{name: _plain(inner) for name, inner in shown.items()}}
    if isinstance(value, tuple):
        return [_plain(inner) for inner in value]
    return value


def _rich(value: Any) -> Any:
    if isinstance(value, dict):
        return _CLASSES[value["is"]](**{name: _rich(inner) for name, inner in value.items() if name != "is"})
    if isinstance(value, list):
        return tuple(_rich(inner) for inner in value)
    return value
