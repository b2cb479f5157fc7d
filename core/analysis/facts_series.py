"""Facts of a series in time, alone or by category: total, peak, change, gaps, an incomplete last period."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from statistics import fmean, median

from core.analysis.facts_groups import rank, ranked_facts, sums_by
from core.analysis.humanise import Number, format_moment
from core.analysis.moments import end_of, ordinal
from core.analysis.stats import percent_change
from core.analysis.telling import Sentence, Telling
from core.models import Fact, SqlDraft

_SLACK = {"week": 2, "month": 3, "quarter": 7, "year": 20}
"""Days before the end of a period by which its last data may lie while it still counts as complete."""
LEAST_STEP = 5
"""Percent: smaller rises and drops between neighbours are not worth telling."""
_EACH = {"year": "a year", "quarter": "a quarter", "month": "a month", "week": "a week", "day": "a day", "hour": "an hour"}


@dataclass(frozen=True)
class Run:
    """The values of one measure in time order; rows without a time or a value are left out."""

    t: Telling
    measure: int
    grain: str
    moments: tuple[datetime, ...]
    values: tuple[Number, ...]
    incomplete: bool
    """The last period is not over, or the data ends within it."""

    def when(self, i: int) -> str:
        text = format_moment(self.moments[i], self.grain, locale=self.t.locale)
        return f"the {text}" if self.grain == "week" else text

    def at(self, i: int) -> str:
        return f"{'on' if self.grain in ('day', 'hour', 'second') else 'in'} {self.when(i)}"

    @property
    def complete(self) -> int:
        """How many periods count in comparisons."""
        return len(self.values) - self.incomplete

    @property
    def adds(self) -> bool:
        return self.measure in self.t.reading.additive and not self.t.reading.partial


def series_facts(t: Telling, draft: SqlDraft | None) -> list[Fact]:
    facts: list[Fact] = []
    for place, measure in enumerate(t.reading.measures[:2]):
        r = run(t, measure, t.reading.shape.numbers(measure))
        if not r.values:
            continue
        found = [_lead(r), *_change(r), *_extremes(r), *_years(r), *_each(r), *_incomplete(r), *_gaps(r)]
        facts += found if place == 0 else [Fact("second", f.text, f.numbers, 0.75) for f in found[:1]]
    return facts


def run(t: Telling, measure: int, numbers: list[Number | None]) -> Run:
    assert t.reading.time is not None
    grain = t.reading.shape[t.reading.time].grain
    moments = t.reading.shape.moments(t.reading.time)
    pairs = sorted((m, n) for m, n in zip(moments, numbers, strict=True) if m is not None and n is not None)
    at, values = tuple(p[0] for p in pairs), tuple(p[1] for p in pairs)
    return Run(t, measure, grain, at, values, _is_incomplete(t, measure, grain, at, values))


def _is_incomplete(t: Telling, measure: int, grain: str, at: tuple[datetime, ...], values: tuple[Number, ...]) -> bool:
    """Known from today or the catalog's last date; else guessed where a sum falls to less than half of what was usual."""
    if len(at) < 2 or measure not in t.reading.additive or grain not in _SLACK:
        return False
    end = end_of(at[-1], grain).date()
    if t.today and at[-1].date() <= t.today < end:
        return True
    if last := _last_date(t):
        return at[-1].date() <= last < end - timedelta(days=_SLACK[grain])
    return len(at) > 2 and float(values[-1]) < 0.5 * median(map(float, values[:-1]))


def _last_date(t: Telling) -> date | None:
    """The latest date in the column that the time comes from, as far as the catalog knows it."""
    table, _, column = t.reading.shape[t.reading.time or 0].source.rpartition(".")
    known = t.catalog.by_name[table].by_name.get(column) if t.catalog and table in t.catalog.by_name else None
    try:
        return date.fromisoformat(known.maximum[:10]) if known and known.maximum else None
    except ValueError:
        return None


def _lead(r: Run) -> Fact:
    s, shape = Sentence(r.t), r.t.reading.shape
    said = r.t.measure(r.measure)
    if len(r.values) == 1:
        value = s.value(r.measure, r.values[0])
        return s.fact("single", f"The {said} was {value} {r.at(0)}.", 2.0, value)
    if len(r.values) == 2:
        return _two(r, s)
    high = max(range(len(r.values)), key=lambda i: r.values[i])
    low = min(range(r.complete), key=lambda i: r.values[i])
    if r.adds:
        total: Number = sum(r.values)
        whole, peak = s.value(r.measure, total), s.value(r.measure, r.values[high])
        noun = r.t.noun(r.measure)
        head = f"{whole} {noun} in total" if noun else f"{said} {_comes(said)} to {whole}"
        span = f"between {r.when(0)} and {r.when(-1)}"
        return s.fact("total", f"{head} {span}, with a peak of {peak} {r.at(high)}.", 2.0, whole)
    kind = "lowest" if r.t.wants_lowest else "highest"
    best, other = (low, high) if kind == "lowest" else (high, low)
    first = s.value(r.measure, r.values[best])
    tail = f"{'highest' if kind == 'lowest' else 'lowest'} {r.at(other)}, at {s.value(r.measure, r.values[other])}"
    head = shape[r.measure].title if said == shape[r.measure].phrase else f"The {said}"
    return s.fact("peak", f"{head} was {kind} {r.at(best)}, at {first}, and {tail}.", 2.0, r.when(best), first)


def _two(r: Run, s: Sentence) -> Fact:
    before, after = r.values
    first, last = s.value(r.measure, before), s.value(r.measure, after)
    change = percent_change(float(before), float(after))
    said = r.t.measure(r.measure)
    if r.incomplete:
        return s.fact("change", f"{said} was {first} {r.at(0)} and, so far, {last} {r.at(1)}.", 2.0, last)
    verb = "stayed at" if after == before else "rose" if after > before else "fell"
    if after == before:
        return s.fact("change", f"{said} stayed at {last} from {r.when(0)} to {r.when(1)}.", 2.0, last)
    tail = f" ({s.percent(change, sign=True)})" if change is not None else ""
    return s.fact("change", f"{said} {verb} from {first} {r.at(0)} to {last} {r.at(1)}{tail}.", 2.0, last)


def _change(r: Run) -> Iterator[Fact]:
    """From the first to the last complete period."""
    if r.complete < 3 or (r.grain in ("day", "hour", "second") and r.complete > 14):
        return
    s, first, last = Sentence(r.t), r.values[0], r.values[r.complete - 1]
    change = percent_change(float(first), float(last))
    if change is None or abs(change) < 1:
        if first == last:
            return
        text = f"{_subject(r)} ended {r.at(r.complete - 1)} close to where it began {r.at(0)}"
        if change is not None:
            yield s.fact("change", f"{text}, at {s.value(r.measure, last)}.", 0.8)
        return
    verb = "rose" if change > 0 else "fell"
    ends = f"from {s.value(r.measure, first)} {r.at(0)} to {s.value(r.measure, last)} {r.at(r.complete - 1)}"
    yield s.fact("change", f"{_subject(r)} {verb} {ends} ({s.percent(change, sign=True)}).", 1.2)


def _comes(noun: str) -> str:
    return "come" if noun.endswith("s") and not noun.endswith("ss") else "comes"


def _subject(r: Run) -> str:
    noun = r.t.noun(r.measure)
    return noun[:1].upper() + noun[1:] if noun else "It"


def _extremes(r: Run) -> Iterator[Fact]:
    """The largest rise and drop between neighbouring periods, gaps and an incomplete end left out."""
    steps = [
        (r.values[i + 1] - r.values[i], i + 1)  # type: ignore[operator]
        for i in range(r.complete - 1)
        if ordinal(r.moments[i + 1], r.grain) - ordinal(r.moments[i], r.grain) == 1 or r.grain in ("day", "second")
    ]
    if len(steps) < 3:
        return
    s, parts = Sentence(r.t), []
    for name, (step, i) in (("rise", max(steps)), ("drop", min(steps))):
        if (step > 0) != (name == "rise") or step == 0:
            continue
        change = percent_change(float(r.values[i - 1]), float(r.values[i]))
        if change is not None and abs(change) < LEAST_STEP:
            continue
        tail = f" ({s.percent(change, sign=True)})" if change is not None else ""
        parts.append(f"the largest {name} came {r.at(i)}, {'up' if step > 0 else 'down'} {s.value(r.measure, abs(step))}{tail}")
    if parts:
        yield s.fact("growth", f"{'; '.join(parts)}.", 1.0)


def _years(r: Run) -> Iterator[Fact]:
    """The last full calendar year against the one before."""
    if not r.adds or r.grain not in ("month", "quarter"):
        return
    full = 12 if r.grain == "month" else 4
    years: dict[int, list[Number]] = {}
    for moment, value in list(zip(r.moments, r.values, strict=True))[: r.complete]:
        years.setdefault(moment.year, []).append(value)
    whole = [year for year, values in years.items() if len(values) == full]
    if len(whole) < 2 or whole[-1] - whole[-2] != 1:
        return
    before, after = (sum(years[year]) for year in whole[-2:])
    change = percent_change(float(before), float(after))
    if change is not None:
        s = Sentence(r.t)
        side = "up" if change >= 0 else "down"
        tail = f"{side} {s.percent(abs(change))} on {s.value(r.measure, before)} the year before"
        yield s.fact("year", f"{whole[-1]} came to {s.value(r.measure, after)}, {tail}.", 1.3)


def _each(r: Run) -> Iterator[Fact]:
    if r.adds and r.complete >= 3 and r.grain in _EACH:
        s = Sentence(r.t)
        average = fmean(map(float, r.values[: r.complete]))
        yield s.fact("average", f"On average that is {s.like(r.measure, average)} {_EACH[r.grain]}.", 0.6)


def _incomplete(r: Run) -> Iterator[Fact]:
    if r.incomplete:
        s = Sentence(r.t)
        text = f"{r.when(-1)}, at {s.value(r.measure, r.values[-1])}, looks incomplete and is left out of the comparison."
        yield s.fact("incomplete", text, 1.05)


def _gaps(r: Run) -> Iterator[Fact]:
    if r.grain not in ("year", "quarter", "month", "week"):
        return
    counts = [ordinal(m, r.grain) for m in r.moments]
    holes = [(a, b - a - 1, i) for i, (a, b) in enumerate(pairwise(counts)) if b - a > 1]
    missing = sum(size for _, size, _ in holes)
    if not holes or missing > len(counts) * 3:
        return
    s = Sentence(r.t)
    unit = r.grain if missing == 1 else f"{r.grain}s"
    where = f"between {r.when(holes[0][2])} and {r.when(holes[0][2] + 1)}" if len(holes) == 1 else "in between"
    yield s.fact("gap", f"There is no data for {s.count(missing)} {unit} {where}.", 1.1)


def time_group_facts(t: Telling, draft: SqlDraft | None) -> list[Fact]:
    reading, shape = t.reading, t.reading.shape
    assert reading.time is not None and reading.series is not None
    measure = reading.measures[0]
    labels, numbers = shape.labels(reading.series), shape.numbers(measure)
    facts: list[Fact] = []
    if measure in reading.additive:
        summed = sums_by(labels, numbers)
        ranked = rank(t, measure, list(summed), list(summed.values()), t.things(reading.series))
        facts += (
            [f for f in ranked_facts(ranked) if f.kind in ("top", "follow", "concentration", "even")] if ranked.values else []
        )
    facts += _fastest(t, measure, labels, numbers)
    return [*facts, *_peak(t, measure, labels, numbers, 1.0 if facts else 2.0)]


def _fastest(t: Telling, measure: int, labels: list[str], numbers: list[Number | None]) -> Iterator[Fact]:
    """Which category grew or fell most from the first to the last complete period."""
    changes = []
    for label in dict.fromkeys(labels):
        r = run(t, measure, [n if own == label else None for own, n in zip(labels, numbers, strict=True)])
        change = percent_change(float(r.values[0]), float(r.values[r.complete - 1])) if r.complete >= 2 else None
        if change is not None:
            changes.append((change, label, r))
        if len(changes) > 50:
            return
    if len(changes) < 2:
        return
    change, label, r = max(changes, key=lambda c: c[0])
    s = Sentence(t)
    if change <= 1:
        return
    last = r.complete - 1
    ends = f"from {s.value(measure, r.values[0])} {r.at(0)} to {s.value(measure, r.values[last])} {r.at(last)}"
    yield s.fact("growth", f"{t.name(label)} grew fastest, {ends} ({s.percent(change, sign=True)}).", 1.1)


def _peak(t: Telling, measure: int, labels: list[str], numbers: list[Number | None], weight: float) -> Iterator[Fact]:
    moments = t.reading.shape.moments(t.reading.time or 0)
    known = [(n, label, m) for n, label, m in zip(numbers, labels, moments, strict=True) if n is not None and m is not None]
    if not known:
        return
    number, label, moment = max(known, key=lambda k: k[0])
    s = Sentence(t)
    said = s.value(measure, number)
    when = format_moment(moment, t.reading.shape[t.reading.time or 0].grain, locale=t.locale)
    yield s.fact("peak", f"The highest single value is {said}, for {t.name(label)} in {when}.", weight, said, t.name(label))
