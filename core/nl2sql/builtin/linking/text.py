"""Text: a question as tokens with lemmas. Names and values of a database go through the same rules, so both sides always meet."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from core.nl2sql.builtin.linking.shorthand import written_out

_TOKEN = re.compile(
    r"""(?P<quoted>"[^"]+"|“[^”]+”|‘[^’]+’|(?<!\w)'[^']+'(?!\w)|`[^`]+`)
      |(?P<possessive>['’]s\b|(?<=s)['’](?!\w))
      |(?P<number>(?:(?<![\w.\-])(?<!\d\ )-)?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+|\d+))
      |(?P<word>[^\W\d_]+)
      |(?P<mark>[,;:?!()%$€£&/<>=+]|\.(?=\s|$))
    """,
    re.VERBOSE,
)
_CONTRACTIONS = (
    (re.compile(r"\bfirst and last names?\b", re.IGNORECASE), "first name and last name"),
    (re.compile(r"\blast and first names?\b", re.IGNORECASE), "last name and first name"),
    (re.compile(r"\bcan(?:['’]t|not)\b", re.IGNORECASE), "can not"),
    (re.compile(r"\b(did|do|does|is|are|was|were|has|have|had)nt\b['’]?", re.IGNORECASE), r"\1 not"),
    (re.compile(r"\bwon['’]t\b", re.IGNORECASE), "will not"),
    (re.compile(r"n['’]t\b", re.IGNORECASE), " not"),
    (re.compile(r"\b(what|who|where|when|how|that|there|it)['’]s\b", re.IGNORECASE), r"\1 is"),
    (re.compile(r"\b(what|who|where|how)s\b", re.IGNORECASE), r"\1 is"),
    (
        re.compile(
            r"\b(?:(?:has|have|had|did|does|do) )?(?:nobody|no[ -]?one)(?: (?:has|have|had|ever|yet|actually))*"
            r" (\w{2,}(?:ed|en|ght))\b",
            re.IGNORECASE,
        ),
        r"were never \1",
    ),
    (re.compile(r"\b(?:has|have|had) (?:got )?nothing (\w{2,}ed)\b", re.IGNORECASE), r"were never \1"),
    (re.compile(r"\b(i|we|you|they)['’](m|re|ve|d|ll)\b", re.IGNORECASE), r"\1"),
)
with Path(__file__).with_name("forms.toml").open("rb") as _file:
    _FORMS = tomllib.load(_file)
_IRREGULAR: dict[str, str] = {form: base for base, forms in _FORMS["irregular"].items() for form in forms}
_BASES = frozenset(_IRREGULAR.values())
_ENDINGS: list[str] = _FORMS["endings"]["all"]
_SUFFIXES = ("ians", "ian", "ing", "ish", "ies", "ers", "ied", "ed", "er", "es", "al", "ic", "an", "y", "s", "e")
_ROOT = 3
"""Letters of a root."""


@dataclass(frozen=True)
class Token:
    text: str
    lower: str
    lemma: str
    start: int
    end: int
    """Characters of the question this token covers."""
    kind: str = "word"
    """word, number, quoted, possessive or mark."""
    number: int | float | None = None


def tokenize(question: str) -> tuple[Token, ...]:
    """The tokens of a question in order; contractions are opened, so positions refer to `normalise(question)`."""
    text = normalise(question)
    return tuple(_token(match) for match in _TOKEN.finditer(text))


def normalise(question: str) -> str:
    text = unicodedata.normalize("NFC", question)
    for pattern, replacement in _CONTRACTIONS:
        text = pattern.sub(replacement, text)
    return written_out(text)


def _token(match: re.Match[str]) -> Token:
    kind, text = str(match.lastgroup), match.group()
    if kind == "quoted":
        inner = text[1:-1].strip()
        return Token(inner, inner.lower(), inner.lower(), match.start(), match.end(), kind)
    lower = text.lower()
    number = _number(text.replace(",", "")) if kind == "number" else None
    return Token(text, lower, lemma(lower) if kind == "word" else lower, match.start(), match.end(), kind, number)


def _number(text: str) -> int | float:
    """Whole numbers stay exact, however long."""
    return int(text) if text.isdecimal() and len(text) <= 300 else float(text)


def words(text: str) -> tuple[str, ...]:
    """Lower-case words and numbers of any text, without marks: the form values are indexed by."""
    return tuple(re.findall(r"[^\W\d_]+|\d+(?:\.\d+)?", text.lower()))


@lru_cache(maxsize=50_000)
def lemma(word: str) -> str:
    """The singular of a noun or the base of a verb, by small rules: consistent rather than always right English."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) > 3:
        word = _singular(word)
        word = _IRREGULAR.get(word, word)
    return _base(word) if len(word) > 4 else word


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    if word.endswith("oes") and len(word) > 5:
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _base(word: str) -> str:
    if word in _BASES:
        return word
    for suffix in ("ing", "ed"):
        stem = word.removesuffix(suffix)
        if stem != word and len(stem) >= 3 and re.search("[aeiouy]", stem):
            if stem[-1] == stem[-2] and stem[-1] not in "lsz":
                return stem[:-1]
            return stem + "e" if _wants_e(stem) else stem
    return word


def _wants_e(stem: str) -> bool:
    return bool(
        re.search(r"(?:[aeiou][cgsvzu]|[^aeiou][lvu]|rs|[^aeiou][aeiou][tkrdmn]|at|ut|it|ir|ur)$", stem)
    ) and not stem.endswith(("er", "en", "it", "om", "on", "el", "ew", "ow"))


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """A shorter form for loose matches (produce, production, producer): the word without its common endings."""
    base = lemma(word)
    for suffix in _ENDINGS:
        if base.endswith(suffix) and len(base) - len(suffix) >= 4:
            return base[: -len(suffix)]
    return base


@lru_cache(maxsize=50_000)
def root(word: str) -> str:
    """A word without the ending that makes another kind of it, one letter for two before it: fog of foggy, ship of shipped."""
    base = lemma(word)
    for suffix in _SUFFIXES:
        if base.endswith(suffix) and len(base) - len(suffix) >= _ROOT:
            base = base.removesuffix(suffix)
            break
    return base[:-1] if len(base) > _ROOT and base[-1] == base[-2] else base
