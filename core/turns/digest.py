"""digest: a result as a few words, which is all an engine is told of it in later questions."""

from __future__ import annotations

from core.models import ResultSet

MAX_SIGNS = 400
MAX_ROWS = 5
MAX_CELL = 40


def digest(result: ResultSet) -> str:
    """The column names, the first rows and the number of rows; at most MAX_SIGNS characters, cut at the end."""
    lines = [", ".join(_cut(name) for name in result.names)]
    lines += [", ".join(_cut("NULL" if cell is None else str(cell)) for cell in row) for row in result.rows(MAX_ROWS)]
    if result.row_count > MAX_ROWS:
        lines.append(f"… {result.row_count:,} rows{' or more' if result.truncated else ''}")
    text = "\n".join(lines)
    return text if len(text) <= MAX_SIGNS else text[: MAX_SIGNS - 1] + "…"


def _cut(text: str) -> str:
    return text if len(text) <= MAX_CELL else text[: MAX_CELL - 1] + "…"
