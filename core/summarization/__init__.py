"""The window of turns an engine gets in full, and the rolling summary of the turns before it."""

from core.summarization.fold import fold
from core.summarization.window import Window, brief, split

__all__ = ["Window", "brief", "fold", "split"]
