"""Exit statuses of the command line."""

ANSWERED = 0
FAILED = 1
WRONG_USAGE = 2
NEEDS_CLARIFICATION = 3
