"""Anchoring: a question of its own asked of the rows of the answer before ("which courses has that person taught?").

It is read with what those rows are in the place of the words that point back, and narrowed to them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

from core.models import Context
from core.nl2sql.builtin.followups.listing import keys_within
from core.nl2sql.builtin.linking.index import Index
from core.nl2sql.builtin.linking.naming import key_columns, label_columns
from core.nl2sql.builtin.linking.text import lemma
from core.nl2sql.builtin.query.explain import plural
from core.nl2sql.builtin.query.plan import Unwritable
from core.nl2sql.builtin.query.query import Compare, Field, Query, Ref, Related, comparisons, refs, tables_of
from core.nl2sql.builtin.query.render import render
from core.nl2sql.builtin.reading.assemble import Conventions
from core.nl2sql.builtin.reading.labelling import shown_names
from core.nl2sql.builtin.reading.people import holds_people
from core.nl2sql.builtin.reading.reading import Candidate, read

_GENERIC = re.compile(
    r"(person|guy|man|woman|lady|fellow|gentleman|thing|item|one|place|people|guys|men|women|things|items|ones|places)$"
)
_EACH_OF = re.compile(r"\b(?:each|every one|any one) of (?:those|these|them)\b(?: ([a-z]+))?")
_EACH = re.compile(r"\beach(?: one)?\b(?= (?:have|has|had|do|does|did|is|was|were|are)\b|\W*$)")
_WHICH = re.compile(r"\bwhich(?: ones?)?(?: of (?:them|those|these))?(?= (?:has|have|had|is|are|was|were|do|does|did)\b)")
_THAT = re.compile(r"\b(?:that|this|the same) (?:same |very )?([a-z][\w-]*)")
_IT = re.compile(r"\b(?:it|he|she|him)\b")
_THERE = re.compile(r"(?<!\bare )(?<!\bis )(?<!\bwere )(?<!\bwas )(?<!\bbe )\bthere\b(?! (?:are|is|were|was|any)\b)")
_WHO = re.compile(r"(?:and |but |so |now )*who(?:'s| is| are| was| were)(?= (?:in|on|at|from|of|with)\b)")
_ADDS = re.compile(r"\b(?:also|add|too|as well|include|plus)\b")
_ASKS = re.compile(
    r"(?:and |but |so |now )*(?:(?:in|on|at|from|for|to|of|by|with) )?"
    r"(?:what|which|who|whose|whom|where|when|how|count|list|name|tell|show|give|did|does|do|has|have|is|are|was|were)\b"
)


@dataclass(frozen=True)
class Anchor:
    """Rows of the answer before: what tells them apart, which they are, and what one of them is called."""

    key: Field
    rows: Query
    noun: str


@dataclass(frozen=True)
class Pointing:
    """The question with a noun where it pointed back, and at what."""

    text: str
    anchor: Anchor
    each: bool = False
    named: bool = False


@dataclass(frozen=True)
class Anchored:
    candidate: Candidate
    said: str
    """What it is asked of, for the list of changes."""
    each: bool
    named: bool = False
    """Whether they are other rows than those that are listed, pointed at by what they are: "that customer", of orders."""


def anchored(text: str, query: Query, context: Context, index: Index, today: date, conventions: Conventions) -> Anchored | None:
    """The question read by itself, of those rows only; None where it points at nothing or says nothing without them."""
    pointing = pointed(text, query, index) if _ASKS.match(text) else None
    if pointing is None or (pointing.each and (query.grouped or _ADDS.search(text))):
        return None
    asked = _of_counted(pointing.text, query, index)
    best = next(iter(read(asked, index, today, context.resolutions, conventions)), None)
    if best is None or not best.enough or not _says_more(best.query, pointing, index):
        return None
    narrowed = _narrowed(best.query, pointing, shown_names(query, best.parse))
    said = f"by {pointing.anchor.noun}" if pointing.each else f"of that {pointing.anchor.noun}"
    said += ", the first one only" if pointing.each and narrowed.limit == 1 else ""
    try:
        return Anchored(replace(best, query=narrowed, sql=render(narrowed, index)), said, pointing.each, pointing.named)
    except Unwritable:
        return None


def pointed(text: str, query: Query, index: Index) -> Pointing | None:
    """ "That person", "there", "it" of an answer of one row; "each of those" of any; "which" of what rows share."""
    anchors = _anchors(query, index)
    if not anchors:
        return None
    if found := _EACH_OF.search(text) or _EACH.search(text):
        noun = found[1] if found.re is _EACH_OF else ""
        anchor = _named(noun or "", anchors) or anchors[0]
        end = found.end() if not noun or anchor.noun in (noun, lemma(noun)) else found.start(1) - 1
        return Pointing(f"{text[: found.start()]}each {anchor.noun}{text[end:]}", anchor, each=True)
    if query.distinct and anchors[0].key in query.select and (found := _WHICH.search(text)):
        return Pointing(f"{text[: found.start()]}which {anchors[0].noun}{text[found.end() :]}", anchors[0], each=True)
    if not is_one(query, index):
        return None
    for found in _THAT.finditer(text):
        meant = _named(found[1], anchors) or (anchors[0] if _GENERIC.match(found[1]) else None)
        if meant:
            asked = f"{text[: found.start()]}this {meant.noun}{text[found.end(1) :]}"
            return Pointing(asked, meant, named=_table(meant) != query.subject)
    if found := _THERE.search(text):
        return Pointing(f"{text[: found.start()]}in this {anchors[0].noun}{text[found.end() :]}", anchors[0])
    if found := _IT.search(text):
        return Pointing(f"{text[: found.start()]}this {anchors[0].noun}{text[found.end() :]}", anchors[0])
    return None


def _of_counted(text: str, query: Query, index: Index) -> str:
    """ "Who is in it?", after how many students each has: the people that were counted."""
    counted = next((f.table for f in query.measures if f.aggregate == "count" and f.table), "")
    found = _WHO.match(text)
    if not counted or not found:
        return text
    led = [edge.other for edge in index.graph.edges(counted) if not edge.many]
    people = [table for table in (counted, *led) if holds_people(table, index)]
    return f"which {plural(people[0], index)} are{text[found.end() :]}" if len(people) == 1 or counted in people else text


def is_one(query: Query, index: Index) -> bool:
    """Whether the query gives one row: the first of a ranking, or the one that bears a name."""
    if query.limit is not None:
        return query.limit == 1
    named = {Field(Ref(table.name, column)) for table in index.catalog.tables for column in label_columns(table, index.names)}
    return any(c.op == "=" and not c.negated and c.field in named for c in comparisons(query.where))


def _anchors(query: Query, index: Index) -> list[Anchor]:
    """The rows listed first, then those their columns lead to, then the cells that are shown."""
    if query.combine or (query.grouped and not (query.dimensions or query.keys)):
        return []
    shown = [f for f in (*query.dimensions, *query.keys) if isinstance(f.expr, Ref) and not f.grain]
    tables = dict.fromkeys((query.subject, *(ref.table for f in shown for ref in refs(f.expr))))
    found = [anchor for table in tables if (anchor := _rows_of(table, shown, query, index))]
    cells = [Anchor(f, keys_within(query, f), index.names.spoken(ref.table, ref.column)) for f in shown for ref in refs(f.expr)]
    return [*found, *cells]


def _rows_of(table: str, shown: list[Field], query: Query, index: Index) -> Anchor | None:
    """The rows of a table the query tells apart; a list of what several of them share does not."""
    key = [Field(Ref(table, column)) for column in key_columns(index.table(table))]
    label = label_columns(index.table(table), index.names)
    apart = not query.distinct or any(f in key or f.expr in {Ref(table, column) for column in label} for f in shown)
    if len(key) == 1 and (key[0] in shown if query.grouped else apart):
        return Anchor(key[0], keys_within(query, key[0]), " ".join(index.names.tables[table]))
    named = [f for f in shown if isinstance(f.expr, Ref) and f.expr.table == table and label == (f.expr.column,)]
    return Anchor(named[0], keys_within(query, named[0]), " ".join(index.names.tables[table])) if named else None


def _named(word: str, anchors: list[Anchor]) -> Anchor | None:
    return next((anchor for anchor in anchors if lemma(word) in map(lemma, anchor.noun.split())), None) if word else None


def _says_more(query: Query, pointing: Pointing, index: Index) -> bool:
    """Whether something else than the rows themselves is asked for; for each of them, a figure."""
    if pointing.each:
        return bool(query.measures) and bool(query.dimensions)
    label = {
        Field(Ref(r.table, c)) for r in refs(pointing.anchor.key.expr) for c in label_columns(index.table(r.table), index.names)
    }
    return not set(query.select) <= {*label, pointing.anchor.key}


def _narrowed(asked: Query, pointing: Pointing, names: tuple[Field, ...]) -> Query:
    """Only those rows; each of them told by what it was told by before."""
    anchor = pointing.anchor
    table = _table(anchor)
    where = [c for c in asked.where if not (isinstance(c, Related) and c.table == table and not c.negated and not c.where)]
    if not _is_all(anchor.rows, table) and Compare(anchor.key, "in", query=anchor.rows) not in where:
        where.append(Compare(anchor.key, "in", query=anchor.rows))
    narrowed = replace(asked, where=tuple(where))
    own = {ref.table for f in asked.dimensions for ref in refs(f.expr)} == {table}
    if not (pointing.each and own and names):
        return narrowed
    return replace(narrowed, select=(*names, *asked.measures), keys=(anchor.key,) if anchor.key not in names else ())


def _table(anchor: Anchor) -> str:
    return next(ref.table for ref in refs(anchor.key.expr))


def _is_all(rows: Query, table: str) -> bool:
    """Whether they are every row of a table, so that nothing is left out by naming them."""
    narrowed = rows.where or rows.having or rows.limit is not None or rows.combine
    return not narrowed and tables_of(rows) == {table} and set(rows.tables) <= {table}
