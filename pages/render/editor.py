"""Edit chart: type, axes, series and colour. Every change is stored with the turn, so that a reload and a teammate see it."""

from __future__ import annotations

from core.models import ChartKind

_KINDS = {
    ChartKind.LINE: "Line",
    ChartKind.AREA: "Area",
    ChartKind.BAR: "Bars",
    ChartKind.PIE: "Parts of a whole",
    ChartKind.SCATTER: "Points",
    ChartKind.METRIC: "Big number",
    ChartKind.NONE: "No chart",
}
