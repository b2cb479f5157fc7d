"""The commands and their options; each command is a module with `add` (its options) and `run` (its work)."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from core.cli import ask, check_sql, evaluate, sessions
from core.cli.status import FAILED
from core.errors import TabletalkError

COMMANDS = (ask, sessions, evaluate, check_sql)


def main(argv: Sequence[str]) -> int:
    """Runs one command and returns its exit status."""
    arguments = _parser().parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except TabletalkError as error:
        print(f"{error.message} {error.hint}".strip(), file=sys.stderr)
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
