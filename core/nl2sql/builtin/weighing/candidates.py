"""Candidates: every reading worth weighing: the grammar's, varied step by step, the best of each step varied again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from core.nl2sql.builtin.query.query import Arith, Query
from core.nl2sql.builtin.reading.parse import Parse
from core.nl2sql.builtin.weighing import vary_filters, vary_shape, vary_shown
from core.nl2sql.builtin.weighing.describe import describe
from core.nl2sql.builtin.weighing.ranker import probabilities
from core.nl2sql.builtin.weighing.view import Atom, View

Vary = Callable[[Query, Parse], Iterator[tuple[str, Query]]]

VARIATIONS: tuple[Vary, ...] = (
    vary_shown.dropped,
    vary_shown.added,
    vary_shown.swapped,
    vary_shown.entity,
    vary_shown.counted,
    vary_shown.distinct,
    vary_filters.without,
    vary_filters.elsewhere,
    vary_filters.turned,
    vary_filters.joined,
    vary_filters.either,
    vary_shape.order,
    vary_shape.extreme,
    vary_shape.grouped,
)
_DEPTH = 2
_BEAM = 3
"""Readings of the first step that are varied once more."""
_AHEAD = 0.9


@dataclass
class Reading:
    """A query weighed against the question."""

    query: Query
    steps: tuple[str, ...]
    """How it came from the grammar's reading; empty for that itself."""
    atoms: list[Atom] = field(repr=False)
    score: float = 0.0


def readings(query: Query, view: View) -> list[Reading]:
    """The grammar's reading and its variations, best first; it alone where it is not varied, none without a join."""
    seen: set[Query] = set()
    front = found = _weighed([(query, ())], view, seen)
    for depth in range(_DEPTH if varies(query) else 0):
        best = sorted(front, key=lambda reading: -reading.score)[: _BEAM if depth else 1]
        if depth and (not found or _leads(found)):
            break
        front = _weighed((pair for reading in best for pair in _varied(reading, view)), view, seen)
        found = found + front
    return sorted(found, key=lambda reading: -reading.score)


def _leads(found: list[Reading]) -> bool:
    """Whether the best reading is so far ahead that more of them would change nothing."""
    return max(probabilities([reading.score for reading in found])) >= _AHEAD


def varies(query: Query) -> bool:
    """Business measures and what stands over time are left as read: there are no questions to learn their choice from."""
    special = any(
        isinstance(field.expr, Arith)
        or field.share
        or field.over
        or field.per
        or field.grain
        or field.label
        or field.aggregate == "median"
        for field in (*query.select, *(order.field for order in query.order))
    )
    return not special and not query.within


def _weighed(queries: Iterable[tuple[Query, tuple[str, ...]]], view: View, seen: set[Query]) -> list[Reading]:
    found = []
    for query, steps in queries:
        if query.select and query not in seen:
            seen.add(query)
            if (atoms := describe(query, steps, view)) is not None:
                found.append(Reading(query, steps, atoms, sum(map(view.score, atoms))))
    return found


def _varied(reading: Reading, view: View) -> Iterator[tuple[Query, tuple[str, ...]]]:
    for vary in VARIATIONS:
        for step, query in vary(reading.query, view.parse):
            yield query, (*reading.steps, step)
