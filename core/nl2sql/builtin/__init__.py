"""The builtin engine: questions to SQL by a grammar over the catalog, with no model and no network."""

from core.nl2sql.builtin.engine import BuiltinEngine
from core.nl2sql.builtin.reading.assemble import BENCHMARK, Conventions

__all__ = ["BENCHMARK", "BuiltinEngine", "Conventions"]
