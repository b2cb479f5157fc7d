"""LlmEngine: a question into SQL by a chat model, checked against the catalog before it is given out."""

from __future__ import annotations

from dataclasses import replace

from core.cancellation import Cancellation
from core.chat_model import ChatModel, Message, cut
from core.chat_model.translate import invalid
from core.errors import EmptyDatabase
from core.models import Catalog, Clarification, Context, SqlDraft
from core.nl2sql.llm.check import unknown_names, unreadable
from core.nl2sql.llm.compose import draft_messages, repair_messages
from core.nl2sql.llm.reply import SCHEMA, read


class LlmEngine:
    """Implements Engine. At most two calls of the model for a draft, one for a repair."""

    name = "llm"

    def __init__(self, model: ChatModel) -> None:
        self._model = model

    def draft(
        self, question: str, context: Context, catalog: Catalog, *, cancellation: Cancellation | None = None
    ) -> SqlDraft | Clarification:
        """As Engine.draft. A draft that does not parse or names unknown tables or columns is sent back once, which counts
        as a repair; when the second does not parse either, raises ModelAnswerInvalid."""
        if not catalog.tables:
            raise EmptyDatabase("This database has no tables.", "Choose another database.")
        first, _ = self._ask(draft_messages(question, context, catalog), catalog, cancellation)
        if isinstance(first, Clarification) or (wrong := _wrong(first, catalog)) is None:
            return first
        second = self._again(question, first, wrong, context, catalog, cancellation)
        if isinstance(second, SqlDraft) and (broken := unreadable(second.sql, catalog.dialect)):
            raise invalid(broken)
        return second

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
        """As Engine.repair: None when the model asks back, repeats itself or writes what does not parse."""
        better = self._again(question, draft, error, context, catalog, cancellation)
        if isinstance(better, Clarification) or better.sql == draft.sql or unreadable(better.sql, catalog.dialect):
            return None
        return better

    def _again(
        self, question: str, draft: SqlDraft, wrong: str, context: Context, catalog: Catalog, cancellation: Cancellation | None
    ) -> SqlDraft | Clarification:
        reply, said = self._ask(repair_messages(question, draft, wrong, context, catalog), catalog, cancellation)
        if isinstance(reply, Clarification):
            return reply
        told = cut(said or wrong, 200)
        return replace(reply, repairs=(*draft.repairs, told), notice=draft.notice, tokens=draft.tokens + reply.tokens)

    def _ask(
        self, messages: list[Message], catalog: Catalog, cancellation: Cancellation | None
    ) -> tuple[SqlDraft | Clarification, str]:
        reply, tokens = self._model.structured(messages, SCHEMA, cancellation=cancellation)
        return read(reply, catalog.dialect, tokens), reply["wrong"]


def _wrong(draft: SqlDraft, catalog: Catalog) -> str | None:
    return unreadable(draft.sql, catalog.dialect) or unknown_names(draft.sql, catalog)
