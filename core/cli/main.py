"""The commands and their options; each command is a module with `add` (its options) and `run` (its work)."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from core.cli import ask, audit, check_sql, evaluate, fit, sessions, worker
from core.cli.output import printable
from core.cli.status import FAILED
from core.errors import TabletalkError

COMMANDS = (ask, sessions, audit, evaluate, fit, check_sql, worker)


def main(argv: Sequence[str]) -> int:
    """Runs one command and returns its exit status."""
    arguments = _parser().parse_args(argv)
    _log_briefly()
    try:
        return int(arguments.run(arguments))
    except TabletalkError as error:
        print(printable(f"{error.message} {error.hint}".strip()), file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m core", description="Ask a database questions in plain language.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add(commands)
    return parser


class _Brief(logging.Formatter):
    """One line per record; of an unexpected error its kind and place, not its text, which may hold what is secret."""

    def format(self, record: logging.LogRecord) -> str:
        text, trace = record.getMessage(), record.exc_info[2] if record.exc_info else None
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        if trace is None or not record.exc_info or not record.exc_info[0]:
            return text
        return f"{text} ({record.exc_info[0].__name__}, {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno})"


def _log_briefly() -> None:
    handler = logging.StreamHandler()
    handler.setLevel(logging.ERROR)  # what a person must know is part of the answer
    handler.setFormatter(_Brief())
    logging.getLogger().addHandler(handler)
