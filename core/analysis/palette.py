"""The palette: the single source of every chart colour.

The eight hues were searched for: each has a contrast of at least 3:1 on white and on the dark background, and any two stay
apart for readers with protanopia and deuteranopia (simulation of Machado et al., 2009). A test holds both.
"""

from __future__ import annotations

from dataclasses import dataclass

COLOURS = {
    "blue": "#306cd8",
    "amber": "#cc8400",
    "purple": "#9c3c9c",
    "teal": "#309ca8",
    "green": "#00783c",
    "pink": "#fc4884",
    "lavender": "#9c84f0",
    "red": "#d80c00",
}
"""By name, in the order in which series take them. config.toml's chartCategoricalColors holds the same values."""

CATEGORICAL = tuple(COLOURS.values())
ACCENT = CATEGORICAL[0]
OTHER = "#8a8f98"
"""Of the bar, slice or line that stands for everything not shown by itself."""

FONT = "system-ui, -apple-system, Segoe UI, Roboto, Helvetica Neue, Noto Sans, Arial, sans-serif"


@dataclass(frozen=True)
class Theme:
    text: str
    muted: str
    grid: str
    surface: str


THEMES = {
    "light": Theme(text="#1f2733", muted="#56606e", grid="#e4e7ec", surface="#ffffff"),
    "dark": Theme(text="#e8eaed", muted="#a9b1bd", grid="#2b313c", surface="#0e1117"),
}


def colours(first: str = "") -> tuple[str, ...]:
    """The categorical colours, beginning with the one of that name; an unknown or empty name changes nothing."""
    names = list(COLOURS)
    start = names.index(first) if first in COLOURS else 0
    return CATEGORICAL[start:] + CATEGORICAL[:start]
