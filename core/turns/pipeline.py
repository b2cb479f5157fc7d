"""The way of one question: a straight tuple of steps, each told to the pages, timed, and stored before the next begins."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from core.analysis import analyse as analyse_result
from core.analysis import choose_chart
from core.cancellation import Cancellation
from core.chat_model import ChatModel
from core.errors import SqlError, SqlFailed, SqlRefused
from core.execution import guard
from core.models import Clarification, Context, Mode, Person, ResultRef, ResultSet, Summary, TurnState
from core.summarization.fold import fold as fold_turns
from core.summarization.window import brief, split
from core.turns.digest import digest
from core.turns.events import TextChunks
from core.turns.own_rows import running_account
from core.turns.running import RunningTurn
from core.turns.statement import run_audited

MAX_REPAIRS = 3
CATALOG_STATUS_EVERY_S = 0.5
FOLD_LIMIT_S = 15.0
"""The session's next question waits for it."""


def run_turn(run: RunningTurn) -> None:
    """Runs the steps. Raises what ends the turn early: Cancelled, and every error of the rooms."""
    for step in STEPS:
        if not step.when(run):
            continue
        run.cancellation.raise_if_cancelled()
        if step.message:
            run.status(step.name, step.message)
        with run.timed(step.name):
            step.run(run)
        if not run.turn.state.finished or step.run is fold:  # `save` itself stores the end
            run.save()


def read_context(run: RunningTurn) -> None:
    rooms, turn = run.rooms, run.turn
    run.session = rooms.sessions.get(turn.session_id)
    name = run.session.connection
    progress = _catalog_progress(run)
    account = running_account(rooms.databases, turn, run.session)
    run.change(account=account)
    run.database = rooms.databases.get(name, account=account, progress=progress)
    run.catalog = rooms.databases.catalog(name, progress=progress, cancellation=run.cancellation, account=account)
    run.earlier = tuple(one for one in rooms.sessions.turns(turn.session_id) if one.index < turn.index)
    recent, summary = split(run.earlier, _summary(run)).recent, brief(run.earlier, _summary(run))
    run.context = Context(recent, summary, run.session.resolutions, mode=run.session.mode)


def draft(run: RunningTurn) -> None:
    """A draft the turn has already is kept: the person took it, or a worker that died left it."""
    if run.turn.draft is not None:
        run.notice(run.turn.draft.notice)
        return
    engine = run.rooms.engine(run.turn.engine)
    made = engine.draft(run.turn.question, run.context, run.catalog, cancellation=run.cancellation)
    run.change(clarification=made) if isinstance(made, Clarification) else run.change(draft=made)
    run.notice(made.notice)


def check(run: RunningTurn) -> None:
    """What runs and what is shown is the statement the guard re-emitted. A model's refused statement goes back to it."""
    while True:
        try:
            checked = guard.check(run.draft.sql, run.draft.dialect)
            break
        except SqlRefused as exc:
            if run.draft.engine != "llm":
                raise
            _repair(run, exc)
    run.change(draft=replace(run.draft, sql=checked))
    run.chunk("sql", sql=checked, explanation=run.draft.explanation)


def execute(run: RunningTurn) -> None:
    while True:
        try:
            result = _run_audited(run)
            break
        except SqlFailed as exc:
            _repair(run, exc)
            check(run)
    _keep(run, result)


def _run_audited(run: RunningTurn) -> ResultSet:
    turn, asker = run.turn, Person(run.turn.author_id, run.turn.author)
    sql, session_id = run.draft.sql, turn.session_id
    return run_audited(
        run.rooms, run.database, sql, asker, session_id, turn.id, account=turn.account, cancellation=run.cancellation
    )


def analyse(run: RunningTurn) -> None:
    if run.result is None:
        return
    with run.optional("The chart could not be made."):
        run.change(chart=choose_chart(run.result, run.draft, run.turn.question))
        run.chunk("chart")
    with run.optional("The analysis could not be written."):
        _analyse(run, run.result)


def save(run: RunningTurn) -> None:
    drafted = run.turn.draft.tokens if run.turn.draft else 0
    run.change(tokens=drafted + (run.turn.analysis.tokens if run.turn.analysis else 0))
    with run.timed("save"):
        run.save()
    run.finish(TurnState.NEEDS_CLARIFICATION if run.turn.clarification else TurnState.DONE)


def fold(run: RunningTurn) -> None:
    """After the answer is out: what fails here changes nothing and is tried again with the next turn, and so is a slow model."""
    run.status("fold", "Updating conversation memory…")
    enough = Cancellation()
    timer = threading.Timer(FOLD_LIMIT_S, enough.cancel)
    timer.start()
    try:
        with run.cancellation.calling(enough.cancel):
            after = fold_turns((*run.earlier, run.turn), _summary(run), _model(run), cancellation=enough)
    finally:
        timer.cancel()
    run.rooms.sessions.set_summary(run.turn.session_id, after, fence=run.lease.fence)


@dataclass(frozen=True)
class Step:
    name: str
    message: str
    """What a person reads while it runs; empty for a step too quick to be named."""
    run: Callable[[RunningTurn], None]
    when: Callable[[RunningTurn], bool] = lambda run: True


def _is_drafted(run: RunningTurn) -> bool:
    return run.turn.draft is not None


def _wants_analysis(run: RunningTurn) -> bool:
    return run.result is not None and run.session.mode is not Mode.QUERY


def _has_something_to_fold(run: RunningTurn) -> bool:
    return run.turn.state is TurnState.DONE and bool(split((*run.earlier, run.turn), _summary(run)).foldable)


STEPS = (
    Step("context", "Loading conversation history…", read_context),
    Step("draft", "Analyzing your question…", draft),
    Step("check", "", check, when=_is_drafted),
    Step("execute", "Running query…", execute, when=_is_drafted),
    Step("analyse", "Generating insights…", analyse, when=_wants_analysis),
    Step("save", "Saving session state…", save),
    Step("fold", "", fold, when=_has_something_to_fold),
)


def _model(run: RunningTurn) -> ChatModel | None:
    """The model where it drafted; not where the person chose the builtin engine, or it stood in for a model that fails."""
    return run.rooms.model if run.turn.draft and run.turn.draft.engine == "llm" else None


def _summary(run: RunningTurn) -> Summary:
    return Summary(run.session.summary, run.session.summarized_to)


def _repair(run: RunningTurn, error: SqlError) -> None:
    """Another draft from the engine. Raises the error when it has no better idea or was asked often enough."""
    if run.repairs == MAX_REPAIRS:
        raise error
    run.repairs += 1
    run.status("execute", f"Correcting the query ({run.repairs} of {MAX_REPAIRS})…")
    engine, text = run.rooms.engine(run.turn.engine), error.detail or error.message
    better = engine.repair(run.turn.question, run.draft, text, run.context, run.catalog, cancellation=run.cancellation)
    if better is None:
        raise error
    run.change(draft=better)
    run.notice(better.notice)


def _keep(run: RunningTurn, result: ResultSet) -> None:
    run.result = result
    size_bytes = run.rooms.sessions.save_result(run.turn.session_id, run.turn.id, result, fence=run.lease.fence)
    run.change(
        result=ResultRef(
            id=run.turn.id,
            columns=result.columns,
            row_count=result.row_count,
            truncated=result.truncated,
            truncated_by=result.truncated_by,
            limit=result.limit,
            size_bytes=size_bytes,
            digest=digest(result),
        )
    )
    run.save()  # before the pages are told to look
    run.chunk("results", row_count=result.row_count, truncated=result.truncated)


def _analyse(run: RunningTurn, result: ResultSet) -> None:
    chunks = TextChunks(lambda text: run.chunk("text", text=text))
    try:
        analysis = analyse_result(
            run.turn.question,
            result,
            run.draft,
            model=_model(run),
            on_text=chunks.add,
            can_answer=_can_answer(run),
            catalog=run.catalog,
            cancellation=run.cancellation,
        )
    finally:
        chunks.flush()
    run.change(analysis=analysis)
    run.notice(analysis.notice)
    run.chunk("analysis", text=analysis.text)


def _can_answer(run: RunningTurn) -> Callable[[str], bool] | None:
    """Whether a suggestion, asked as a follow-up of this turn, would be answered."""
    asked = run.rooms.can_answer
    if asked is None:
        return None
    context = replace(run.context, turns=(*run.context.turns, run.turn)[-3:])
    return lambda question: asked(question, context, run.catalog)


def _catalog_progress(run: RunningTurn) -> Callable[[str, float], None]:
    """Tells the pages what is being read of a database that is new here, at most twice a second."""
    told = time.monotonic()

    def progress(what: str, fraction: float) -> None:
        nonlocal told
        if time.monotonic() - told > CATALOG_STATUS_EVERY_S:
            told = time.monotonic()
            run.status("context", f"Getting to know the database: {what} ({fraction:.0%})…")

    return progress
