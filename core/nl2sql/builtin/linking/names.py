"""Names: the words inside an identifier, whatever the habit of its author (camelCase, snake_case, short, run-together)."""

from __future__ import annotations

import re
from collections.abc import Collection

from core.nl2sql.builtin.linking.text import lemma

_RUN = re.compile(r"[^\W\d_]+|\d+")
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


def parts(name: str) -> list[str]:
    """An identifier cut at marks, digits and changes of case, in any alphabet: `HTTPServerName2` → HTTP, Server, Name, 2."""
    found: list[str] = []
    for run in _RUN.findall(name):
        start = 0
        for at in range(1, len(run)):
            rises = run[at].isupper() and run[at - 1].islower()
            acronym_ends = run[at].islower() and run[at - 1].isupper() and at - 1 > start
            if rises or acronym_ends:
                cut = at if rises else at - 1
                found.append(run[start:cut])
                start = cut
        found.append(run[start:])
    return [part for part in found if part]


def name_words(name: str, abbreviations: dict[str, str], vocabulary: Collection[str] = ()) -> tuple[str, ...]:
    """Lemmas of an identifier's words, abbreviations written out: `CustNo` → customer, number."""
    found: list[str] = []
    if name.lower() in abbreviations and abbreviations[name.lower()]:
        return tuple(lemma(word) for word in abbreviations[name.lower()].split())
    for part in parts(name):
        for piece in _split(part.lower(), vocabulary, abbreviations):
            written = abbreviations.get(piece, abbreviations.get(lemma(piece), piece))
            found.extend(lemma(word) for word in written.split())
    return tuple(found[1:] if len(found) > 1 and found[0] in _PREFIXES else found)


def after_table(name: str, table: tuple[str, ...]) -> str:
    """The usual tail of a name that only puts letters of its table before it: `flno` of flights → no, `aid` of aircraft → id."""
    lower = name.lower()
    initials = "".join(word[0] for word in table)
    for tail in _TAILS:
        head = lower.removesuffix(tail)
        if head != lower and head and lemma(lower) not in table and (head == initials or any(w.startswith(head) for w in table)):
            return tail
    return ""


def _split(word: str, vocabulary: Collection[str], abbreviations: Collection[str] = ()) -> tuple[str, ...]:
    """A run-together word in two, where both halves are words of the same schema or a usual tail (`custid`, `deptname`)."""
    if len(word) < 5 or word in vocabulary:
        return (word,)
    for tail in _TAILS:
        head = word.removesuffix(tail)
        known = head in vocabulary or lemma(head) in vocabulary or (tail == "id" and head in abbreviations)
        if head != word and len(head) >= 3 and known:
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
