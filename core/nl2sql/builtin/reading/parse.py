"""Parse: the workspace of one reading. Passes look at the items, say what each was used for, and add to the pieces of a query."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from core.models import Assumption, Column, Kind, Role
from core.nl2sql.builtin.linking.index import Index, Link
from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.linking.naming import date_column, key_columns, label_columns, year_column
from core.nl2sql.builtin.linking.numerals import numberlike
from core.nl2sql.builtin.linking.text import lemma
from core.nl2sql.builtin.query.query import Compare, Condition, Expr, Field, Order, Ref
from core.nl2sql.builtin.reading.implying import Doubt, settle

_CONDITION_WORDS = {
    "where",
    "with",
    "whose",
    "that",
    "who",
    "which",
    "having",
    "when",
    "if",
    "have",
    "has",
    "had",
    "were",
    "was",
    "did",
    "does",
    "do",
}
_WELL = 0.6
"""A word that fits a column this well needs no guess."""
_CLOSING = ("?", ":", ";")
"""Marks behind which something is asked anew."""
_ASKING = {
    "show",
    "list",
    "find",
    "give",
    "return",
    "tell",
    "display",
    "what",
    "which",
    "get",
    "report",
    "compute",
    "calculate",
    "sum",
    "how",
}


@dataclass
class Output:
    """Something to show: where in the question it was said, and whether it stands for a whole entity (then its key groups)."""

    at: int
    field: Field
    entity: str = ""
    each: bool = False
    """Gone through one by one ("for each customer"), which need not ask for its name."""


@dataclass(frozen=True)
class Clause:
    """Conditions read from one stretch of the question: they hold of the same rows, apart from all others."""

    where: tuple[Condition, ...] = ()
    having: tuple[Compare, ...] = ()
    subject: str = ""
    """The table whose rows they are about."""
    tables: tuple[str, ...] = ()
    """Tables named in it, in order; the subject too where it is."""
    quantified: bool = False
    """Said of no row at all ("never", "no", "without", "any"), not of one."""


@dataclass(frozen=True)
class Pair:
    """Two clauses that no one row can fulfil together."""

    first: Clause
    second: Clause
    shared: tuple[Condition, ...] = ()
    """Said once, but of both."""
    either: bool = False
    """Joined by "or"."""
    both: bool = False
    """Said to hold together ("both", "as well as")."""


@dataclass
class Parse:
    index: Index
    items: list[Item]
    today: date
    picks: dict[int, int] = field(default_factory=dict)
    """Item position → which of its links to take, for other candidates."""
    resolutions: dict[str, str] = field(default_factory=dict)
    outputs: list[Output] = field(default_factory=list)
    groups: list[Output] = field(default_factory=list)
    within: list[Output] = field(default_factory=list)
    """The groups a ranking starts anew in."""
    where: list[Condition] = field(default_factory=list)
    having: list[tuple[str, Compare]] = field(default_factory=list)
    """With the entity whose rows are compared ("" for the groups asked for)."""
    order: list[Order] = field(default_factory=list)
    ranked: list[Field] = field(default_factory=list)
    """What a superlative ranks by."""
    direction: str = ""
    """asc or desc said without a column."""
    several: bool = False
    """A superlative without a number speaks of several ("the longest films")."""
    undirected: bool = False
    """An order was asked for and no direction said."""
    limit: int | None = None
    offset: int = 0
    """Rows of the ranking before the one that is asked for: "the second most expensive"."""
    distinct: bool = False
    subject: str = ""
    chart_kind: str = ""
    notes: list[Assumption] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    """What makes this reading less sure, in words for developers; each costs confidence."""
    close: list[tuple[Item, list[Link]]] = field(default_factory=list)
    """Items with several readings of nearly the same weight."""
    alike: list[Doubt] = field(default_factory=list)
    """Words several columns fit alike."""
    context: frozenset[str] = frozenset()
    """Tables of the query a follow-up edits: spoken of, though not said."""
    moneys: dict[Expr, tuple[Expr, ...]] = field(default_factory=dict)
    """Measures of money found, each with the others that could stand for it."""
    money_words: dict[Expr, str] = field(default_factory=dict)
    """What the person called them."""
    anchors: tuple[str, ...] = ()
    """Tables measured by the query a follow-up edits: a period is first of their date."""
    times: dict[Ref, int | None] = field(default_factory=dict)
    """Columns of time the query a follow-up edits is narrowed by or shows, each with the year it was narrowed to, if any."""
    intersect: tuple[tuple[Condition, ...], tuple[Condition, ...]] | None = None
    """Two conditions that must each hold for what is shown, though not for one row."""
    clause: bool = False
    """A stretch of a question read by itself: all of it is a condition, and what denies it stands outside."""
    pairs: list[Pair] = field(default_factory=list)
    denied: list[Clause] = field(default_factory=list)
    """What must not hold of the rows asked for."""

    _settled_columns: dict[int, list[tuple[float, Link]]] = field(default_factory=dict)

    # ---- looking at the items
    def position(self, item: Item) -> int:
        return self.items.index(item)

    def free(self) -> Iterator[Item]:
        return (item for item in self.items if not item.role)

    def after(self, item: Item, steps: int = 6) -> list[Item]:
        at = self.position(item)
        return self.items[at + 1 : at + 1 + steps]

    def before(self, item: Item, steps: int = 6) -> list[Item]:
        """Nearest first."""
        at = self.position(item)
        return self.items[max(0, at - steps) : at][::-1]

    def next_real(self, item: Item, skip: int = 4) -> Item | None:
        """The next item that is neither a stop word nor a mark."""
        for other in self.after(item, skip):
            if other.kind == "mark" and other.text not in "'’s":
                return None
            if other.kind not in ("stop", "mark"):
                return other
        return None

    def in_condition(self, item: Item) -> bool:
        """Whether an item stands behind a word that opens a condition, with no word of asking between."""
        if self.clause:
            return True
        for other in self.before(item, 99):
            if other.text in _CLOSING:
                return False
            if other.lower in ("whose", "having") or (other.lower == "where" and self.position(other)):
                return True
            if other.text in (".", "?", ";") and self._only_names_behind(other):
                return False
            if other.lower in _ASKING and self._opens(other):
                return False
            if other.lower in _CONDITION_WORDS and self.position(other) > 1:
                return not self._adds_columns(other)
        return False

    def _adds_columns(self, item: Item) -> bool:
        """ "…, with the cost": names alone behind a comma and "with" are to be shown too."""
        set_off = item.lower == "with" and any(other.text == "," for other in self.before(item, 1))
        return set_off and self._only_names_behind(item)

    def _only_names_behind(self, item: Item) -> bool:
        """ "Orders not shipped yet. Customer name and order date": what is to be shown, said by itself."""
        behind = self.items[self.position(item) + 1 :]
        return bool(behind) and all(other.kind in ("name", "stop", "mark") for other in behind)

    def in_order_clause(self, item: Item) -> bool:
        """Whether an item belongs to a clause of order that was read already."""
        return any(other.role == "order" and other.is_cue("order") for other in self.before(item, 3))

    def _opens(self, item: Item) -> bool:
        at = self.position(item)
        return (
            at == 0
            or self.items[at - 1].text in (".", ",", "?", ";", "and", "please", "?")
            or item.lower not in ("which", "what", "how")
        )

    # ---- tables
    def tables_said(self) -> list[str]:
        return list(dict.fromkeys(link.table for item in self.items if item.kind == "name" and (link := item.table)))

    def tables_near(self) -> set[str]:
        """Tables said, and those of columns and cells that have one reading only."""
        said = set(self.tables_said()) | self.context
        for item in self.items:
            tables = {link.table for link in item.links}
            if item.kind in ("name", "value") and len(tables) == 1:
                said |= tables
        return said

    # ---- columns
    def column_of(self, item: Item, want: str = "", prefer: str = "") -> Ref | None:
        """The column an item means here: by how well the words fit, whether its table is spoken of, and its kind."""
        ranked = self.ranked_columns(item, want, prefer)
        if not ranked:
            return None
        if want == "number" and (settled := self.settled(item.lower, lemma(item.lower), ranked[0][1])):
            return settled
        pick = self.picks.get(item.start, 0)
        link = ranked[min(pick, len(ranked) - 1)][1]
        if want == "number" and not numberlike(self.index.column(link.table, link.column)):
            return None
        return Ref(link.table, link.column)

    def settled(self, text: str, word: str, link: Link) -> Ref | None:
        """The column for a word such as price that none of a table bears by itself; noted where several fit alike."""
        if link.score >= _WELL:
            return None
        column, doubt = settle(text, word, link.table, self.index, self.resolutions)
        if doubt and doubt not in self.alike:
            self.alike.append(doubt)
        return Ref(link.table, column) if column else None

    def settled_columns(self, item: Item) -> list[tuple[float, Link]]:
        """`ranked_columns` once everything is understood, found once per item."""
        if item.start not in self._settled_columns:
            self._settled_columns[item.start] = self.ranked_columns(item)
        return self._settled_columns[item.start]

    def ranked_columns(self, item: Item, want: str = "", prefer: str = "") -> list[tuple[float, Link]]:
        said, near = set(self.tables_said()), self.tables_near()
        ranked = [(self._weigh(link, item, want, prefer, said, near), link) for link in item.columns]
        ranked.sort(key=lambda pair: (-pair[0], pair[1].table, pair[1].column))
        return ranked

    def _weigh(self, link: Link, item: Item, want: str, prefer: str, said: set[str], near: set[str]) -> float:
        column, table = self.index.column(link.table, link.column), self.index.table(link.table)
        weight = link.score + (0.34 if link.table in said else 0.16 if link.table in near else 0.0)
        weight += 0.3 if link.table == prefer else 0.0
        weight += self._adjacent(link.table, item)
        weight += _kind_bonus(column, want)
        if any(link.column in key.columns for key in table.foreign_keys):
            weight -= 0.12
        if not said & {link.table} and said:
            distance = min(self.index.graph.distance(link.table, table) for table in said)
            weight -= min(0.3, 0.06 * distance)
        return weight - (0.2 if table.is_view else 0.0) - (0.05 if not table.row_count else 0.0)

    def _adjacent(self, table: str, item: Item) -> float:
        """A table said right before ("customer name") or right after "of" ("name of the customer") owns the column."""
        before = next((other for other in self.before(item, 3) if other.kind == "name"), None)
        if before is not None and (link := before.table) and link.table == table and item.start - before.end <= 1:
            return 0.25
        for other in self.after(item, 8):
            if other.kind == "name" and (link := other.table):
                return 0.15 if link.table == table else 0.0
            if (other.kind in ("cue", "value", "number") and not other.lower.startswith("of ")) or other.text in (".", "?"):
                return 0.0
        return 0.0

    def column(self, ref: Ref) -> Column:
        return self.index.column(ref.table, ref.column)

    def label_names(self, table: str) -> tuple[str, ...]:
        if table not in self.index.labels:
            self.index.labels[table] = label_columns(self.index.table(table), self.index.names)
        return self.index.labels[table]

    def label(self, table: str) -> list[Field]:
        """What a row is known by; for rows without a name of their own, the name of what each of them is."""
        names = self.label_names(table)
        parent = self.kind_of(table) if set(names) <= set(key_columns(self.index.table(table))) else ""
        return [Field(Ref(parent or table, column)) for column in (self.label_names(parent) if parent else names)]

    def kind_of(self, table: str) -> str:
        """The table with a name whose rows those of this one are (a gymnast is a person): one for one, by its key."""
        held = self.index.table(table)
        for key in held.foreign_keys:
            if len(key.columns) != 1 or key.ref_table == table:
                continue
            column = self.index.column(table, key.columns[0])
            single = tuple(held.primary_key) == key.columns or (
                len(held.foreign_keys) == 1 and bool(held.row_count) and column.distinct_count == held.row_count
            )
            if single and not set(self.label_names(key.ref_table)) <= set(key_columns(self.index.table(key.ref_table))):
                return key.ref_table
        return ""

    def key(self, table: str) -> list[Field]:
        return [Field(Ref(table, column)) for column in key_columns(self.index.table(table))]

    def date_of(self, table: str) -> Ref | None:
        column = date_column(self.index.table(table), self.index.names)
        return Ref(table, column.name) if column else None

    def year_of(self, table: str) -> Ref | None:
        column = year_column(self.index.table(table), self.index.names)
        return Ref(table, column.name) if column else None

    def implied(self, phrase: str, table: str) -> tuple[Ref, bool] | None:
        """The column of a table an adjective speaks of (oldest → age), and whether it runs the other way (birth year)."""
        words = self.index.lexicon.implied.get(phrase, ())
        if not table:
            return None
        if words and (settled := self.settled(phrase, words[0], Link("table", table, score=0.0))):
            return settled, False
        for word, place in ((word, place) for place in (table, self.kind_of(table)) if place for word in words):
            for column in self.index.table(place).columns:
                said = self.index.names.columns[place, column.name]
                if (
                    word.lstrip("-") in said
                    and (numberlike(column) or column.kind.temporal or (column.kind is Kind.TEXT and "year" in said))
                    and column.role is not Role.KEY
                ):
                    return Ref(place, column.name), word.startswith("-")
        return None


def _kind_bonus(column: Column, want: str) -> float:
    if want == "number":
        return 0.25 if column.kind.numeric and column.role is not Role.KEY else 0.05 if numberlike(column) else -0.5
    if want == "time":
        return 0.3 if column.kind.temporal else 0.0
    if want == "text":
        return 0.2 if column.kind is Kind.TEXT else 0.0
    return 0.0
