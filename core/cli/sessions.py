"""`sessions`: make, list, search, show, close and delete sessions, and clean up what expired ones left in the lists."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from core.cli.output import plain_table, to_json
from core.cli.settings import with_database
from core.cli.status import ANSWERED
from core.models import OPERATOR, ListedStatus, SessionListing, SessionQuery, SessionSort
from core.sessions.words import title_rank
from core.wiring import App, build, current_settings

CHANGES = {
    "close": "make sessions read-only",
    "reopen": "let closed sessions be asked again",
    "delete": "delete sessions; for ten minutes undelete brings them back",
    "undelete": "bring back sessions deleted within the last ten minutes",
}


def add(commands: Any) -> None:
    parser = commands.add_parser("sessions", help="work with sessions")
    actions = parser.add_subparsers(required=True, metavar="ACTION", dest="action")
    new = actions.add_parser("new", help="make a session and print its id")
    database = new.add_mutually_exclusive_group()
    database.add_argument("--db", metavar="URL")
    database.add_argument("--connection", metavar="NAME")
    new.add_argument("--title", default="")
    listed = actions.add_parser("list", help="a person's sessions, newest activity first")
    searched = actions.add_parser("search", help="the sessions whose titles, questions or SQL hold all these words")
    searched.add_argument("words", nargs="+")
    for finding in (listed, searched):
        _add_filters(finding)
    actions.add_parser("show", help="one session with its turns, as JSON").add_argument("id")
    for name, what in CHANGES.items():
        actions.add_parser(name, help=what).add_argument("ids", nargs="+", metavar="id")
    actions.add_parser("cleanup", help="drop what expired sessions left behind")
    parser.set_defaults(run=run)


def _add_filters(parser: argparse.ArgumentParser) -> None:
    whose = parser.add_mutually_exclusive_group()
    whose.add_argument("--owner", default=OPERATOR.id, metavar="PERSON", help="id of the person; by default the operator")
    whose.add_argument("--all", action="store_true", help="everybody's sessions")
    parser.add_argument("--status", choices=[status.value for status in ListedStatus])
    parser.add_argument("--connection", default="", metavar="NAME")
    parser.add_argument("--sort", choices=[sort.value for sort in SessionSort], default=SessionSort.ACTIVITY.value)
    parser.add_argument("--limit", type=int, default=1_000, metavar="N", help="most rows")
    parser.add_argument("--json", action="store_true")


def run(arguments: argparse.Namespace) -> int:
    """Raises the session errors of core.errors; prints what was done."""
    settings, connection = current_settings(), getattr(arguments, "connection", None)
    if getattr(arguments, "db", None):
        settings, connection = with_database(settings, arguments.db)
    app = build(settings)
    try:
        ACTIONS[arguments.action](app, arguments, connection)
    finally:
        app.close()
    return ANSWERED


def _new(app: App, arguments: argparse.Namespace, connection: str | None) -> None:
    name = app.databases.get(connection or app.databases.default).name
    print(app.sessions.create(name, title=arguments.title, owner=OPERATOR.id, owner_name=OPERATOR.name).id)


def _list(app: App, arguments: argparse.Namespace, connection: str | None) -> None:
    status = ListedStatus(arguments.status) if arguments.status else None
    text = " ".join((*getattr(arguments, "words", ()), ""))
    query = SessionQuery(text, connection or "", status, sort=SessionSort(arguments.sort), limit=max(1, arguments.limit))
    listings = _everybodys(app, query) if arguments.all else app.sessions.find(arguments.owner, query).rows
    if arguments.json:
        print(to_json(listings))
        return
    names = ("id", "title", "connection", "owner", "turns", "tokens", "status", "last activity (UTC)")
    rows = [
        (row.id, row.title or "Untitled", row.connection, row.owner, row.turn_count, row.tokens, row.status, _minute(row.updated))
        for row in listings
    ]
    print(plain_table(names, rows, most=len(rows)))


def _everybodys(app: App, query: SessionQuery) -> list[SessionListing]:
    """Each session once, in the list of its owner."""
    own = replace(query, mine=True)
    rows = [row for person in app.sessions.index.people() for row in app.sessions.find(person, own).rows]
    orders: dict[SessionSort, Callable[[SessionListing], Any]] = {
        SessionSort.ACTIVITY: lambda row: -row.updated.timestamp(),
        SessionSort.CREATED: lambda row: -row.created.timestamp(),
        SessionSort.QUESTIONS: lambda row: -row.turn_count,
        SessionSort.TOKENS: lambda row: -row.tokens,
        SessionSort.TITLE: lambda row: title_rank(row.title),
    }
    return sorted(rows, key=orders[query.sort])[: query.limit]


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


def _show(app: App, arguments: argparse.Namespace, connection: str | None) -> None:
    session = app.sessions.get(arguments.id)
    print(to_json({"session": session, "turns": app.sessions.turns(session.id)}))


def _change(app: App, arguments: argparse.Namespace, connection: str | None) -> None:
    """Stops at the first session for which it cannot be done."""
    work = app.visit(OPERATOR).work
    call, done = {
        "close": (work.close, "Closed"),
        "reopen": (work.reopen, "Reopened"),
        "delete": (work.delete, "Deleted"),
        "undelete": (work.undelete, "Brought back"),
    }[arguments.action]
    for session_id in arguments.ids:
        call(session_id)
        print(f"{done} {session_id}.")


def _cleanup(app: App, arguments: argparse.Namespace, connection: str | None) -> None:
    print(f"Removed {app.sessions.cleanup()} expired entries.")


ACTIONS = {"new": _new, "list": _list, "search": _list, "show": _show, "cleanup": _cleanup} | dict.fromkeys(CHANGES, _change)
