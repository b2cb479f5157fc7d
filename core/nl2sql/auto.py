"""AutoEngine: the chat model where one is configured, the builtin engine where not, and with a notice where the model fails."""

from __future__ import annotations

from dataclasses import replace

from core.cancellation import Cancellation
from core.errors import ModelError
from core.models import Catalog, Clarification, Context, SqlDraft
from core.nl2sql.engine import Engine


class AutoEngine:
    """Implements Engine."""

    name = "auto"

    def __init__(self, model_engine: Engine | None, builtin: Engine) -> None:
        self._model_engine = model_engine
        self._builtin = builtin

    def draft(
        self, question: str, context: Context, catalog: Catalog, *, cancellation: Cancellation | None = None
    ) -> SqlDraft | Clarification:
        """As Engine.draft; never raises ModelError."""
        if self._model_engine is None:
            return self._builtin.draft(question, context, catalog, cancellation=cancellation)
        try:
            return self._model_engine.draft(question, context, catalog, cancellation=cancellation)
        except ModelError as exc:
            answer = self._builtin.draft(question, context, catalog, cancellation=cancellation)
            return replace(answer, notice=_notice(exc))

    def repair(
        self,
        question: str,
        draft: SqlDraft,
        error: str,
        context: Context,
        catalog: Catalog,
        *,
        cancellation: Cancellation | None = None,
    ) -> SqlDraft | None:
        """By the engine that wrote the draft; where the model fails, the builtin engine's own draft of the question."""
        if self._model_engine is None or draft.engine != self._model_engine.name:
            better = self._builtin.repair(question, draft, error, context, catalog, cancellation=cancellation)
            return better and replace(better, notice=draft.notice)
        try:
            return self._model_engine.repair(question, draft, error, context, catalog, cancellation=cancellation)
        except ModelError as exc:
            other = self._builtin.draft(question, context, catalog, cancellation=cancellation)
            if isinstance(other, Clarification):
                return None
            return replace(other, notice=_notice(exc), repairs=(*draft.repairs, exc.message), tokens=draft.tokens)


def _notice(failure: ModelError) -> str:
    return f"{failure.message.removesuffix('.')}, so the built-in engine answered."
