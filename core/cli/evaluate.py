"""`eval`: an engine against a file of questions, without sessions or Redis; one task per database, in parallel.

By the conventions of benchmarks the built-in engine shows the columns asked for and no more; by those of the product it adds the
measure that ranked a row and sorts groups by it.
"""

from __future__ import annotations

import argparse
import logging
import sys
import time
from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from core.cli.accuracy import is_ordered, same_result
from core.cli.output import Progress, to_json
from core.cli.status import ANSWERED, WRONG_USAGE
from core.config import ConnectionSpec, Settings
from core.errors import ConfigError, TabletalkError
from core.execution.catalog_cache import CatalogCache
from core.execution.connections import Database, open_database
from core.execution.guard import check
from core.execution.run import Limits
from core.execution.run import run as run_sql
from core.models import Catalog, Clarification, Context, SqlDraft, Turn, TurnState
from core.nl2sql.builtin import BENCHMARK, Conventions
from core.nl2sql.engine import Engine
from core.wiring import build_engines, current_settings

log = logging.getLogger(__name__)

GOLD_ROWS = 200_000
FULL_TURNS = 3


class Question(msgspec.Struct, frozen=True):
    """A line of the questions file. `db_path` is relative to --root; without it `db` is a URL."""

    id: str | int
    question: str
    db_path: str = ""
    db: str = ""
    sql: str | None = None
    interaction: str | int | None = None
    turn: int | None = None


class Outcome(msgspec.Struct, frozen=True):
    """A line of the predictions file; `correct` is None without gold, or where the gold itself does not run."""

    id: str | int
    sql: str | None
    confidence: float = 0.0
    clarification: dict[str, Any] | None = None
    elapsed_ms: float = 0.0
    error: str | None = None
    correct: bool | None = None


def add(commands: Any) -> None:
    parser = commands.add_parser("eval", help="run an engine over a file of questions; with gold SQL, its accuracy")
    parser.add_argument("questions", type=Path, help="lines {id, question, db_path | db, sql?, interaction?, turn?}")
    parser.add_argument("--root", type=Path, default=Path(), metavar="DIR", help="what db_path is relative to")
    parser.add_argument("--engine", choices=("auto", "builtin", "llm"), default="builtin")
    parser.add_argument("--conventions", choices=("benchmark", "product"), default="benchmark", help="of the built-in engine")
    parser.add_argument("--out", type=Path, metavar="PRED.jsonl", help="where the predictions go; standard output when left out")
    parser.add_argument("--jobs", type=int, default=0, help="processes; 0: one per processor")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Writes a prediction per question, in their order; with gold prints the share whose results agree."""
    try:
        lines = arguments.questions.read_bytes().splitlines()
        questions = [msgspec.json.decode(line, type=Question) for line in lines if line.strip()]
    except (OSError, msgspec.DecodeError) as exc:
        print(f"The questions file cannot be read: {exc}", file=sys.stderr)
        return WRONG_USAGE
    outcomes = _answer_all(questions, arguments)
    text = "".join(to_json(outcome) + "\n" for outcome in outcomes)
    if arguments.out:
        arguments.out.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
    _print_accuracy(outcomes)
    return ANSWERED


def _answer_all(questions: list[Question], arguments: argparse.Namespace) -> list[Outcome]:
    settings, groups = current_settings(), defaultdict(list)
    for position, question in enumerate(questions):
        groups[_url(question, arguments.root)].append((position, question))
    if arguments.engine not in build_engines(settings):
        raise ConfigError("No chat model is configured, so the llm engine cannot answer.", "Set OPENAI_API_KEY and OPENAI_MODEL.")
    engine = (arguments.engine, BENCHMARK if arguments.conventions == "benchmark" else None)
    answered: dict[int, Outcome] = {}
    progress = Progress()
    with ProcessPoolExecutor(arguments.jobs or None) as pool:
        tasks = [pool.submit(_answer_database, url, group, engine, settings) for url, group in groups.items()]
        for task in as_completed(tasks):
            answered.update(task.result())
            progress(f"{len(answered)} of {len(questions)} questions", len(answered) / len(questions))
    progress.end()
    return [answered[position] for position in sorted(answered)]


def _url(question: Question, root: Path) -> str:
    return f"sqlite:///{(root / question.db_path).resolve()}" if question.db_path else question.db


def _answer_database(
    url: str, group: list[tuple[int, Question]], named: tuple[str, Conventions | None], settings: Settings
) -> dict[int, Outcome]:
    """Every question about one database, in order of interaction and turn."""
    try:
        database = open_database(ConnectionSpec("eval", url))
        catalog = CatalogCache(settings.data_dir / "catalogs").get(database)
        engine = build_engines(settings, named[1])[named[0]]
    except TabletalkError as error:
        return {position: Outcome(question.id, None, error=error.message) for position, question in group}
    history: dict[str | int, list[Turn]] = defaultdict(list)
    outcomes = {}
    for position, question in sorted(group, key=lambda item: (str(item[1].interaction), item[1].turn or 0)):
        before = history[question.interaction] if question.interaction is not None else []
        outcomes[position] = _answer(question, before, engine, database, catalog)
    return outcomes


def _answer(question: Question, before: list[Turn], engine: Engine, database: Database, catalog: Catalog) -> Outcome:
    context = Context(turns=tuple(before[-FULL_TURNS:]))
    start = time.perf_counter()
    try:
        answer = engine.draft(question.question, context, catalog)
    except TabletalkError as error:
        return Outcome(question.id, None, error=error.message)
    except Exception as exc:  # one question an engine breaks on must not cost the answers to all others
        log.exception("question %s", question.id)
        return Outcome(question.id, None, error=f"The engine broke on this question ({type(exc).__name__}).")
    elapsed_ms = round(1000 * (time.perf_counter() - start), 2)
    if isinstance(answer, Clarification):
        asked = {"question": answer.question, "choices": [choice.label for choice in answer.choices]}
        return Outcome(question.id, None, answer.confidence, asked, elapsed_ms, correct=_judged(question, None, database))
    before.append(_turn(question, answer))
    correct = _judged(question, answer, database)
    return Outcome(question.id, answer.sql, answer.confidence, None, elapsed_ms, correct=correct)


def _turn(question: Question, draft: SqlDraft) -> Turn:
    now = datetime.now(UTC)
    return Turn(str(question.id), "", question.question, "", now, state=TurnState.DONE, draft=draft)


def _judged(question: Question, draft: SqlDraft | None, database: Database) -> bool | None:
    """Whether the draft's rows are the gold's; None without gold or where the gold does not run."""
    if question.sql is None:
        return None
    limits = Limits(rows=GOLD_ROWS)
    try:
        gold = run_sql(database, question.sql, limits)
    except TabletalkError:
        return None
    if draft is None:
        return False
    try:
        result = run_sql(database, check(draft.sql, draft.dialect), limits)
    except TabletalkError:
        return False
    return same_result(gold, result, ordered=is_ordered(question.sql, draft.dialect))


def _print_accuracy(outcomes: Iterable[Outcome]) -> None:
    judged = [outcome.correct for outcome in outcomes if outcome.correct is not None]
    if judged:
        right = sum(judged)
        print(f"execution accuracy {right / len(judged):.2%} ({right} of {len(judged)})", file=sys.stderr)
