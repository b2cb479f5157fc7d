"""`sessions`: make, list, show and delete sessions, and clean up what expired ones left in the lists."""

from __future__ import annotations

import argparse
from typing import Any

from core.cli.output import plain_table, to_json
from core.cli.settings import with_database
from core.cli.status import ANSWERED
from core.models import OPERATOR
from core.wiring import App, build, current_settings


def add(commands: Any) -> None:
    parser = commands.add_parser("sessions", help="work with sessions")
    actions = parser.add_subparsers(required=True, metavar="ACTION", dest="action")
    new = actions.add_parser("new", help="make a session and print its id")
    database = new.add_mutually_exclusive_group()
    database.add_argument("--db", metavar="URL")
    database.add_argument("--connection", metavar="NAME")
    new.add_argument("--title", default="")
    actions.add_parser("list", help="the sessions, newest activity first").add_argument("--json", action="store_true")
    for name, what in (("show", "one session with its turns, as JSON"), ("delete", "delete a session")):
        actions.add_parser(name, help=what).add_argument("id")
    actions.add_parser("cleanup", help="drop what expired sessions left behind")
    parser.set_defaults(run=run)


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
    listings = app.sessions.list(OPERATOR.id, limit=1_000)
    if arguments.json:
        print(to_json(listings))
        return
    rows = [
        (row.id, row.title or "Untitled", row.connection, row.turn_count, f"{row.updated:%Y-%m-%d %H:%M}") for row in listings
    ]
    print(plain_table(("id", "title", "connection", "turns", "last activity (UTC)"), rows, most=1_000))


def _show(app: App, arguments: argparse.Namespace, connection: str | None) -> None:
    session = app.sessions.get(arguments.id)
    print(to_json({"session": session, "turns": app.sessions.turns(session.id)}))


def _delete(app: App, arguments: argparse.Namespace, connection: str | None) -> None:
    app.sessions.delete(app.sessions.get(arguments.id).id)
    print(f"Deleted {arguments.id}.")


def _cleanup(app: App, arguments: argparse.Namespace, connection: str | None) -> None:
    print(f"Removed {app.sessions.cleanup()} expired entries.")


ACTIONS = {"new": _new, "list": _list, "show": _show, "delete": _delete, "cleanup": _cleanup}
