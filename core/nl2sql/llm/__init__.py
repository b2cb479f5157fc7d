"""The chat-model engine: linked schema and conversation under a token budget in, a checked draft out."""

from core.nl2sql.llm.engine import LlmEngine

__all__ = ["LlmEngine"]
