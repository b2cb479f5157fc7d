"""Change: a follow-up at work: its words, what they were read as, and the phrases for what it changed in the query before it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from core.models import Role
from core.nl2sql.builtin.linking.index import Index
from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.linking.numerals import numberlike
from core.nl2sql.builtin.query.query import Field, Query, Ref, refs
from core.nl2sql.builtin.reading.assemble import Conventions
from core.nl2sql.builtin.reading.parse import Parse

_ADDS = re.compile(r"\b(and|also|too|as well|additionally|plus|add|in addition|along with|include|including|or)\b|^with\b")
_ADDS_SURELY = re.compile(
    r"\b(also|too|as well|additionally|plus|add|in addition|along with|include|including|or)\b|^with\b"
    r"|\b(next to|beside|alongside|along with|together with) (it|them|that|those|these|each)\b"
    r"|^(and |now )?(show|give|list|put|add|display|see)\b.* with (them|it|those|these)\W*$"
    r"|^(put|attach|append|throw in|tack on)\b"
    r"|^(and )?(list|show|give)( me)? (them|those|these) (with|together with|by name and)\b"
)
_REPLACES = re.compile(r"\b(instead|rather|change|switch|make it|what about|how about|the same|^same)\b")
_BEFORE_ASKING = r"^(and |but |so |then |now )?((in|at|on|with|from|for|by|to|of|under|as|since|until) )?"
_ASKS = re.compile(_BEFORE_ASKING + r"(what|which|who|whose|whom|where|when|how)\b(?! about\b)")
_LISTS = re.compile(r"^(and |now |then )?(list|show|give|display|name|tell|print|see|get|return|find)\b")
_POINTS = re.compile(r"\b(them|they|those|these|their|its|it|he|she|his|her|him|that|ones?)\b")
_OF_THEM = re.compile(r"\b((of|among|between|from) (them|those|these|all of them)|those|these|their|they|them)\b")


@dataclass
class Change:
    """`text` is the follow-up in lower case, without its politeness."""

    text: str
    parse: Parse
    index: Index
    conventions: Conventions
    said: list[str] = field(default_factory=list)
    settled: bool = False
    """What was asked for is found already: the names said ask for no column on top."""
    after_asking: bool = False
    """What came before was a question ("what did Ann write?"), so that "and Ben" asks the same of another."""

    @property
    def adds(self) -> bool:
        return (bool(_ADDS.search(self.text)) and not self.replaces) or self.adds_surely

    @property
    def adds_surely(self) -> bool:
        """Said to come on top, by more than an "and" that may only join two questions."""
        return bool(_ADDS_SURELY.search(self.text)) and not self.replaces

    @property
    def replaces(self) -> bool:
        return bool(_REPLACES.search(self.text))

    @property
    def asks(self) -> bool:
        return is_asking(self.text)

    @property
    def lists(self) -> bool:
        return bool(_LISTS.match(self.text))

    @property
    def points(self) -> bool:
        """A pronoun stands for the rows of before."""
        return bool(_POINTS.search(self.text))

    @property
    def of_them(self) -> bool:
        return bool(_OF_THEM.search(self.text))

    def cue(self, kind: str, *values: str) -> Item | None:
        """The first cue of a kind that nothing has used."""
        return next((item for item in self.parse.items if item.is_cue(kind, *values) and not item.role), None)

    def shown(self, *, aggregated: bool) -> list[Field]:
        return [output.field for output in self.parse.outputs if bool(output.field.aggregate) == aggregated]


def is_asking(text: str) -> bool:
    """Whether words (lower case) open as a question does."""
    return bool(_ASKS.match(text))


def is_scalar(query: Query) -> bool:
    """One row of totals: measures with nothing they are per."""
    return bool(query.measures) and not query.dimensions and not query.keys


def adds_up(field: Field, change: Change) -> bool:
    """Whether a field is a number that can be measured."""
    ref = next(refs(field.expr), None)
    return ref is not None and is_number(ref, change.parse)


def is_number(ref: Ref, parse: Parse) -> bool:
    """A column of numbers that are no keys."""
    return numberlike(parse.column(ref)) and parse.column(ref).role is not Role.KEY
