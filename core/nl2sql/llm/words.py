"""Words of questions and names in one normal form, so that “Orders”, order_lines and «café» can be compared."""

from __future__ import annotations

import re
import unicodedata

_STOP = """
a an and are as at be by did do does each for from give had has have how i in is it its last list many me more most much my no
not of on only or our per show tell than that the their them there these this those to us was we were what when where which who
why with you your all any average count number sum total top first next between over under least less few fewest every other
"""
STOP = frozenset(_STOP.split())


def normal(text: str) -> str:
    """Case, accents and punctuation removed, words apart by one blank."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    return " ".join(re.findall(r"[^\W_]+", plain))


def words(text: str) -> list[str]:
    """Normal words with plural endings removed; camelCase and snake_case are taken apart."""
    return [stem(word) for word in normal(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text)).split()]


def content_words(text: str) -> set[str]:
    return {word for word in words(text) if word not in STOP and not word.isdigit()}


def stem(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word
