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
        """By the engine that wrote the draft. Where the model fails, the builtin engine's own draft of the question; where
        the model has no better idea, that one, too, if it used every word."""
        if self._model_engine is None or draft.engine != self._model_engine.name:
            better = self._builtin.repair(question, draft, error, context, catalog, cancellation=cancellation)
            return better and replace(better, notice=draft.notice)
        failure = _NO_IDEA
        try:
            if better := self._model_engine.repair(question, draft, error, context, catalog, cancellation=cancellation):
                return better
        except ModelError as exc:
            failure = exc
        other = self._builtin.draft(question, context, catalog, cancellation=cancellation)
        if isinstance(other, Clarification) or (failure is _NO_IDEA and other.unused_words):
            return None
        return replace(other, notice=_notice(failure), repairs=(*draft.repairs, failure.message), tokens=draft.tokens)


_NO_IDEA = ModelError("The chat model found no query that runs.")


def _notice(failure: ModelError) -> str:
    return f"{failure.message.removesuffix('.')}, so the built-in engine answered."
