"""`worker`: a process that only works on questions; beside app servers that share its Redis."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from typing import Any

from core.cli.status import ANSWERED, FAILED
from core.wiring import build, current_settings


def add(commands: Any) -> None:
    parser = commands.add_parser("worker", help="work on the questions of app servers that share this Redis, until stopped")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Ends at SIGTERM or Ctrl-C; a question it works on then is shown as interrupted, with Retry."""
    settings = current_settings()
    if not settings.workers:
        print("TABLETALK_WORKERS is 0: set it to the number of questions to work on at once.", file=sys.stderr)
        return FAILED
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    app = build(settings)
    try:
        app.workers.start()
        print(f"Working on up to {settings.workers} questions at once.", file=sys.stderr, flush=True)
        stop.wait()
    finally:
        app.close()
    return ANSWERED
