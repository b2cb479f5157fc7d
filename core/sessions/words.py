"""Words: what a search compares. Text is folded (case, accents), cut at all but letters and digits; short words are left out."""

from __future__ import annotations

import re
import unicodedata

SHORTEST, LONGEST = 2, 32
"""Signs of a word; what is longer is cut."""
SQL_WORDS = frozenset(
    {"select", "from", "where", "and", "or", "not", "as", "on", "by", "in", "is", "null", "group", "order", "having", "limit"}
    | {"join", "left", "right", "inner", "outer", "full", "cross", "using", "with", "case", "when", "then", "else", "end"}
    | {"asc", "desc", "distinct", "union", "all", "between", "like", "cast", "over", "partition"}
)
"""Nearly every statement holds them, so that they tell none from another."""

_WORD, _NAME = re.compile(r"[^\W_]+"), re.compile(r"\w+")
_TITLE_BYTES = 6


def fold(text: str) -> str:
    """As compared: without case and accents. “Größe” and “GROSSE” are the same."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def words(text: str) -> list[str]:
    """Its distinct words in order."""
    found = (word[:LONGEST] for word in _WORD.findall(fold(text)))
    return list(dict.fromkeys(word for word in found if len(word) >= SHORTEST))


def sql_words(sql: str) -> list[str]:
    """Names and values of a statement, without the words of the language (order_date keeps its “order”)."""
    return words(" ".join(name for name in _NAME.findall(fold(sql)) if name not in SQL_WORDS))


def asked(text: str) -> tuple[list[str], str]:
    """What a search wants: whole words, and the beginning of the one that is still being typed ("" after a space).

    Words of the SQL language count only where nothing else is asked for: a pasted statement finds itself.
    """
    whole = words(text)
    typing = whole[-1] if whole and fold(text)[-1:].isalnum() else ""
    whole = whole[:-1] if typing else whole
    telling = [word for word in whole if word not in SQL_WORDS]
    return (telling if telling or typing else whole), typing


def title_rank(title: str) -> int:
    """A number below 2**48 that orders titles by the first bytes of their folded form; untitled ones come last."""
    head = fold(title).lstrip().encode("utf-8", "replace")[:_TITLE_BYTES]
    return int.from_bytes(head.ljust(_TITLE_BYTES, b"\0"), "big") if head else 2 ** (8 * _TITLE_BYTES) - 1
