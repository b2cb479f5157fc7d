"""The command line: the abilities of the pages for scripts. Exit status 0 done, 1 error, 2 wrong usage, 3 clarification."""

from core.cli.main import main

__all__ = ["main"]
