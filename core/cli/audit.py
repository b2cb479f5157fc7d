"""`audit`: who asked, ran, saw, shared and exported what and when; newest first, as a table, JSON lines or CSV."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from core.cli.output import plain_table, to_json
from core.cli.status import ANSWERED
from core.models import AuditAction
from core.sessions.audit import COLUMNS, cells, to_csv
from core.wiring import build, current_settings

_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
LIMIT = 100


def add(commands: Any) -> None:
    parser = commands.add_parser("audit", help="who asked, ran, saw, shared and exported what and when")
    parser.add_argument("--person", default="", help="an id, or a part of a name or e-mail address")
    parser.add_argument("--action", default="", choices=[action.value for action in AuditAction])
    parser.add_argument("--session", default="", metavar="ID")
    when = "2026-11-26, 2026-11-26T14:30 (UTC where no offset is given), or as long ago as 30m, 12h, 7d"
    parser.add_argument("--since", type=moment, metavar="TIME", help=when)
    parser.add_argument("--until", type=moment, metavar="TIME")
    parser.add_argument("--limit", type=_positive, metavar="N", help=f"most entries; {LIMIT} where no form is given, else all")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one object per line")
    form.add_argument("--csv", metavar="FILE", type=Path, help="- for standard output")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Raises ConfigError and StoreUnavailable."""
    app = build(current_settings())
    try:
        found = app.live.audit.all(
            person=arguments.person,
            action=arguments.action,
            session=arguments.session,
            since=arguments.since,
            until=arguments.until,
        )
        shown = islice(found, arguments.limit or (None if arguments.json or arguments.csv else LIMIT))
        if arguments.json:
            for entry in shown:
                print(to_json(entry))
        elif arguments.csv:
            _save(to_csv(shown), arguments.csv)
        else:
            print(plain_table(COLUMNS, [cells(entry) for entry in shown], most=sys.maxsize))
    finally:
        app.close()
    return ANSWERED


def _save(data: bytes, path: Path) -> None:
    if str(path) == "-":
        sys.stdout.buffer.write(data)
    else:
        path.write_bytes(data)


def moment(text: str) -> datetime:
    """Of one of the forms of --since. Raises ArgumentTypeError."""
    try:
        if text[-1:] in _UNITS and text[:-1].isdecimal():
            return datetime.now(UTC) - int(text[:-1]) * _UNITS[text[-1]]
        at = datetime.fromisoformat(text)
        return at if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as exc:
        raise argparse.ArgumentTypeError(f"{text!r} is no time: write 2026-11-26, 2026-11-26T14:30, 30m, 12h or 7d") from exc


def _positive(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of entries")
    return int(text)
