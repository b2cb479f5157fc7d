"""Looking up: a bag of words in the index, in other forms of its words too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, product
from math import prod

from core.nl2sql.builtin.linking.index import Index, Link

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
_OTHER_WORD = 0.84
"""How well a name fits that has another word of the same meaning in place of one said ("approval rate" for support_rate)."""
_TRIED = 60
"""Bags that are looked up for the same words."""
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
    for bag, fit in _bags(key, index):
        for hit in index.phrases.get(tuple(sorted(set(bag))), ()):
            score = hit.score * fit
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


def _bags(key: tuple[tuple[str, ...], ...], index: Index) -> Iterator[tuple[tuple[str, ...], float]]:
    """The words as they are said, then in other forms, then others of their meaning, each with how well it still fits."""
    if len(key) > 3:
        yield tuple(forms[0] for forms in key), 1.0
        return
    tried = [[(form, 0.9 if at else 1.0) for at, form in enumerate(forms)] for forms in key]
    if len(key) > 1:
        for forms, choices in zip(key, tried, strict=True):
            choices += [(word, _OTHER_WORD) for word in _other_words(forms[0], index)]
    for choice in islice(product(*tried), _TRIED):
        yield tuple(word for word, _ in choice), prod(fit for _, fit in choice)


def _other_words(word: str, index: Index) -> tuple[str, ...]:
    """Words of the schema with the meaning of one that it does not have."""
    if word in index.words:
        return ()
    meant = index.lexicon.alternatives.get((word,), ())
    return tuple(other[0] for other in meant if len(other) == 1 and other[0] in index.words)


def _without_views(found: dict[tuple[str, str, str], Link], index: Index) -> dict[tuple[str, str, str], Link]:
    """Views repeat what tables hold: they count only where no table fits, and less."""
    tables = {key: hit for key, hit in found.items() if not index.table(hit.table).is_view}
    if any(hit.score >= 0.5 for hit in tables.values()):
        return tables
    return {key: replace(hit, score=hit.score * (0.75 if index.table(hit.table).is_view else 1.0)) for key, hit in found.items()}
