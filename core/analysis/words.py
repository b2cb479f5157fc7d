"""Words: column names as a person would say them ("sum(total_amount)" → "Total amount"), and plurals."""

from __future__ import annotations

import re

_AGGREGATES = {"sum": "total", "avg": "average", "mean": "average", "max": "highest", "min": "lowest"}
_COUNT_WORDS = {"count", "counts", "cnt", "number", "num", "no", "of", "n", "nr", "total", "distinct", "all", "the", "amount"}
_UPPER = {"id", "url", "usd", "eur", "gbp", "vat", "sku", "ip", "kpi", "uk", "us", "eu", "ytd", "html", "pdf"}
_SPELLED = {"avg": "average", "qty": "quantity", "amt": "amount", "num": "number", "pct": "percent", "cnt": "count"}


def words(name: str) -> list[str]:
    """The lower-case words of an identifier: snake, camel, spaced or a function call; digits stay with their word."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    return [word.lower() for word in re.findall(r"[^\W_]+|%", spaced)]


def title(name: str) -> str:
    """ "film_count" → "Film count", "AVG(length)" → "Average length", "COUNT(*)" → "Count"; never empty, one line."""
    said = phrase(name)
    return said[:1].upper() + said[1:] if said else (" ".join(name.split()) or "Value")


def phrase(name: str) -> str:
    """The same within a sentence: lower case but for known abbreviations."""
    call = re.fullmatch(r"\s*(\w+)\s*\((.*)\)\s*", name, re.DOTALL)
    if call and call[1].lower() in ("count", *_AGGREGATES):
        verb = _AGGREGATES.get(call[1].lower(), "number of")
        inner = words(call[2].rsplit(".", 1)[-1])
        inner = [word for word in inner if word != "distinct"]
        said = [verb, *inner] if inner else ["count" if verb == "number of" else verb]
    else:
        said = words(name)
    if len(said) > 1 and said[0] in ("n", "num", "nr", "cnt"):
        said = ["number", "of", *said[1:]]
    kept = [word for word in said if word not in ("%", "usd", "eur", "gbp")] or said
    return " ".join(_spell(word) for word in kept)


def _spell(word: str) -> str:
    return word.upper() if word in _UPPER else _SPELLED.get(word, word)


def counted_noun(name: str) -> str:
    """What a count counts: "film_count", "number of films", "count(film_id)" → "films"; "" when the name does not say."""
    inner = [word for word in words(name) if word not in _COUNT_WORDS and word not in ("id", "ids", "key")]
    if not inner or len(inner) > 3 or words(name) == inner:
        return ""
    return " ".join([*inner[:-1], plural(inner[-1])])


def singular(noun: str) -> str:
    """ "customers" → "customer", "categories" → "category"; a singular noun stays."""
    head, _, last = noun.rpartition(" ")
    if last.endswith("ies") and len(last) > 4:
        last = last[:-3] + "y"
    elif re.search(r"(ss|sh|ch|x|z)es$", last):
        last = last[:-2]
    elif last.endswith("s") and not last.endswith(("ss", "us", "is")):
        last = last[:-1]
    return f"{head} {last}".strip()


def entity(name: str) -> str:
    """What a column of names names: "region_name" → "region"; the phrase itself for all others."""
    said = phrase(name)
    head = said.removesuffix(" name")
    return said if head in ("first", "last", "middle", "full", "user", "file", "given", "family", "") else head


def plural(noun: str) -> str:
    """English plural of a singular or plural noun; the last word is changed."""
    if not noun or not noun[-1].isalpha():
        return noun
    irregular = {"person": "people", "child": "children", "staff": "staff", "man": "men", "woman": "women", "data": "data"}
    head, _, last = noun.rpartition(" ")
    if last.lower() in irregular:
        last = irregular[last.lower()]
    elif last.endswith("s") and not last.endswith(("ss", "us", "is")):
        pass
    elif re.search(r"[^aeiou]y$", last):
        last = last[:-1] + "ies"
    elif last.endswith(("s", "x", "z", "ch", "sh")):
        last += "es"
    else:
        last += "s"
    return f"{head} {last}".strip()
