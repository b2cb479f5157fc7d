"""Waiting for what comes on its own: as long as a slow machine needs, no longer than it takes."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE_S = 60.0


def until(condition: Callable[[], object]) -> None:
    """Returns once the condition holds; fails after PATIENCE_S."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, f"waited {PATIENCE_S:.0f} s in vain"
        time.sleep(0.01)
