"""The builtin engine: questions to SQL by a grammar over the catalog, with no model and no network."""

from core.nl2sql.builtin.assemble import BENCHMARK, Conventions
from core.nl2sql.builtin.engine import BuiltinEngine

__all__ = ["BENCHMARK", "BuiltinEngine", "Conventions"]
