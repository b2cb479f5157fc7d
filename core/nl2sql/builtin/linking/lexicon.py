"""Lexicon: the words the grammar knows, read from lexicon.toml. Knows no database."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from core.nl2sql.builtin.linking.text import Token, lemma

_SECTIONS = (
    "aggregate",
    "count",
    "group",
    "compare",
    "superlative",
    "order",
    "not",
    "distinct",
    "null",
    "share",
    "change",
    "step",
    "logic",
    "chart",
)

_TOP = ("first", "on top", "at the top", "at top", "to the top", "up top", "at the very top", "up front")
"""Where the rows come that an adjective says."""
_SPANS = (("", ""), ("from ", ""), ("the ", "the "), ("from the ", "the "))
_ENDS = ("best", "worst", "most", "least")
_HOW = ("paid", "selling", "earning", "paying", "rated", "sold", "seller", "sellers", "busy")


@dataclass(frozen=True)
class Cue:
    """A phrase of the grammar: kind is a section of the lexicon, value its entry (an aggregate, an operator, a direction)."""

    kind: str
    value: str
    phrase: str


class Lexicon:
    def __init__(self, data: dict[str, Any]) -> None:
        self._data = data
        self._cues: dict[tuple[str, ...], list[Cue]] = {}
        for section in _SECTIONS:
            for value, phrases in data[section].items():
                for phrase in phrases:
                    self._cues.setdefault(tuple(phrase.split()), []).append(Cue(section, value, phrase))
        for direction, put in _orders(data["superlative"]):
            self._cues.setdefault(tuple(put.split()), []).append(Cue("order", direction, put))
        self.longest = max(len(key) for key in self._cues)
        self.abbreviations: dict[str, str] = data["abbreviations"]
        self.stop: frozenset[str] = frozenset(data["words"]["stop"])
        self.function: frozenset[str] = frozenset(data["words"]["function"])
        self.beyond: frozenset[str] = frozenset(data["words"]["beyond"])
        self.light: frozenset[str] = frozenset(data["words"]["light"])
        self.frequency: frozenset[str] = frozenset(data["frequency"]["most"])
        implied = {**data["compare_implies"], **data["superlative_implies"]}
        self.implied: dict[str, list[str]] = {phrase: [_in_schema(word) for word in found] for phrase, found in implied.items()}
        self.people: dict[str, frozenset[str]] = {verb: frozenset(said) for verb, said in data["people"].items()}
        self.alike: dict[str, list[str]] = data["alike"]
        self.derived: dict[str, list[str]] = data["derived"]

    def cues_at(self, tokens: Sequence[Token], position: int) -> list[tuple[Cue, int]]:
        """Every cue that starts at a token with its end, longest first."""
        found: list[tuple[Cue, int]] = []
        key: tuple[str, ...] = ()
        for end in range(position, min(position + self.longest, len(tokens))):
            if tokens[end].kind == "quoted":
                break
            key = (*key, tokens[end].lower)
            found.extend((cue, end + 1) for cue in self._cues.get(key, ()))
        return found[::-1]

    @cached_property
    def synonyms(self) -> dict[tuple[str, ...], tuple[tuple[str, ...], ...]]:
        """Words of a question (lemmas) → words a column or table of that meaning may have, best first."""
        return {_lemmas(word): tuple(_lemmas(phrase) for phrase in meant) for word, meant in self._data["synonyms"].items()}

    @cached_property
    def alternatives(self) -> dict[tuple[str, ...], tuple[tuple[str, ...], ...]]:
        """Words of a question → words of nearly the same meaning, the nearest first."""
        found: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
        for group in self._data["alternatives"]["groups"]:
            for word in group:
                known = found.setdefault(_lemmas(word), [])
                known.extend(other for phrase in group if (other := _lemmas(phrase)) not in known and phrase != word)
        return {word: tuple(meant) for word, meant in found.items()}

    @cached_property
    def leads(self) -> dict[tuple[str, ...], tuple[tuple[str, ...], ...]]:
        """Words of a question, verbs most of all → words that a table or column they lead to may have, best first."""
        return {_lemmas(word): tuple(_lemmas(phrase) for phrase in meant) for word, meant in self._data["leads"].items()}

    @cached_property
    def spoken_values(self) -> dict[tuple[str, ...], tuple[tuple[str, ...], ...]]:
        """Words → the spellings a cell of that meaning may have."""
        return {
            tuple(word.split()): tuple(tuple(s.split()) for s in stored) for word, stored in self._data["spoken_values"].items()
        }

    @cached_property
    def countries(self) -> dict[tuple[str, ...], tuple[str, ...]]:
        """A country or what is of it, in words → the codes it is stored as (ISO 3166 and that of sports where it is another)."""
        found: dict[tuple[str, ...], tuple[str, ...]] = {}
        for codes, names in self._data["countries"].items():
            found |= {tuple(name.split()): tuple(codes.split()) for name in names}
        return found

    @cached_property
    def units(self) -> dict[str, tuple[str, ...]]:
        return {lemma(word): tuple(lemma(w) for w in meant) for word, meant in self._data["units"].items()}

    @cached_property
    def derived_words(self) -> dict[str, frozenset[tuple[str, ...]]]:
        return {role: frozenset(_lemmas(phrase) for phrase in phrases) for role, phrases in self.derived.items()}


def _orders(superlatives: dict[str, list[str]]) -> Iterator[tuple[str, str]]:
    """ "Cheapest first", "best paid on top", "oldest to youngest": the direction of each order two adjectives or one may say."""
    said = {direction: [p for p in phrases if _is_adjective(p)] for direction, phrases in superlatives.items()}
    for direction, phrases in said.items():
        ends = [p for other, far in said.items() if other != direction for p in far if len(p.split()) == 1]
        for phrase in phrases:
            yield from ((direction, f"{phrase} {place}") for place in _TOP)
            if len(phrase.split()) == 1:
                yield from ((direction, f"{opening}{phrase} to {the}{end}") for end in ends for opening, the in _SPANS)


def _in_schema(word: str) -> str:
    """As the words of columns are kept; a minus before it says that it runs the other way."""
    return f"-{lemma(word[1:])}" if word.startswith("-") else lemma(word)


def _is_adjective(phrase: str) -> bool:
    """ "Cheapest", "best", "most expensive": what may come first in an order; not "the most", "largest number of"."""
    words = phrase.split()
    alone = len(words) == 1 and (words[0].endswith("est") or words[0] in _ENDS)
    return alone or (len(words) == 2 and (words[0] in ("most", "least") or words[1] in _HOW))


def _lemmas(phrase: str) -> tuple[str, ...]:
    return tuple(lemma(word) for word in phrase.split())


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The shipped lexicon, read once."""
    with Path(__file__).with_name("lexicon.toml").open("rb") as file:
        return Lexicon(tomllib.load(file))
