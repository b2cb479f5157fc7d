"""Names: the words inside an identifier, whatever the habit of its author (camelCase, snake_case, short, run-together)."""

from __future__ import annotations

import re
from collections.abc import Collection

from core.nl2sql.builtin.text import lemma

_PART = re.compile(r"[A-Z]{2,}(?=[A-Z][a-z])|[A-Z]?[a-zà-öø-ÿ]+|[A-Z]+|\d+|[^\W\d_A-Za-z]+")
_TAILS = (
    "id",
    "name",
    "date",
    "code",
    "type",
    "number",
    "time",
    "year",
    "price",
    "amount",
    "desc",
    "status",
    "count",
    "no",
    "key",
)
_PREFIXES = ("tbl", "dim", "fact", "vw", "ref", "cre")


def name_words(name: str, abbreviations: dict[str, str], vocabulary: Collection[str] = ()) -> tuple[str, ...]:
    """Lemmas of an identifier's words, abbreviations written out: `CustNo` → customer, number."""
    found: list[str] = []
    if name.lower() in abbreviations and abbreviations[name.lower()]:
        return tuple(lemma(word) for word in abbreviations[name.lower()].split())
    for part in _PART.findall(name):
        for piece in _split(part.lower(), vocabulary):
            found.extend(lemma(word) for word in abbreviations.get(piece, piece).split())
    return tuple(found[1:] if len(found) > 1 and found[0] in _PREFIXES else found)


def _split(word: str, vocabulary: Collection[str]) -> tuple[str, ...]:
    """A run-together word in two, where both halves are words of the same schema or a usual tail (`custid`, `deptname`)."""
    if len(word) < 5 or word in vocabulary:
        return (word,)
    for tail in _TAILS:
        head = word.removesuffix(tail)
        if head != word and len(head) >= 3 and (head in vocabulary or lemma(head) in vocabulary):
            return (head, tail)
    for cut in range(3, len(word) - 2):
        head, tail = word[:cut], word[cut:]
        if (head in vocabulary or lemma(head) in vocabulary) and (tail in vocabulary or lemma(tail) in vocabulary):
            return (head, tail)
    for tail in ("name", "code"):
        head = word.removesuffix(tail)
        if head != word and len(head) >= 4:
            return (head, tail)
    return (word,)


def spoken(name: str) -> str:
    """An identifier as a person would say it: `OrderDate` → order date, `film_actor` → film actor; acronyms stay."""
    parts = _PART.findall(name)
    return (
        " ".join(part if part.isupper() and 1 < len(part) <= 4 and not name.isupper() else part.lower() for part in parts) or name
    )
