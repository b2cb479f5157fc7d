"""Judge: whether a statement gives the gold's rows on one database."""

from __future__ import annotations

from core.errors import SqlError
from core.evaluation.accuracy import is_ordered, same_result
from core.evaluation.questions import Question
from core.evaluation.verdicts import Verdict, VerdictCache
from core.execution.connections import Database
from core.execution.guard import check
from core.execution.run import Limits, run
from core.models import ResultSet

LIMITS = Limits(rows=200_000)


class Judge:
    """Runs a gold statement at most once; without a cache every verdict is found by running."""

    def __init__(self, database: Database, cache: VerdictCache | None = None) -> None:
        self._database = database
        self._cache = cache
        self._gold: tuple[str, ResultSet | None] = ("", None)

    def judge(self, question: Question, sql: str | None) -> Verdict:
        """Right where it gives the rows of the gold or of one of its alternatives; without SQL there is nothing right: WRONG, or
        NO_GOLD. Raises DatabaseUnavailable."""
        verdict = self._against(question, question.sql or "", sql)
        alternatives = question.alt_sql if verdict is Verdict.WRONG and sql is not None else ()
        return Verdict.RIGHT if any(self._against(question, alt, sql) is Verdict.RIGHT for alt in alternatives) else verdict

    def _against(self, question: Question, gold: str, sql: str | None) -> Verdict:
        of = (str(question.id), gold, sql or "")
        if self._cache and (known := self._cache.get(*of)):
            return known
        verdict = self._found(gold, sql)
        if self._cache:
            self._cache.put(verdict, *of)
        return verdict

    def _found(self, gold: str, sql: str | None) -> Verdict:
        expected = self._expected(gold)
        if expected is None:
            return Verdict.NO_GOLD
        if sql is None:
            return Verdict.WRONG
        dialect = self._database.dialect
        try:
            given = run(self._database, check(sql, dialect), LIMITS)
        except SqlError:
            return Verdict.FAILS
        return Verdict.RIGHT if same_result(expected, given, ordered=is_ordered(gold, dialect)) else Verdict.WRONG

    def _expected(self, gold: str) -> ResultSet | None:
        """The gold's rows; None where it does not run. Trusted by its author, so no guard stands before it."""
        if self._gold[0] != gold:
            try:
                self._gold = (gold, run(self._database, gold, LIMITS))
            except SqlError:
                self._gold = (gold, None)
        return self._gold[1]
