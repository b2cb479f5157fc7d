"""Engine: what turns a question into SQL. Two exist: the builtin grammar and the chat model; `auto` chooses between them."""

from __future__ import annotations

from typing import Protocol

from core.cancellation import Cancellation
from core.models import Catalog, Clarification, Context, SqlDraft


class Engine(Protocol):
    @property
    def name(self) -> str:
        """As stored in `SqlDraft.engine`: builtin, llm, or auto for the one that chooses."""

    def draft(
        self, question: str, context: Context, catalog: Catalog, *, cancellation: Cancellation | None = None
    ) -> SqlDraft | Clarification:
        """SQL in the catalog's dialect, or a question back; never a guess presented as certain.

        Raises Cancelled when Stop was pressed and ModelError when a model failed; EmptyDatabase for a catalog without tables.
        """

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
        """Another draft after the database refused `draft.sql` with `error`; None when the engine has no better idea.

        The new draft's `repairs` is the old one's plus what was wrong this time, in words.
        """
