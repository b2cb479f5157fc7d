"""Which chart a result gets, what may be picked, and that every figure builds and is safe."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from core.analysis import build_figure, chart_options, choose_chart, figure_dict, metric, picked
from core.analysis.palette import CATEGORICAL, OTHER, THEMES
from core.models import ChartKind, ChartSpec, ResultSet
from tests.core.analysis.cases import Case, cases
from tests.core.analysis.made import table
from tests.core.analysis.shop import ask, open_shop

ROOT = Path(__file__).parents[3]
WHILE_PANDAS_LOADS = """
import sys, threading, time
import pyarrow as pa
from core.analysis import build_figure
from core.models import ChartKind, ChartSpec, Kind, ResultColumn, ResultSet

class Slow:
    def find_spec(self, name, path=None, target=None):
        if name == "pandas.core.api":
            begun.set()
            time.sleep(0.5)

begun = threading.Event()
sys.meta_path.insert(0, Slow())
rows = pa.ipc.open_stream(sys.stdin.buffer).read_all()  # to make an array loads pandas
result = ResultSet((ResultColumn("region", Kind.TEXT), ResultColumn("total", Kind.INTEGER)), rows, 2)
assert "pandas" not in sys.modules
loading = threading.Thread(target=__import__, args=["pandas"])
loading.start()
assert begun.wait(60)
build_figure(ChartSpec(ChartKind.BAR, x=0, y=(1,)), result)
loading.join()
"""


def named(spec: ChartSpec, result: ResultSet) -> str:
    def name(index: int | None) -> str:
        return "-" if index is None else result.names[index]

    y = ",".join(name(i) for i in spec.y) or "-"
    return f"{spec.kind.value} x={name(spec.x)} y={y} color={name(spec.color)} stacked={spec.stacked}"


@pytest.mark.parametrize("case", cases("charts.txt"), ids=str)
def test_a_result_gets_the_chart_that_shows_it_best(case: Case) -> None:
    result, draft = ask(open_shop(), case.sql)
    assert named(choose_chart(result, draft, case.question), result) == case.expected


@pytest.mark.parametrize("case", cases("charts.txt"), ids=str)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_chosen_and_offered_chart_builds(case: Case, theme: str) -> None:
    result, draft = ask(open_shop(), case.sql)
    build_figure(choose_chart(result, draft, case.question), result, theme=theme, draft=draft)  # type: ignore[arg-type]
    options = chart_options(result, draft)
    for choice in options.choices:
        for x in choice.x:
            for y in choice.y:
                for color in choice.color:
                    if len({x, y, color}) == 3:
                        spec = ChartSpec(choice.kind, x=x, y=(y,), color=color, stacked=choice.can_stack)
                        assert figure_dict(spec, result, draft=draft)["data"], spec


def test_a_figure_builds_while_another_thread_has_only_begun_to_load_pandas() -> None:
    rows, sink = table(["region", "total"], [("North", 1), ("South", 2)]).table, pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, rows.schema) as stream:
        stream.write_table(rows)
    subprocess.run([sys.executable, "-c", WHILE_PANDAS_LOADS], cwd=ROOT, check=True, input=sink.getvalue().to_pybytes())


def test_plotly_accepts_what_is_built() -> None:
    from plotly.graph_objects import Figure

    for case in cases("charts.txt"):
        result, draft = ask(open_shop(), case.sql)
        Figure(figure_dict(choose_chart(result, draft, case.question), result, draft=draft, title=True))


def test_the_chart_a_person_asked_for_wins_when_it_is_possible() -> None:
    result, draft = ask(open_shop(), "select month, sum(units) as total_units from sale group by 1")
    spec = choose_chart(result, replace(draft, chart_kind="bar"), "as a bar chart")
    assert (spec.kind, spec.chosen_by) == (ChartKind.BAR, "engine")
    assert choose_chart(result, replace(draft, chart_kind="scatter"), "").chosen_by == "auto"


def test_a_pie_never_has_more_than_five_parts() -> None:
    result, draft = ask(open_shop(), "select city, sum(units) as total_units from sale group by 1")
    figure = figure_dict(ChartSpec(ChartKind.PIE, x=0, y=(1,)), result, draft=draft)
    assert figure["data"][0]["type"] == "pie"
    assert figure["data"][0]["labels"][-1] == "Other (7)"
    assert len(figure["data"][0]["values"]) == 5


def test_bars_start_at_zero_are_sorted_and_end_in_other() -> None:
    rows = [(f"shop {i:02}", 100 - i) for i in range(12)]
    result = table(["shop", "total_amount"], sorted(rows, key=lambda row: row[1] % 5))
    figure = figure_dict(choose_chart(result), result)
    bars = figure["data"][0]
    assert bars["x"][:8] == [100 - i for i in range(8)]
    assert figure["layout"]["xaxis"]["range"][0] == 0
    assert figure["layout"]["yaxis"]["ticktext"][8] == "Other (4)"


def test_an_other_that_would_dwarf_the_bars_is_told_instead_of_drawn() -> None:
    result = table(["shop", "total_amount"], [(f"shop {i:02}", 100) for i in range(30)])
    figure = figure_dict(choose_chart(result), result)
    assert figure["data"][0]["x"][8] is None
    assert figure["layout"]["annotations"][0]["text"] == "2,200 together"


def test_averages_are_never_added_up_to_an_other() -> None:
    result = table(["shop", "average_amount"], [(f"shop {i:02}", 100 - i) for i in range(25)])
    figure = figure_dict(choose_chart(result), result)
    assert not any("Other" in text for text in figure["layout"]["yaxis"]["ticktext"])
    assert figure["layout"]["annotations"][0]["text"] == "20 of 25 shown"


def test_a_line_breaks_where_months_are_missing() -> None:
    result, draft = ask(open_shop(), "select month, sum(units) as total_units from sale group by 1")
    line = figure_dict(choose_chart(result, draft), result, draft=draft)["data"][0]
    assert line["y"].count(None) == 1
    assert line["x"][line["y"].index(None)].startswith("2024-07")
    assert line["connectgaps"] is False


def test_namesakes_are_drawn_apart() -> None:
    rows = [(1, "Ann", "Lee", 5), (2, "Ann", "Lee", 4), (3, "Bo", "Ray", 3)]
    result = table(["customer_id", "first_name", "last_name", "order_count"], rows)
    figure = figure_dict(choose_chart(result), result)
    assert figure["layout"]["yaxis"]["ticktext"] == ["Ann Lee", "Ann Lee", "Bo Ray"]
    assert figure["data"][0]["x"] == [5, 4, 3]


HOSTILE = '<a href="javascript:alert(1)">x</a><b>y</b>&lt;i&gt;'


@pytest.mark.parametrize("kind", [ChartKind.BAR, ChartKind.PIE, ChartKind.LINE, ChartKind.AREA, ChartKind.SCATTER])
def test_no_text_of_the_data_is_markup_in_a_figure(kind: ChartKind) -> None:
    result = table([HOSTILE, HOSTILE + "count", "n_count"], [(f"{HOSTILE}{i}", i + 1, i) for i in range(4)])
    spec = ChartSpec(kind, x=1 if kind is ChartKind.SCATTER else 0, y=(2,), title=HOSTILE, x_title=HOSTILE, y_title=HOSTILE)
    text = json.dumps(figure_dict(spec, result, title=True))
    assert "<a" not in text
    assert "<i>" not in text
    assert "<b>y" not in text


def test_a_spec_that_does_not_fit_draws_a_note_instead_of_failing() -> None:
    result = table(["a"], [("x",)])
    for spec in (ChartSpec(ChartKind.BAR, x=7, y=(9,)), ChartSpec(ChartKind.LINE), ChartSpec(ChartKind.PIE, x=0, y=(0,))):
        assert figure_dict(spec, result)["layout"]["annotations"][0]["text"].startswith("Nothing to draw")


@pytest.mark.parametrize("kind", [ChartKind.BAR, ChartKind.SCATTER])
def test_numbers_at_the_end_of_what_a_float_holds_are_drawn(kind: ChartKind) -> None:
    result = table(["n", "measure"], [(1.0, 1e308), (2.0, -1e308), (3.0, 5.0)])
    figure = figure_dict(ChartSpec(kind, x=0, y=(1,)), result)
    assert figure["data"] and "Infinity" not in json.dumps(figure, default=str)


def test_what_a_person_picked_is_mended_to_fit_the_kind() -> None:
    result, draft = ask(open_shop(), "select city, good, sum(units) as total_units from sale group by 1, 2")
    options = chart_options(result, draft)
    spec = picked(options, ChartKind.PIE, x=2, y=(0,), color=1, palette="amber")
    assert (spec.x, spec.y, spec.color, spec.chosen_by, spec.palette) == (0, (2,), None, "user", "amber")
    assert picked(options, ChartKind.SCATTER).kind is ChartKind.NONE


def test_one_number_is_a_metric_with_its_label() -> None:
    result, draft = ask(open_shop(), "select sum(amount) as total_amount_usd from sale")
    shown = metric(choose_chart(result, draft), result, draft)
    assert shown is not None
    assert (shown.value, shown.label, shown.exact) == ("$87,816.50", "Total amount", "$87,816.50")


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("colour", [*CATEGORICAL, OTHER])
def test_every_chart_colour_stands_out_from_the_background(colour: str, theme: str) -> None:
    light, dark = sorted((luminance(colour), luminance(THEMES[theme].surface)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 3


BLINDNESS = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.01182, 0.04294, 0.968881)),
}


@pytest.mark.parametrize("kind", BLINDNESS)
def test_colour_blind_readers_tell_all_series_apart(kind: str) -> None:
    seen = [
        oklab([sum(w * c for w, c in zip(row, linear(colour), strict=True)) for row in BLINDNESS[kind]]) for colour in CATEGORICAL
    ]
    for i, a in enumerate(seen):
        for b in seen[:i]:
            assert sum((x - y) ** 2 for x, y in zip(a, b, strict=True)) ** 0.5 >= 0.09


def simulated(rgb: list[float], kind: str) -> list[float]:
    return [sum(w * c for w, c in zip(row, rgb, strict=True)) for row in BLINDNESS[kind]]


def linear(colour: str) -> list[float]:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]


def oklab(rgb: list[float]) -> tuple[float, float, float]:
    r, g, b = (max(0.0, c) for c in rgb)
    long = (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b) ** (1 / 3)
    middle = (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b) ** (1 / 3)
    short = (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b) ** (1 / 3)
    return (
        0.2104542553 * long + 0.793617785 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.428592205 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.808675766 * short,
    )
