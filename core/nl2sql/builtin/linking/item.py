"""Item: a stretch of the question with what it can mean. Linking makes them; composition says what each was used for."""

from __future__ import annotations

from dataclasses import dataclass

from core.nl2sql.builtin.linking.index import Link
from core.nl2sql.builtin.linking.lexicon import Cue
from core.nl2sql.builtin.linking.periods import Period


@dataclass
class Item:
    start: int
    end: int
    """Tokens [start, end)."""
    kind: str
    """name (a table or column), value, number, period, grain, cue, mark, stop or word."""
    text: str
    lower: str
    links: tuple[Link, ...] = ()
    """Readings, best first, of a name or a value."""
    cue: Cue | None = None
    number: int | float | None = None
    period: Period | None = None
    grain: str = ""
    quoted: bool = False
    role: str = ""
    """What composition used it for; empty: nothing yet."""
    weight: float = 0.0
    fuzzy: bool = False
    """Linked by a spelling that is only near."""
    led: bool = False
    """A verb or adjective that only leads to a name ("wrote" to an author): never shown unasked."""
    owner: str = ""
    """The table whose rows a word for name stands for, where no column of it is called so."""

    @property
    def table(self) -> Link | None:
        """Its best reading as a table, unless a column fits clearly better."""
        best = self.links[0].score if self.links else 0.0
        return next((link for link in self.links if link.kind == "table" and link.score >= best - 0.08), None)

    @property
    def columns(self) -> tuple[Link, ...]:
        return tuple(link for link in self.links if link.kind == "column")

    def is_cue(self, kind: str, *values: str) -> bool:
        return self.cue is not None and self.cue.kind == kind and (not values or self.cue.value in values)
