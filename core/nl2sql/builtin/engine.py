"""BuiltinEngine: a grounded semantic parser without a model: words are linked, composed, scored and rendered."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from core.cancellation import Cancellation
from core.errors import EmptyDatabase
from core.models import Assumption, Catalog, Clarification, Context, SqlDraft
from core.nl2sql.builtin.clarify import ambiguous, no_such_day, strangers, unknown
from core.nl2sql.builtin.compound import in_steps
from core.nl2sql.builtin.followups import followups
from core.nl2sql.builtin.followups.ellipsis import SWITCH
from core.nl2sql.builtin.followups.widening import of_everything
from core.nl2sql.builtin.linking.index import Index, Progress, index_of
from core.nl2sql.builtin.linking.linking import link
from core.nl2sql.builtin.linking.periods import impossible_day
from core.nl2sql.builtin.query.explain import assumptions, explain
from core.nl2sql.builtin.query.outputs import outputs
from core.nl2sql.builtin.query.query_json import to_json
from core.nl2sql.builtin.reading.assemble import Conventions
from core.nl2sql.builtin.reading.confidence import unused
from core.nl2sql.builtin.reading.reading import SURE, Candidate, read
from core.nl2sql.builtin.suggest import suggest, suggest_near

_GUESS = 0.25
"""Below this a reading is no guess worth showing."""
_LOST = 0.4
"""How often a question that points at the answer before is right as a question of its own, against one that does not."""
_LONGEST = 2_000
"""Characters of a question that are read; nobody says more in one question."""


class BuiltinEngine:
    """Stateless but for the index of each catalog, which is built once; safe in threads."""

    name = "builtin"

    def __init__(self, conventions: Conventions | None = None) -> None:
        self._conventions = conventions or Conventions()

    def prepare(self, catalog: Catalog, progress: Progress | None = None) -> None:
        """Builds the index of a catalog, which the first draft would do; `progress` is told a step and how much is done, 0–1."""
        if catalog.tables:
            index_of(catalog, progress)

    def draft(
        self, question: str, context: Context, catalog: Catalog, *, cancellation: Cancellation | None = None
    ) -> SqlDraft | Clarification:
        """See `Engine.draft`. The same question, context and catalog always give the same draft."""
        if not catalog.tables:
            raise EmptyDatabase("This database has no tables to ask about.", "Add tables, or choose another connection.")
        if cancellation:
            cancellation.raise_if_cancelled()
        index = index_of(catalog)
        asked = SWITCH.sub("", question[:_LONGEST])
        today = context.today or datetime.now(UTC).date()
        fresh = asked != question[:_LONGEST]

        def one(clause: str, before: Context) -> SqlDraft | Clarification:
            if cancellation:
                cancellation.raise_if_cancelled()
            return self._one(clause, before, index, today, fresh=fresh and before is context)

        return in_steps(asked, context, one(asked, context), one)

    def _one(self, asked: str, context: Context, index: Index, today: date, *, fresh: bool) -> SqlDraft | Clarification:
        """The draft of a question of one clause; a fresh one has nothing to do with those before."""
        if context.turns and not fresh and (whole := of_everything(asked)):
            own = self._one(whole, context, index, today, fresh=True)
            if isinstance(own, SqlDraft) and not own.unused_words:
                return own
        edited = None if fresh else followups.edit(asked, context, index, today, self._conventions)
        if edited and edited.leans and edited.candidate.enough:
            return self._edited(edited, index, context)
        if day := impossible_day(asked):
            return no_such_day(day)
        found = self._read(asked, context, index, today)
        best = found[0] if found else None
        if best is None or not best.enough:
            if edited and edited.candidate.enough and not (best and _as_lost(edited.candidate, best)):
                return self._edited(edited, index, context)
            return self._unknown(asked, index, edited.candidate if edited and edited.leans else best)
        if not fresh and followups.leans(asked, context, index, today):
            guess = edited.candidate if edited else best
            return self._unknown(asked, index, replace(guess, confidence=_LOST * guess.confidence), leans=True)
        drafted = self._drafted(best, index, (), best.parse.chart_kind)
        question_back = ambiguous(best, context)
        return replace(question_back, draft=drafted) if question_back else drafted

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
        """None: the grammar would say the same again."""
        return None

    def suggest(self, catalog: Catalog, limit: int = 6) -> tuple[str, ...]:
        """Starter questions about this database that it can answer, the most telling first."""
        index, asked = index_of(catalog), (limit, self._conventions)
        if asked not in index.starters:
            index.starters[asked] = suggest(index, limit, lambda question: self.can_answer(question, Context(), catalog))
        return index.starters[asked]

    def can_answer(self, question: str, context: Context, catalog: Catalog) -> bool:
        """Whether `draft` would give SQL for the question; touches no database."""
        if not catalog.tables:
            return False
        index = index_of(catalog)
        today = context.today or datetime.now(UTC).date()
        edited = followups.edit(question, context, index, today, self._conventions)
        if edited and edited.candidate.enough:
            return True
        found = self._read(question, context, index, today)
        return bool(found) and found[0].enough and not ambiguous(found[0], context)

    def _read(self, question: str, context: Context, index: Index, today: date) -> list[Candidate]:
        return read(question, index, today, context.resolutions, self._conventions)

    def _unknown(self, asked: str, index: Index, best: Candidate | None, leans: bool = False) -> Clarification:
        """What was not understood, questions about what was, and the best reading where there is any to speak of."""
        items = best.parse.items if best else link(asked, index, date.min)
        near = suggest_near(items, index, 3, lambda question: self.can_answer(question, Context(), index.catalog))
        choices = tuple(dict.fromkeys((*near, *self.suggest(index.catalog, 3))))[:3]
        said = unknown(asked, unused(best.parse) if best else strangers(asked, index), best, choices, leans)
        guess = best is not None and best.confidence >= _GUESS
        return replace(said, draft=self._drafted(best, index, (), best.parse.chart_kind)) if best and guess else said

    def _edited(self, edited: followups.Edit, index: Index, context: Context) -> SqlDraft | Clarification:
        drafted = self._drafted(edited.candidate, index, edited.changes, edited.chart_kind)
        question_back = ambiguous(edited.candidate, context)
        return replace(question_back, draft=drafted) if question_back else drafted

    def _drafted(self, best: Candidate, index: Index, changes: tuple[str, ...], chart_kind: str) -> SqlDraft:
        return SqlDraft(
            sql=best.sql,
            dialect=index.catalog.dialect,
            engine=self.name,
            explanation=explain(best.query, index),
            assumptions=(*_doubts(best), *assumptions(best.query, index, best.parse.notes)),
            unused_words=unused(best.parse),
            confidence=round(best.confidence, 3),
            changes=changes,
            outputs=outputs(best.query, index),
            chart_kind=chart_kind,
            reads=to_json(best.query),
        )


def _as_lost(edited: Candidate, alone: Candidate) -> bool:
    """Whether a question that says what it is about is explained no better as an edit: the same words stay unused."""
    lost = set(unused(alone.parse))
    return bool(lost) and bool(alone.parse.tables_said()) and lost <= set(unused(edited.parse))


def _doubts(best: Candidate) -> tuple[Assumption, ...]:
    """What a person must know first of an answer that may well be wrong."""
    return () if best.confidence >= SURE else (Assumption("doubt", "Not sure I read this right: please check the SQL"),)
