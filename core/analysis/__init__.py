"""Analysis: a result becomes facts, a chart and a few sentences. Pure but for the door to the chat model."""

from core.analysis.chart import choose_chart
from core.analysis.display import ColumnFormat, formats, to_frame, unique_names
from core.analysis.download import to_csv, to_excel, to_html
from core.analysis.figure import build_figure, figure_dict
from core.analysis.humanise import format_duration, format_number, format_percent, format_value

__all__ = [
    "ColumnFormat",
    "build_figure",
    "choose_chart",
    "figure_dict",
    "format_duration",
    "format_number",
    "format_percent",
    "format_value",
    "formats",
    "to_csv",
    "to_excel",
    "to_frame",
    "to_html",
    "unique_names",
]
