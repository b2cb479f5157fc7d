"""View: a question as the ranker sees it, and what each part of a query says about it, as named features.

A query is described by atoms: parts of its shape, and which item of the question stands in which slot of it. An atom stands for
some features, which depend on the words around it; both are the same for all readings of a question and computed once.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.reading.parse import Parse

Atom = tuple[str, ...]
"""("shape", element), ("slot", position of the item, slot) or ("plain", feature)."""

_OPENERS = frozenset(
    ("whose", "with", "that", "who", "which", "where", "for", "in", "by", "of", "from", "having", "have", "has", "when")
) | frozenset(("per", "each", "than", "sorted", "ordered", "on", "at", "but", "if"))
_FAR, _BESIDE = 99, 6
_LEXICAL = frozenset(("cue", "stop", "mark", "word"))


class View:
    """The items of one question with their surroundings, and the weights of the ranker."""

    def __init__(self, parse: Parse, weights: Mapping[str, float] | None = None) -> None:
        self.parse = parse
        self.items = [item for item in parse.items if item.kind != "mark" or item.text in (",", ".", "?", ";")]
        self._weights = weights or {}
        self._scores: dict[Atom, float] = {}
        self._ranks: dict[int, dict[tuple[str, str], int]] = {}

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Words of the grammar and pairs of them, with names, cells and numbers as their kind."""
        said = [self._word(item) for item in self.items]
        pairs = [f"{a}_{b}" for a, b in zip(["^", *said], [*said, "$"], strict=True)]
        return tuple(dict.fromkeys([*(word for word in said if word.islower()), *pairs]))

    @cached_property
    def names(self) -> list[int]:
        return [at for at, item in enumerate(self.items) if item.kind == "name"]

    @cached_property
    def said_columns(self) -> dict[tuple[str, str], list[tuple[int, float]]]:
        """Column → the items that may mean it, with how much worse than their best reading."""
        found: dict[tuple[str, str], list[tuple[int, float]]] = {}
        for at, item in enumerate(self.items):
            if item.kind == "name":
                best = item.links[0].score if item.links else 0.0
                for link in item.columns:
                    found.setdefault((link.table, link.column), []).append((at, best - link.score))
        return found

    @cached_property
    def said_tables(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for at, item in enumerate(self.items):
            if item.kind == "name":
                best = item.links[0].score if item.links else 0.0
                for link in item.links:
                    if link.kind == "table" and link.score >= best - 0.1:
                        found.setdefault(link.table, []).append(at)
        return found

    @cached_property
    def said_values(self) -> dict[tuple[str, str, str], tuple[int, float, int]]:
        """Column and cell → the item, how much worse than its best reading, and which of its readings."""
        found: dict[tuple[str, str, str], tuple[int, float, int]] = {}
        for at, item in enumerate(self.items):
            if item.kind == "value" and item.links:
                for rank, link in enumerate(item.links):
                    place = (link.table, link.column, link.value.casefold())
                    found.setdefault(place, (at, item.links[0].score - link.score, rank))
        return found

    @cached_property
    def literals(self) -> dict[str, int]:
        """Quoted text, numbers and cells as they were written → their item."""
        found: dict[str, int] = {}
        for at, item in enumerate(self.items):
            if item.kind in ("value", "number", "period", "word"):
                found.setdefault(item.lower.strip("'\"“”‘’"), at)
                if item.number is not None:
                    found.setdefault(f"{item.number:g}", at)
        return found

    def rank(self, at: int, place: tuple[str, str]) -> int:
        """Where a column stands among the readings of an item, by its words and by the tables spoken of."""
        ranked = self._ranks.get(at)
        if ranked is None:
            order = [(link.table, link.column) for _, link in self.parse.settled_columns(self.items[at])]
            ranked = self._ranks[at] = {column: n for n, column in enumerate(order)}
        return ranked.get(place, 9)

    def owner(self, at: int, table: str) -> str:
        """Whether the table of a column is the one said nearest to it, another, or none."""
        nearest = min((self._distance(at, other) for other in self.said_tables), default=_FAR)
        if nearest > _BESIDE:
            return "none"
        own = self._distance(at, table)
        return "near" if own == nearest else "far" if own < _FAR else "unsaid"

    def _distance(self, at: int, table: str) -> int:
        """Items between one and the nearest other that says a table."""
        return min((abs(other - at) for other in self.said_tables.get(table, ()) if other != at), default=_FAR)

    def _word(self, item: Item) -> str:
        if item.kind in _LEXICAL:
            return item.lower
        if item.kind != "name":
            return item.kind.upper()
        return "TABLE" if item.table and (not item.columns or item.table.score >= item.columns[0].score) else "COLUMN"

    def _around(self, at: int) -> tuple[str, str, str, str]:
        """The words before and after an item, the one before that, and the last word that opened a clause."""
        before = self._word(self.items[at - 1]) if at else "^"
        second = self._word(self.items[at - 2]) if at > 1 else "^"
        after = self._word(self.items[at + 1]) if at + 1 < len(self.items) else "$"
        opener = next((o.lower for o in self.items[:at][::-1] if o.lower in _OPENERS or o.lower in ".;,?"), "^")
        return before, second, after, opener

    def features(self, atom: Atom) -> list[str]:
        """The names of the features an atom stands for."""
        if atom[0] == "shape":
            return [f"{atom[1]}|{word}" for word in self.words] + [atom[1]]
        if atom[0] == "slot":
            at, slot = int(atom[1]), atom[2]
            item = self.items[at]
            before, second, after, opener = self._around(at)
            kind = self._word(item) if item.kind != "word" else "word"
            first = "first" if self.names and at == self.names[0] else "last" if self.names and at == self.names[-1] else "inner"
            return [
                f"{kind}={slot}",
                f"{kind}={slot}<{before}",
                f"{kind}={slot}<<{second}_{before}",
                f"{kind}={slot}>{after}",
                f"{kind}={slot}@{opener}",
                f"{kind}={slot}#{first}",
            ]
        return [atom[1]]

    def score(self, atom: Atom) -> float:
        """The weight of an atom: the sum of its features'."""
        known = self._scores.get(atom)
        if known is None:
            known = self._scores[atom] = sum(self._weights.get(name, 0.0) for name in self.features(atom))
        return known
