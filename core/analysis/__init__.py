"""Analysis: a result becomes facts, a chart and a few sentences. Pure but for the door to the chat model."""

from core.analysis.analyse import analyse
from core.analysis.chart import choose_chart
from core.analysis.chart_options import ChartChoice, ChartOptions, chart_options, picked
from core.analysis.display import ColumnFormat, formats, to_frame, unique_names
from core.analysis.download import to_csv, to_excel, to_html
from core.analysis.facts import compute_facts
from core.analysis.figure import build_figure, figure_dict
from core.analysis.followups import followups
from core.analysis.humanise import format_duration, format_number, format_percent, format_value
from core.analysis.markup import escape, plain
from core.analysis.metric import Metric, metric
from core.analysis.narrative import write
from core.analysis.verify import verify

__all__ = [
    "ChartChoice",
    "ChartOptions",
    "ColumnFormat",
    "Metric",
    "analyse",
    "build_figure",
    "chart_options",
    "choose_chart",
    "compute_facts",
    "escape",
    "figure_dict",
    "followups",
    "format_duration",
    "format_number",
    "format_percent",
    "format_value",
    "formats",
    "metric",
    "picked",
    "plain",
    "to_csv",
    "to_excel",
    "to_frame",
    "to_html",
    "unique_names",
    "verify",
    "write",
]
