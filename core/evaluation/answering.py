"""Answering: the questions of one database, put to an engine in order and judged; what one process does at a time."""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from core.config import ConnectionSpec
from core.errors import TabletalkError
from core.evaluation import difference
from core.evaluation.judge import Judge
from core.evaluation.outcome import Outcome
from core.evaluation.questions import Question
from core.evaluation.shape import shape
from core.evaluation.verdicts import Verdict, VerdictCache, file_identity
from core.execution.address import parse
from core.execution.catalog_cache import CatalogCache
from core.execution.connections import open_database
from core.models import Catalog, Clarification, Context, SqlDraft, Turn, TurnState
from core.nl2sql.builtin.linking.index import index_of
from core.nl2sql.engine import Engine

log = logging.getLogger(__name__)

FULL_TURNS = 3


@dataclass(frozen=True)
class Setting:
    """What is the same for every database. Goes to other processes, so it holds how to make an engine, not the engine."""

    engine: Callable[[], Engine]
    root: Path
    """What `db_path` is relative to."""
    catalogs: Path
    verdicts: Path | None = None
    """None: nothing judged is remembered."""
    gold_history: bool = False
    """A later turn of a dialogue follows the gold of the turns before instead of the engine's own answers."""


@dataclass(frozen=True)
class Batch:
    """Questions about one database with their places in the file, in order of interaction and turn."""

    url: str
    questions: tuple[tuple[int, Question], ...]


def answer_batch(batch: Batch, setting: Setting) -> dict[int, Outcome]:
    """An outcome per question, whatever fails."""
    try:
        room = _Room(batch.url, setting)
    except TabletalkError as error:
        return {position: _bare(question, error.message) for position, question in batch.questions}
    history: dict[str | int, list[Turn]] = defaultdict(list)
    outcomes, index_ms = {}, room.warm()
    for position, question in batch.questions:
        before = history[question.interaction] if question.interaction is not None else []
        outcome, turn = room.outcome(question, before)
        outcomes[position] = msgspec.structs.replace(outcome, index_ms=index_ms)
        if gold := room.gold_turn(question) if setting.gold_history else turn:
            before.append(gold)
        index_ms = None
    return outcomes


class _Room:
    """One database, opened, with its engine and judge."""

    def __init__(self, url: str, setting: Setting) -> None:
        spec = ConnectionSpec("eval", url)
        self._database = open_database(spec)
        self._catalog = CatalogCache(setting.catalogs).get(self._database)
        self._engine = setting.engine()
        address = parse(spec)
        cached = setting.verdicts is not None and address.url is None  # a server's content can change unnoticed
        cache = VerdictCache(setting.verdicts, file_identity(address.path)) if cached and setting.verdicts else None
        self._judge = Judge(self._database, cache)
        self._columns = _columns(self._catalog)

    def warm(self) -> float | None:
        """Builds the index, so that no question pays for it; milliseconds, None for a model, which has none."""
        if self._engine.name == "llm" or not self._catalog.tables:
            return None
        start = time.perf_counter()
        index_of(self._catalog)
        return _ms_since(start)

    def gold_turn(self, question: Question) -> Turn | None:
        """The question as answered by its gold, such as another engine may have written it."""
        return _turn(question, SqlDraft(question.sql, self._catalog.dialect, "gold")) if question.sql else None

    def outcome(self, question: Question, before: list[Turn]) -> tuple[Outcome, Turn | None]:
        """The answer with its verdict, and, where it has SQL, as a turn that later ones may follow.

        Asked back, it is taken as "Answer anyway" takes it: with the best reading.
        """
        start = time.perf_counter()
        try:
            answer = self._engine.draft(question.question, Context(turns=tuple(before[-FULL_TURNS:])), self._catalog)
        except TabletalkError as error:
            return self._judged(question, _bare(question, error.message)), None
        except Exception as exc:  # one question an engine breaks on must not cost the answers to all others
            log.exception("question %s", question.id)
            return self._judged(question, _bare(question, f"The engine broke on this question ({type(exc).__name__}).")), None
        given: dict[str, Any] = {"confidence": answer.confidence, "elapsed_ms": _ms_since(start)}
        if isinstance(answer, Clarification):
            asked = {"question": answer.question, "choices": [choice.label for choice in answer.choices]}
            sql = answer.draft.sql if answer.draft else None
            accepted = _turn(question, answer.draft) if answer.draft else None
            return self._judged(question, _bare(question, None, sql=sql, clarification=asked, **given)), accepted
        return self._judged(question, _bare(question, None, sql=answer.sql, **given)), _turn(question, answer)

    def _judged(self, question: Question, outcome: Outcome) -> Outcome:
        """With the shape of its gold, whether it is right, and what is wrong where it is not."""
        if outcome.gold is None:
            return outcome
        gold = self._tree(outcome.gold)
        try:
            verdict = self._judge.judge(question, outcome.sql)
        except TabletalkError as error:
            return msgspec.structs.replace(outcome, shape=shape(gold), error=error.message)
        correct = None if verdict is Verdict.NO_GOLD else verdict is Verdict.RIGHT
        labels = self._labels(outcome, gold, verdict) if correct is False else ()
        return msgspec.structs.replace(outcome, shape=shape(gold), correct=correct, differences=labels)

    def _labels(self, outcome: Outcome, gold: exp.Expr | None, verdict: Verdict) -> tuple[str, ...]:
        clarified = (difference.CLARIFIED,) if outcome.clarification else ()
        if outcome.sql is None:
            return clarified or (difference.NO_SQL,)
        if verdict is Verdict.FAILS:
            return (difference.FAILS, *clarified)
        return (*difference.differences(gold, self._tree(outcome.sql), self._columns), *clarified)

    def _tree(self, sql: str) -> exp.Expr | None:
        try:
            return sqlglot.parse_one(sql, dialect=self._catalog.dialect)
        except SqlglotError:
            return None


def _bare(question: Question, error: str | None, **answer: Any) -> Outcome:
    return Outcome(
        question.id,
        answer.pop("sql", None),
        error=error,
        db=question.database,
        question=question.question,
        gold=question.sql,
        interaction=question.interaction,
        turn=question.turn,
        **answer,
    )


def _columns(catalog: Catalog) -> dict[str, frozenset[str]]:
    return {table.name.lower(): frozenset(column.name.lower() for column in table.columns) for table in catalog.tables}


def _turn(question: Question, draft: SqlDraft) -> Turn:
    now = datetime.now(UTC)
    return Turn(str(question.id), "", question.question, "", now, state=TurnState.DONE, draft=draft)


def _ms_since(start: float) -> float:
    return round(1000 * (time.perf_counter() - start), 2)
