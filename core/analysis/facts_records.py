"""Facts of a list of records: how many, how their measures are spread, what is common, how two measures move together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from core.analysis.humanise import format_moment
from core.analysis.stats import correlation, quartiles
from core.analysis.telling import Sentence, Telling
from core.models import Fact, Kind, SqlDraft

MOST_MEASURES = 3


def record_facts(t: Telling, draft: SqlDraft | None) -> list[Fact]:
    facts = [_count(t), *_first(t), *_common(t), *_period(t), *_together(t)]
    for place, measure in enumerate(t.reading.measures[:MOST_MEASURES]):
        facts += _spread(t, measure, 1.0 - 0.2 * place)
    return facts


def _count(t: Telling) -> Fact:
    """How many rows; of a list cut short on purpose, how many are shown."""
    shape, s = t.reading.shape, Sentence(t)
    noun = t.rows_noun(shape[0].source) or "rows"
    said = s.count(shape.rows)
    noun = "row" if shape.rows == 1 else noun
    if t.reading.partial:
        return s.fact("count", f"The list shows {said} {noun}{_ends(t)}.", 2.0, f"{said} {noun}")
    only = len(shape.result.columns) == 1 and shape[0].distinct == shape.rows and t.reading.category == 0
    if only and not t.rows_noun(shape[0].source):
        noun = t.things(0)
    verb = "match" if t.reading.traits.filtered or not t.reading.traits.known else "in all"
    text = f"{said} {noun} {verb}{_ends(t)}." if verb == "match" else f"There are {said} {noun} in all{_ends(t)}."
    return s.fact("count", text, 2.0, f"{said} {noun}")


def _ends(t: Telling) -> str:
    """ ", from A to Z", where a short list of names is all there is."""
    shape = t.reading.shape
    if t.reading.category is None or t.reading.measures or not 1 < shape.rows <= 8:
        return ""
    labels = [t.name(label) for label in shape.labels(t.reading.category)]
    return f": {', '.join(labels)}" if sum(map(len, labels)) <= 160 else ""


def _first(t: Telling) -> Iterator[Fact]:
    """Who leads where the list is ordered by a measure."""
    reading, shape = t.reading, t.reading.shape
    if reading.traits.descending is None or reading.category is None or not reading.measures or shape.rows < 3:
        return
    for measure in reading.measures:
        valued = [place for place, number in enumerate(shape.numbers(measure)) if number is not None]
        numbers = [n for n in shape.numbers(measure) if n is not None]
        if shape[measure].endless:  # an infinite one may come before all that are told here
            continue
        if len(numbers) > 2 and numbers[0] != numbers[-1] and numbers == sorted(numbers, reverse=reading.traits.descending):
            s, name = Sentence(t), t.name(shape.labels(reading.category)[valued[0]])
            kind = "highest" if reading.traits.descending else "lowest"
            text = f"{name} comes first, with the {kind} {t.measure(measure)}: {s.value(measure, numbers[0])}."
            yield s.fact("first", text, 1.5)
            return


def _spread(t: Telling, measure: int, weight: float) -> Iterator[Fact]:
    numbers = [n for n in t.reading.shape.numbers(measure) if n is not None]
    if len(numbers) < 2:
        return
    s, title = Sentence(t), t.reading.shape[measure].title
    low, high = min(numbers), max(numbers)
    if low == high:
        yield s.fact("spread", f"{title} is {s.value(measure, low)} in every row that has one.", weight * 0.7)
        return
    text = f"{title} ranges from {s.value(measure, low)} to {s.value(measure, high)}"
    if len(numbers) >= 5:
        lower, middle, upper = quartiles([float(n) for n in numbers])
        text += f", with a median of {s.like(measure, middle)}"
        if len(numbers) >= 20 and lower < upper:
            text += f"; half of them lie between {s.like(measure, lower)} and {s.like(measure, upper)}"
    yield s.fact("spread", f"{text}.", weight)


def _common(t: Telling) -> Iterator[Fact]:
    """The most common value of the first category that repeats."""
    shape = t.reading.shape
    for column in shape.categories:
        known = shape[column]
        if not 1 < known.distinct <= min(50, shape.rows / 2) or known.kind in (Kind.FLOAT, Kind.DECIMAL):
            continue
        (value, most), *rest = Counter(shape.result.column(column)).most_common(2)
        if rest and rest[0][1] == most:
            return
        s = Sentence(t)
        part = s.percent(100 * most / shape.rows)
        name = t.name(shape.label_of(column, value))
        text = f"The most common {known.phrase} is {name}, with {s.count(most)} of {s.count(shape.rows)} rows ({part})."
        yield s.fact("common", text, 0.8)
        return


def _period(t: Telling) -> Iterator[Fact]:
    shape = t.reading.shape
    if t.reading.time is None:
        return
    moments = [m for m in shape.moments(t.reading.time) if m]
    if len(moments) > 1 and min(moments) != max(moments):
        grain = shape[t.reading.time].grain
        first, last = (
            format_moment(m, "day" if grain == "second" else grain, locale=t.locale) for m in (min(moments), max(moments))
        )
        if first != last:
            text = f"The dates run from {first} to {last}."
            yield Sentence(t).fact("period", text, 0.85)


def _together(t: Telling) -> Iterator[Fact]:
    if len(t.reading.measures) < 2:
        return
    a, b = t.reading.measures[:2]
    pairs = [
        (float(x), float(y))
        for x, y in zip(t.reading.shape.numbers(a), t.reading.shape.numbers(b), strict=True)
        if x is not None and y is not None
    ]
    r = correlation([p[0] for p in pairs], [p[1] for p in pairs])
    if r is None:
        return
    s = Sentence(t)
    names = f"{t.reading.shape[a].title} and {t.reading.shape[b].phrase}"
    if abs(r) < 0.3:
        said = "hardly move together"
    else:
        said = ("clearly " if abs(r) >= 0.7 else "") + ("rise together" if r > 0 else "move in opposite directions")
    yield s.fact("correlation", f"{names} {said} (correlation {s.decimal(r)}).", 0.9)
