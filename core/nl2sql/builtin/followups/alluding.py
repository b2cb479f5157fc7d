"""Alluding: words of a follow-up that stand for cells of the columns spoken of: a part of one, another form ("foggy": Fog)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from core.models import Assumption, Kind
from core.nl2sql.builtin.linking.index import Index
from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.linking.text import lemma, root, words
from core.nl2sql.builtin.query.query import Compare, Field, Query, Ref, comparisons, refs, tables_of
from core.nl2sql.builtin.reading.negation import negated
from core.nl2sql.builtin.reading.parse import Parse

_LEAST = 3
"""Letters of a root, and of a part that tells a cell."""
_PIECES = re.compile(r"\s*[-/,;&+|]\s*")
_WORDS = ("word", "name", "value")
_LONGEST = 3
_FEW = 60
"""Different cells of a column that says what kind rows are."""
_PLACING = {"in", "on", "from", "at", "with", "of", "for"}
_OPENS = {
    "and", "but", "only", "just", "what", "how", "about", "now", "in", "at", "for", "from", "on", "the", "with", "by", "of",
    "same", "thing", "ones", "one", "those", "these", "which", "are", "is", "were", "was",
}  # fmt: skip


def alluded(query: Query, parse: Parse) -> None:
    """Takes the words of a short follow-up ("and the good ones?", "just newsweek") as cells of a column that is asked about."""
    for run in (_run(parse, ()), _run(parse, ("grain",)), *([item] for item in parse.items if _is_placed(parse, item))):
        for ref, known in _columns(query, parse.index) if run else ():
            if not known and any(item.kind != "grain" and not _strange(item) for item in run):
                continue
            held = parse.index.held(ref.table, ref.column)
            cells = cells_meant([item.lower for item in run], held)
            if cells and not _said_so(run, ref, cells):
                _take(parse, run, ref, cells)
                return
            if not cells and len(run) == 1 and _strange(run[0]) and _held_by_several(run[0].lower, held):
                run[0].role, word = "condition", lemma(run[0].lower)
                pattern = f"%{run[0].text if run[0].lower == word else word}%"
                parse.where.append(Compare(Field(ref), "like", (pattern,), negated=negated(parse, run[0])))
                return


def _is_placed(parse: Parse, item: Item) -> bool:
    """ "The three longest in japan": a word nobody knows behind a preposition."""
    before = next((other for other in parse.before(item, 2) if other.lower != "the"), None)
    return item.kind == "word" and not item.role and before is not None and before.lower in _PLACING


def cells_meant(said: Sequence[str], held: Sequence[str]) -> tuple[str, ...]:
    """The cells a phrase stands for: those called so with those it is a piece of, else the one of that form or that holds it."""
    phrase = tuple(word for text in said for word in words(text))
    if not phrase or sum(len(word) for word in phrase) < _LEAST:
        return ()
    keys = {cell: words(cell) for cell in held}
    for alike in (_same, _same_form):
        if found := [cell for cell, key in keys.items() if alike(phrase, key)] + _with_piece(phrase, held, alike):
            return tuple(dict.fromkeys(found))
    part = [cell for cell, key in keys.items() if {lemma(word) for word in phrase} <= {lemma(word) for word in key}]
    return tuple(part) if len(part) == 1 else ()


def _held_by_several(word: str, held: Sequence[str]) -> bool:
    return len(word) >= _LEAST and sum(lemma(word) in map(lemma, words(cell)) for cell in held) > 1


def _with_piece(
    phrase: tuple[str, ...], held: Sequence[str], alike: Callable[[tuple[str, ...], tuple[str, ...]], bool]
) -> list[str]:
    """Cells of several parts ("Fog-Rain") one of which is meant."""
    return [cell for cell in held if any(alike(phrase, words(piece)) for piece in _PIECES.split(cell))]


def _same(phrase: tuple[str, ...], key: tuple[str, ...]) -> bool:
    return tuple(lemma(word) for word in phrase) == tuple(lemma(word) for word in key)


def _same_form(phrase: tuple[str, ...], key: tuple[str, ...]) -> bool:
    return len(phrase) == len(key) == 1 and len(root(phrase[0])) >= _LEAST and root(phrase[0]) == root(key[0])


def _run(parse: Parse, passed: tuple[str, ...]) -> list[Item]:
    """The words of a follow-up that says nothing but one thing; `passed` over is the kind of row behind it ("days")."""
    rest = [item for item in parse.items if item.kind not in ("stop", "mark", *passed) and not item.is_cue("not")]
    rest = rest[:-1] if len(rest) > 1 and rest[-1].lower in ("one", "ones") else rest
    if not rest or len(rest) > _LONGEST or any(item.kind not in (*_WORDS, "grain") or item.role for item in rest):
        return []
    opening = [item.lower for item in parse.items if item.start < rest[0].start and not item.is_cue("not")]
    if not set(opening) <= _OPENS or ("about" not in opening and {"what", "how"} & set(opening)):
        return []
    return rest


def _columns(query: Query, index: Index) -> Iterator[tuple[Ref, bool]]:
    """Columns of text that are filtered (so that any word may be a cell of them), then those shown, then others of the tables."""
    filtered = [ref for c in comparisons(query.where) if c.op in ("=", "in", "like") for ref in refs(c.field.expr)]
    shown = [ref for field in query.dimensions if not field.grain for ref in refs(field.expr)]
    others = [
        Ref(t, c.name) for t in sorted(tables_of(query)) for c in index.table(t).columns if 1 < (c.distinct_count or 0) <= _FEW
    ]
    for ref in dict.fromkeys((*filtered, *shown, *others)):
        if index.column(ref.table, ref.column).kind is Kind.TEXT:
            yield ref, ref in filtered


def _strange(item: Item) -> bool:
    """A word that was linked to nothing, or only to what is spelt nearly so."""
    return item.kind == "word" or item.fuzzy


def _said_so(run: list[Item], ref: Ref, cells: tuple[str, ...]) -> bool:
    """Whether the words are linked to just that already."""
    places = {(link.table, link.column, link.value) for link in run[0].links}
    return (
        len(run) == len(cells) == 1
        and run[0].kind == "value"
        and not run[0].fuzzy
        and (ref.table, ref.column, cells[0]) in places
    )


def _take(parse: Parse, run: list[Item], ref: Ref, cells: tuple[str, ...]) -> None:
    denied = negated(parse, run[0])
    for item in run:
        item.role = "condition"
    parse.where.append(Compare(Field(ref), "in" if len(cells) > 1 else "=", cells, negated=denied))
    said = " ".join(item.text for item in run)
    if [said.lower()] != [cell.lower() for cell in cells]:
        parse.notes.append(Assumption("value", f"“{said}” is taken as {' or '.join(cells)}"))
