"""Facts of groups (one row per category) and of a cross of two categories."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean, median

from core.analysis.humanise import Number, join_names
from core.analysis.stats import head_for_half, outliers
from core.analysis.telling import Sentence, Telling
from core.models import Fact, SqlDraft

MOST_NAMES = 3


@dataclass(frozen=True)
class Ranked:
    """Named values, the answer first: the largest, or the smallest where those were asked for."""

    t: Telling
    measure: int
    things: str
    names: tuple[str, ...]
    values: tuple[Number, ...]
    whole: bool
    """All groups are here and may be added up."""
    lowest: bool = False

    @property
    def total(self) -> float:
        return float(sum(map(float, self.values)))


def group_facts(t: Telling, draft: SqlDraft | None) -> list[Fact]:
    assert t.reading.category is not None
    facts: list[Fact] = []
    for place, measure in enumerate(t.reading.measures[:2]):
        labels = [t.name(label) for label in t.reading.shape.labels(t.reading.category)]
        ranked = rank(t, measure, labels, t.reading.shape.numbers(measure), t.things(t.reading.category))
        found = list(ranked_facts(ranked)) if ranked.values else []
        facts += found if place == 0 else [_lighter(fact, 0.35) for fact in found if fact.kind == "top"]
    return facts or [_only_names(t)]


def rank(t: Telling, measure: int, labels: list[str], numbers: list[Number | None], things: str) -> Ranked:
    pairs = [(label, n) for label, n in zip(labels, numbers, strict=True) if n is not None]
    rising = len(pairs) > 1 and all(a[1] <= b[1] for a, b in pairwise(pairs)) and pairs[0][1] < pairs[-1][1]
    traits = t.reading.traits
    lowest = t.wants_lowest or (rising and traits.descending is False and traits.limit is not None)
    pairs.sort(key=lambda pair: pair[1], reverse=not lowest)
    whole = measure in t.reading.additive and not t.reading.partial and not t.reading.shape[measure].endless
    return Ranked(t, measure, things, tuple(p[0] for p in pairs), tuple(p[1] for p in pairs), whole, lowest)


def ranked_facts(r: Ranked) -> Iterator[Fact]:
    yield _lead(r)
    yield from _followers(r)
    yield from _together(r)
    yield from _concentration(r)
    yield from _outlier(r)
    yield from _below_zero(r)


def _lead(r: Ranked) -> Fact:
    s, first = Sentence(r.t), r.values[0]
    tied = [name for name, value in zip(r.names, r.values, strict=True) if value == first]
    said = s.value(r.measure, first)
    noun = r.t.noun(r.measure)
    if len(tied) == len(r.names) > 1:
        who = f"The {s.count(len(tied))} shown all" if r.t.reading.partial else f"All {s.count(len(tied))} {r.things}"
        if r.t.reading.shape[r.measure].missing:
            who = f"The {s.count(len(tied))} {r.things} with a value"
        text = f"{who} have the same {r.t.measure(r.measure)}: {said}."
        return s.fact("top", text, 2.0, said)
    if len(tied) > 1:
        return _tie(r, s, tied, said, noun)
    name = r.names[0]
    if noun:
        text = f"{name} has the {'fewest' if r.lowest else 'most'} {noun}, {_of_total(r, s, said)}"
    else:
        text = f"{name} has the {_superlative(r)}, {_of_total(r, s, said)}"
    return s.fact("top", text, 2.0, name, said)


def _of_total(r: Ranked, s: Sentence, said: str) -> str:
    """ "223 of 1,000 (22%)." where the rows make up a whole, else "at 128.20, 12% above the average of the 16 categories."."""
    total = r.total
    if r.whole and len(r.values) > 1 and min(r.values) >= 0 and total > 0:
        exact: Number = sum(r.values)
        return f"{said} of {s.value(r.measure, exact)} ({s.percent(100 * float(r.values[0]) / total)})."
    if r.whole or r.t.reading.partial or len(r.values) < 3 or min(r.values) <= 0:
        return f"at {said}." if not r.t.noun(r.measure) else f"{said}."
    average = fmean(map(float, r.values))
    gap = 100 * (float(r.values[0]) - average) / average
    if abs(gap) < 0.5:
        return f"at {said}."
    side = "above" if gap > 0 else "below"
    return f"at {said}, {s.percent(abs(gap))} {side} the average of the {s.count(len(r.values))} {r.things}."


def _superlative(r: Ranked) -> str:
    """ "highest average length"; "lowest price" instead of "lowest lowest price"."""
    said = r.t.measure(r.measure)
    head, _, rest = said.partition(" ")
    adjective = "lowest" if r.lowest else "highest"
    if head in ("highest", "lowest", "maximum", "minimum") and rest:
        same = (head in ("highest", "maximum")) != r.lowest
        said = rest if same else f"{'maximum' if head in ('highest', 'maximum') else 'minimum'} {rest}"
    return f"{adjective} {said}"


def _tie(r: Ranked, s: Sentence, tied: list[str], said: str, noun: str) -> Fact:
    who = join_names(tied) if len(tied) <= MOST_NAMES else f"{s.count(len(tied))} {r.things}"
    last = "share last place" if r.lowest else "share the lead"
    return s.fact("top", f"{who} {last}, with {said} {noun} each.".replace("  ", " "), 2.0, who, said)


def _followers(r: Ranked) -> Iterator[Fact]:
    tied = sum(value == r.values[0] for value in r.values)
    if len(r.values) - tied < 1:
        return
    s = Sentence(r.t)
    if len(r.values) == 2:
        yield s.fact("follow", _second(r, s), 1.2)
        return
    places = range(tied, min(tied + 2, len(r.values)))
    named = [f"{r.names[i]} ({s.value(r.measure, r.values[i])})" for i in places]
    text = f"{join_names(named)} {'follows' if len(named) == 1 else 'follow'}"
    if not r.t.reading.partial and places[-1] < len(r.values) - 1:
        opposite = "is the highest" if r.lowest else "comes last"
        lasts = [name for name, value in zip(r.names, r.values, strict=True) if value == r.values[-1]]
        if len(lasts) == 1:
            text += f"; {lasts[0]} {opposite}, with {s.value(r.measure, r.values[-1])}"
    yield s.fact("follow", f"{text}.", 1.2)


def _second(r: Ranked, s: Sentence) -> str:
    low, high = sorted(map(float, r.values))
    text = f"{r.names[1]} has {s.value(r.measure, r.values[1])}"
    if low > 0 and high / low >= 1.1:
        bigger, smaller = (r.names[1], r.names[0]) if r.lowest else (r.names[0], r.names[1])
        text += f"; {bigger} is {s.times(high / low)} {smaller}"
    return f"{text}."


def _together(r: Ranked) -> Iterator[Fact]:
    """What a partial list comes to, and the average of a whole one."""
    if r.measure not in r.t.reading.additive or len(r.values) < 3 or r.values[0] == r.values[-1]:
        return
    s = Sentence(r.t)
    exact: Number = sum(r.values)
    if not r.whole:
        text = f"The {s.count(len(r.values))} shown come to {s.value(r.measure, exact)} together."
        yield s.fact("total", text, 0.8)
    else:
        noun = r.t.noun(r.measure)
        said = s.like(r.measure, r.total / len(r.values))
        tail = f"has {said} {noun}" if noun else f"comes to {said}"
        text = f"On average, each of the {s.count(len(r.values))} {r.things} {tail}."
        yield s.fact("average", text, 0.4)


def _concentration(r: Ranked) -> Iterator[Fact]:
    if not r.whole or len(r.values) < 6 or min(r.values) < 0 or r.total <= 0:
        return
    shares = sorted((100 * float(v) / r.total for v in r.values), reverse=True)
    s, half = Sentence(r.t), head_for_half(shares)
    if half <= len(shares) / 4:
        who = f"the top {s.count(half)}" if half > 1 else "the first alone"
        text = f"{who} of {s.count(len(shares))} {r.things} make up {s.percent(sum(shares[:half]))} of the total."
        if half == 1:
            text = (
                f"More than half of the total ({s.percent(shares[0])}) comes from one of the {s.count(len(shares))} {r.things}."
            )
        yield s.fact("concentration", text, 1.1)
    elif shares[-1] > 0 and shares[0] / shares[-1] <= 1.5:
        text = f"The {r.things} are close together: the largest is only {s.times(shares[0] / shares[-1])} the smallest."
        yield s.fact("even", text, 0.9)
    else:
        text = f"The top {s.count(3)} of {s.count(len(shares))} {r.things} make up {s.percent(sum(shares[:3]))} of the total."
        yield s.fact("concentration", text, 0.7)


def _outlier(r: Ranked) -> Iterator[Fact]:
    numbers = [float(v) for v in r.values]
    far = [i for i in outliers(numbers) if numbers[i] > 2 * median(numbers) > 0]
    if not far or r.t.reading.partial or len(far) > max(1, len(numbers) // 10):
        return
    s, i, middle = Sentence(r.t), far[0], median(numbers)
    text = f"{r.names[i]} stands well apart: {s.times(numbers[i] / middle)} the median of {s.like(r.measure, middle)}."
    yield s.fact("outlier", text, 1.0)


def _below_zero(r: Ranked) -> Iterator[Fact]:
    below = sum(v < 0 for v in r.values)
    if 0 < below < len(r.values):
        s = Sentence(r.t)
        verb = "is" if below == 1 else "are"
        yield s.fact("negative", f"{s.count(below)} of {s.count(len(r.values))} {r.things} {verb} below zero.", 0.9)


def _only_names(t: Telling) -> Fact:
    s = Sentence(t)
    said = s.count(t.reading.shape.rows)
    return s.fact("count", f"There are {said} rows, none of them with a value.", 2.0, said)


def _lighter(fact: Fact, by: float) -> Fact:
    return Fact(fact.kind + "_second", fact.text, fact.numbers, fact.weight * by, fact.emphasis)


def cross_facts(t: Telling, draft: SqlDraft | None) -> list[Fact]:
    reading, shape = t.reading, t.reading.shape
    assert reading.category is not None and reading.series is not None
    measure = reading.measures[0]
    numbers = shape.numbers(measure)
    firsts, seconds = shape.labels(reading.category), shape.labels(reading.series)
    facts = []
    if measure in reading.additive:
        for weight, column, labels in ((1.0, reading.category, firsts), (0.6, reading.series, seconds)):
            summed = sums_by(labels, numbers)
            ranked = rank(t, measure, list(summed), list(summed.values()), t.things(column))
            facts += [_weighed(fact, weight) for fact in ranked_facts(ranked) if fact.kind in ("top", "concentration")]
    pairs = [f"{t.name(a)} and {t.name(b)}" for a, b in zip(firsts, seconds, strict=True)]
    best = rank(t, measure, pairs, numbers, "combinations")
    if best.values and (not facts or best.values.count(best.values[0]) == 1):
        s = Sentence(t)
        said = s.value(measure, best.values[0])
        kind = "lowest" if best.lowest else "highest"
        text = f"The {kind} single value is {said}, for {best.names[0]}."
        facts.append(s.fact("peak", text, 1.1 if facts else 2.0, said, best.names[0]))
    return facts or [_only_names(t)]


def _weighed(fact: Fact, weight: float) -> Fact:
    return Fact(fact.kind, fact.text, fact.numbers, fact.weight * weight, fact.emphasis)


def sums_by(labels: list[str], numbers: list[Number | None]) -> dict[str, Number | None]:
    """Exact sums by label, in the order of first appearance."""
    sums: dict[str, Number | None] = {}
    for label, number in zip(labels, numbers, strict=True):
        if number is not None:
            before = sums.get(label)
            sums[label] = number if before is None else before + number  # type: ignore[operator]
        else:
            sums.setdefault(label, None)
    return sums
