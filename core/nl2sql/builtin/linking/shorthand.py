"""Shorthand: a question as busy people type it ("ppl", "w/", "n", "excl.", "q4 98"), written out before it is read."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

with Path(__file__).with_name("forms.toml").open("rb") as _file:
    _WRITTEN = [(re.compile(pattern, re.IGNORECASE), meant) for pattern, meant in tomllib.load(_file)["shorthand"].items()]
_MONTH = r"jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec|january|february|march|april|august|september|october|november"
_MONTH += "|december"
_YY = r"['’]?(?P<yy>\d\d)(?![\d%:./-]|\s*[%€£$])"
_ENDS = r"(?=\s*(?:$|[,;:.?!)]|(?:by|per|for|vs|versus|and|or|only|please|pls|in total)\b))"
_YEARS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?P<before>\bq[1-4][ -]?){_YY}",
        rf"(?P<before>\b(?:{_MONTH})\.? )['’](?P<yy>\d\d)\b",
        rf"(?P<before>\b(?:{_MONTH})\.? )(?P<yy>0\d|3[2-9]|[4-9]\d)(?!\d|\s*[,/.-]?\s*\d)\b",
        r"(?P<before>\b(?:in|during|for|of|since|until|vs|and|year|from|to) )['’](?P<yy>\d\d)\b",
        rf"(?P<before>\b(?:in|during) ){_YY}{_ENDS}",
        rf"(?P<before>\b(?:daily|weekly|monthly|quarterly|(?:per|by) (?:month|week|quarter))\b[\w ]* ){_YY}$",
        rf"(?P<before>\b(?:19|20)\d\d (?:vs|versus|and|or|to|against) ){_YY}{_ENDS}",
    )
)
"""Where two digits can only be a year."""
_CENTURY = 50
"""From here on two digits are of the last century."""


def written_out(text: str) -> str:
    for pattern, meant in _WRITTEN:
        text = pattern.sub(meant, text)
    for pattern in _YEARS:
        text = pattern.sub(_year, text)
    return text


def _year(match: re.Match[str]) -> str:
    short = int(match["yy"])
    return f"{match['before']}{short + (1900 if short >= _CENTURY else 2000)}"
