"""Looking up: a bag of words in the index, in other forms of its words too."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

from core.nl2sql.builtin.index import Index, Link

_KEEP = 0.3
"""How much weaker than the best a reading may be."""
_WHOLE = 0.97
_NEVER_PART = {
    "all",
    "each",
    "every",
    "any",
    "both",
    "some",
    "many",
    "much",
    "which",
    "who",
    "that",
    "this",
    "whose",
    "where",
    "when",
    "other",
}
"""Words that are a name only where it is all of one."""
_REMEMBERED = 10_000
"""Lookups of words kept with an index."""


def lookup(key: tuple[tuple[str, ...], ...], index: Index) -> tuple[Link, ...]:
    """Links of a bag of words, each with its other forms; remembered, for common words have many in a large catalog."""
    if (known := index.lookups.get(key)) is None:
        if len(index.lookups) >= _REMEMBERED:
            index.lookups.clear()
        known = index.lookups[key] = _found(key, index)
    return known


def _found(key: tuple[tuple[str, ...], ...], index: Index) -> tuple[Link, ...]:
    """Best first, trying other forms of the words at a small cost."""
    found: dict[tuple[str, str, str], Link] = {}
    for at, bag in enumerate(product(*key) if len(key) <= 3 else [tuple(forms[0] for forms in key)]):
        if at > 30:
            break
        changed = sum(word != forms[0] for word, forms in zip(bag, key, strict=True))
        for hit in index.phrases.get(tuple(sorted(set(bag))), ()):
            score = hit.score * (0.9**changed)
            known = found.get((hit.kind, hit.table, hit.column))
            if known is None or known.score < score:
                found[hit.kind, hit.table, hit.column] = Link(hit.kind, hit.table, hit.column, score=score)
    if len(key) == 1 and key[0][0] in _NEVER_PART:
        found = {place: hit for place, hit in found.items() if hit.score >= _WHOLE}
    if index.graph.has_tables:
        found = _without_views(found, index)
    if not found:
        return ()
    links = sorted(found.values(), key=lambda hit: (-hit.score, hit.kind != "table", hit.table, hit.column))
    return tuple(hit for hit in links if hit.score >= links[0].score - _KEEP)[:24]


def _without_views(found: dict[tuple[str, str, str], Link], index: Index) -> dict[tuple[str, str, str], Link]:
    """Views repeat what tables hold: they count only where no table fits, and less."""
    tables = {key: hit for key, hit in found.items() if not index.table(hit.table).is_view}
    if any(hit.score >= 0.5 for hit in tables.values()):
        return tables
    return {key: replace(hit, score=hit.score * (0.75 if index.table(hit.table).is_view else 1.0)) for key, hit in found.items()}
