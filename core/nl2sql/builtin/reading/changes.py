"""Changes: growth, change and running totals of what is measured along time ("revenue growth by month", "cumulative orders")."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from core.models import Assumption
from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.query.query import Field, Over, Ref
from core.nl2sql.builtin.reading.grouping import grain_field
from core.nl2sql.builtin.reading.parse import Output, Parse

_ADDITIVE = ("sum", "count")
_AGAINST = {"compared", "vs", "versus", "against", "over", "from", "to", "with", "comparison"}
_ROLE = "change"


def cued(parse: Parse) -> None:
    """Takes the words of a change out of the way of the measure behind them."""
    for item in parse.items:
        if not item.role and (item.is_cue("change") or item.is_cue("step") or _against_the_last(parse, item)):
            item.role = _ROLE


def along(parse: Parse) -> None:
    """A change runs along time: the step that is said, else by year where the data spans several, else by month."""
    said = _said(parse)
    if not said or any(runs(output.field) for output in parse.groups):
        return
    step = _step(said)
    field = grain_field(parse, step or "year")
    if field is not None and not step and (_span(parse, field) < 2 or any(item.kind == "period" for item in parse.items)):
        field = replace(field, grain="month") if field.grain else field
    if field is not None:
        parse.groups.append(Output(99, field))


def changes(parse: Parse) -> None:
    """Beside each measure its change; without measures or time there is none, which leaves the words unused."""
    said = _said(parse)
    time = next((output.field for output in parse.groups if runs(output.field)), None)
    measured = [output for output in parse.outputs if output.field.aggregate in _ADDITIVE]
    step = _step(said)
    if not said or time is None or not measured or (step and step != time.grain):
        for item in said:
            item.role = ""
        return
    over = _over(said)
    narrowed = [item.period.grain for item in parse.items if item.period and item.role == "condition"]
    if over != "running" and narrowed == [time.grain]:
        parse.doubts += [f"nothing before a single {time.grain} to compare it with"] * 4
    for output in measured:
        parse.outputs.append(Output(output.at, replace(output.field, over=over)))
    if over != "running":
        text = f"Each {time.grain} is compared with the last {time.grain} before it that has any"
        parse.notes.append(Assumption("measure", text))


def runs(field: Field) -> bool:
    """Whether a field lays rows out along time; weekdays come again."""
    return bool(field.grain) and field.grain != "weekday"


def _said(parse: Parse) -> list[Item]:
    return [item for item in parse.items if item.role == _ROLE]


def _over(said: list[Item]) -> Over:
    kinds = {item.cue.value for item in said if item.cue is not None and item.cue.kind == "change"}
    return "running" if "running" in kinds else "change" if kinds == {"change"} else "growth"


def _step(said: list[Item]) -> str:
    """The period that is compared with the one before it, where it is said ("month over month")."""
    cues = (item.cue.value for item in said if item.cue is not None and item.cue.kind == "step")
    periods = (item.period.grain for item in said if item.period is not None)
    return next(iter((*cues, *periods)), "")


def _against_the_last(parse: Parse, item: Item) -> bool:
    """ "Revenue by month compared to the previous month": the only period, said beside its own grain."""
    if item.period is None or not item.period.relative.startswith("last:1:"):
        return False
    beside = {other.lower for other in parse.before(item, 3)}
    alone = not any(other.kind == "period" for other in parse.items if other is not item)
    return alone and bool(beside & _AGAINST) and any(other.grain == item.period.grain for other in parse.items)


def _span(parse: Parse, field: Field) -> int:
    """Whole years between the first and the last day there is."""
    if not isinstance(field.expr, Ref):
        return 0
    column = parse.column(field.expr)
    try:
        first, last = (date.fromisoformat((text or "")[:10]) for text in (column.minimum, column.maximum))
    except ValueError:
        return 0
    return (last - first).days // 365
