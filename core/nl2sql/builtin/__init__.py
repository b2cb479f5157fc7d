"""The builtin engine: questions to SQL by a grammar over the catalog, with no model and no network."""

from core.nl2sql.builtin.engine import BuiltinEngine

__all__ = ["BuiltinEngine"]
