"""Names: the words inside a table's or column's name, so that CustomerID, customer_id and CUSTOMERS meet."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_LETTER = r"[^\W\d_A-Z]"
"""Any letter but an ASCII capital; only ASCII capitals mark where a word begins."""
_WORD = re.compile(rf"[A-Z]+(?!{_LETTER})|[A-Z]?{_LETTER}+|[A-Z]+|\d+")
_IRREGULAR = {
    "people": "person",
    "children": "child",
    "men": "man",
    "women": "woman",
    "mice": "mouse",
    "feet": "foot",
    "indices": "index",
    "analyses": "analysis",
    "movies": "movie",
    "series": "series",
    "species": "species",
    "news": "news",
    "status": "status",
    "address": "address",
    "bus": "bus",
    "campus": "campus",
    "gas": "gas",
    "statuses": "status",
    "buses": "bus",
    "campuses": "campus",
}


@lru_cache(maxsize=20_000)
def words(name: str) -> tuple[str, ...]:
    """The lower-case words of a name, in order: 'OrderDetails', 'order_details' and 'Order Details' give the same."""
    return tuple(word.lower() for word in _WORD.findall(unicodedata.normalize("NFKC", name)))


@lru_cache(maxsize=20_000)
def singular(word: str) -> str:
    """The singular of a lower-case English word by its ending; a word that is no plural comes back as it is."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def stem(name: str) -> str:
    """The name as one string of singular words, to compare names of tables and columns by."""
    return "".join(singular(word) for word in words(name))
