"""`ask`: one question as a turn of a session, run in this process, printed as text or as one JSON object."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from core.analysis import plain
from core.cli.output import MAX_ROWS, Progress, plain_table, printable, to_json, turn_object
from core.cli.settings import with_database
from core.cli.status import ANSWERED, FAILED, NEEDS_CLARIFICATION
from core.config import Settings
from core.errors import TabletalkError
from core.models import OPERATOR, Event, EventKind, Failure, Mode, ResultSet, Turn, TurnState
from core.wiring import App, build, current_settings

STATUS_OF = {TurnState.DONE: ANSWERED, TurnState.NEEDS_CLARIFICATION: NEEDS_CLARIFICATION}


def add(commands: Any) -> None:
    parser = commands.add_parser("ask", help="ask a question")
    parser.add_argument("question")
    database = parser.add_mutually_exclusive_group()
    database.add_argument("--db", metavar="URL", help="the database: a SQLAlchemy URL, or the path of a SQLite or DuckDB file")
    database.add_argument("--connection", metavar="NAME", help="a connection of secrets.toml")
    parser.add_argument("--session", metavar="ID", help="the session to go on with; a new one when left out")
    parser.add_argument("--engine", choices=("auto", "builtin", "llm"))
    parser.add_argument("--mode", choices=("query", "analysis"), default="analysis")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Exit status 0 answered, 3 clarification, 1 error; with --json an error is an object, too."""
    try:
        return _ask(arguments)
    except TabletalkError as error:
        if not arguments.json:
            raise
        print(to_json(_error_object(arguments, error)))
        return FAILED


def _ask(arguments: argparse.Namespace) -> int:
    settings, connection = _target(arguments)
    app = build(settings)
    try:
        session_id = arguments.session or _new_session(app, connection, Mode(arguments.mode))
        turn = _run_turn(app, session_id, arguments)
        result = app.sessions.result(session_id, turn.result.id) if turn.result else None
    finally:
        app.close()
    print(to_json(turn_object(turn, result)) if arguments.json else _text(turn, result))
    return STATUS_OF.get(turn.state, FAILED)


def _new_session(app: App, connection: str, mode: Mode) -> str:
    owner = {"owner": OPERATOR.id, "owner_name": OPERATOR.name}
    return app.sessions.create(connection or app.databases.default, mode=mode, **owner).id


def _target(arguments: argparse.Namespace) -> tuple[Settings, str]:
    settings = current_settings()
    if not arguments.db:
        return settings, arguments.connection or ""
    return with_database(settings, arguments.db)


def _run_turn(app: App, session_id: str, arguments: argparse.Namespace) -> Turn:
    progress = Progress()

    def show(event: Event) -> None:
        if event.kind is EventKind.STATUS and sys.stderr.isatty():
            progress(str(event.data.get("message", "")), 0.0)

    turn = app.turns.run_here(
        session_id, arguments.question, author=OPERATOR, engine=arguments.engine or app.settings.engine, on_event=show
    )
    progress.end()
    return turn


def _text(turn: Turn, result: ResultSet | None) -> str:
    parts: list[str] = list(turn.notices)
    if turn.failure:
        parts.append(f"{turn.failure.message} {turn.failure.hint}".strip())
    if turn.clarification:
        parts += [turn.clarification.question, *(f"  - {choice.label}" for choice in turn.clarification.choices)]
    if turn.analysis and turn.analysis.text:
        parts.append(plain(turn.analysis.text))
    if result is not None:
        parts.append(plain_table(result.names, result.rows(MAX_ROWS)))
    if turn.draft:
        if turn.draft.unused_words:
            parts.append(f"Not used: {', '.join(turn.draft.unused_words)}.")
        parts.append(turn.draft.sql)
    return "\n\n".join(map(printable, [*parts, f"session {turn.session_id}"]))


def _error_object(arguments: argparse.Namespace, error: TabletalkError) -> dict[str, Any]:
    """The same keys as of a turn; none was stored."""
    turn = Turn("", "", arguments.question, "", datetime.now(UTC), engine=arguments.engine or "auto")
    failed = replace(turn, failure=Failure(error.message, error.hint))
    return turn_object(failed, None) | {"session": arguments.session, "turn": None}
