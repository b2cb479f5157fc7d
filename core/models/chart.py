"""ChartSpec: what a chart shows, by column position; data, never code. The figure is built from it and the result."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ChartKind(StrEnum):
    NONE = "none"
    """A table says it better."""
    METRIC = "metric"
    """One number, shown big with a context."""
    LINE = "line"
    AREA = "area"
    BAR = "bar"
    """Horizontal and sorted for categories, vertical for time or ordered bins."""
    PIE = "pie"
    SCATTER = "scatter"


@dataclass(frozen=True)
class ChartSpec:
    kind: ChartKind
    x: int | None = None
    """Column position of the category, the time or the first measure."""
    y: tuple[int, ...] = ()
    """Column positions of the measures."""
    color: int | None = None
    """Column position of the series."""
    title: str = ""
    x_title: str = ""
    y_title: str = ""
    stacked: bool = False
    palette: str = ""
    """Empty: the theme's colours; else one colour of the palette by name."""
    chosen_by: str = "auto"
    """auto, engine (the question named a chart) or user."""
