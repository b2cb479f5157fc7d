"""Look: the layout all figures share: transparent, quiet axes, a legend below, margins that suit a phone."""

from __future__ import annotations

from typing import Any

from core.analysis.labels import escape
from core.analysis.palette import FONT, THEMES, Theme
from core.analysis.scale import Scale

HEIGHT = 340


def theme_of(name: str) -> Theme:
    return THEMES["dark" if name == "dark" else "light"]


def layout(theme: Theme, *, height: int = HEIGHT, legend: bool = False) -> dict[str, Any]:
    return {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": 13, "color": theme.text},
        "height": height + (28 if legend else 0),
        "margin": {"l": 8, "r": 16, "t": 16, "b": 8, "pad": 4},
        "showlegend": legend,
        "legend": {"orientation": "h", "yref": "container", "y": 0, "yanchor": "bottom", "x": 0, "traceorder": "normal"},
        "hoverlabel": {"bgcolor": theme.surface, "bordercolor": theme.grid, "font": {"color": theme.text}, "align": "left"},
        "dragmode": False,
        "bargap": 0.28,
        "barcornerradius": 2,
        "bargroupgap": 0.06,
    }


def value_axis(theme: Theme, title: str, scale: Scale) -> dict[str, Any]:
    return {
        **_axis(theme, title),
        "range": [scale.low, scale.high],
        "tickmode": "array",
        "tickvals": list(scale.places),
        "ticktext": list(scale.texts),
        "showgrid": True,
        "gridcolor": theme.grid,
        "zeroline": scale.low < 0,
        "zerolinecolor": theme.muted,
    }


def plain_axis(theme: Theme, title: str) -> dict[str, Any]:
    """Of categories or time: no grid."""
    return {**_axis(theme, title), "showgrid": False, "showline": True, "linecolor": theme.grid, "zeroline": False}


def _axis(theme: Theme, title: str) -> dict[str, Any]:
    return {
        "title": {"text": escape(title), "font": {"size": 12, "color": theme.muted}, "standoff": 10},
        "tickfont": {"size": 12, "color": theme.text},
        "automargin": True,
        "fixedrange": True,
    }
