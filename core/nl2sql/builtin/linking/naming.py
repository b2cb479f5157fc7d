"""Naming: what the tables and columns of a catalog are called, and which column names a row, dates it, or identifies it."""

from __future__ import annotations

from dataclasses import dataclass

from core.models import Catalog, Column, Kind, Role, Table
from core.nl2sql.builtin.linking.lexicon import Lexicon
from core.nl2sql.builtin.linking.names import after_table, name_words, parts
from core.nl2sql.builtin.linking.text import lemma, words

_NAME_WORDS = ({"name"}, {"title"}, {"label"}, {"headline"}, {"theme"})
_GIVEN = ({"given", "name"}, {"personal", "name"})
_OF_OTHERS = {"manager", "owner", "contact", "director", "captain", "author", "agent", "representative", "president", "coach"}
"""The manager's name is not that of the shop."""
_DESCRIBES = {
    "detail", "description", "comment", "note", "text", "address", "phone", "email",
    "url", "class", "other", "location", "place", "city", "country",
}  # fmt: skip
_SOME = 12
"""Rows of a table in which it says something that all are different."""
_KEY = {"id", "code", "number", "key"}
_TELLS_LITTLE = {"date", "time", "day", "code", "type", "status", "gender", "sex"} | _OF_OTHERS
"""Columns of these go for the name of a row only where there is no other text."""
_DATE_AVOID = {
    "update",
    "modify",
    "birth",
    "require",
    "due",
    "expire",
    "end",
    "return",
    "ship",
    "delete",
    "insert",
    "load",
    "sync",
    "expiry",
}
_DATE_PREFER = ("order", "date", "payment", "sale", "start", "transaction", "create", "invoice", "purchase", "rental", "book")


@dataclass(frozen=True)
class Names:
    """The spoken words of a catalog: lemmas per table and per column."""

    tables: dict[str, tuple[str, ...]]
    columns: dict[tuple[str, str], tuple[str, ...]]

    def spoken(self, table: str, column: str) -> str:
        """A column as a person says it: the words it is written with ("shipped date"), or those they stand for."""
        said, written = self.columns[table, column], [part.lower() for part in parts(column)]
        return " ".join(written if tuple(map(lemma, written)) == said else said)


def read_names(catalog: Catalog, lexicon: Lexicon) -> Names:
    vocabulary = _vocabulary(catalog)

    def spell(name: str) -> tuple[str, ...]:
        return name_words(name, lexicon.abbreviations, vocabulary) or words(name)

    tables = {table.name: spell(table.local_name or table.name) for table in catalog.tables}

    def spell_column(name: str, table: tuple[str, ...]) -> tuple[str, ...]:
        said = spell(name)
        tail = after_table(name, table) if len(said) == 1 and name.lower() not in lexicon.abbreviations else ""
        return (*table, lexicon.abbreviations.get(tail, tail)) if tail else said

    columns = {(t.name, c.name): spell_column(c.name, tables[t.name]) for t in catalog.tables for c in t.columns}
    for table in catalog.tables:
        for key in table.foreign_keys:
            for own, other in zip(key.columns, key.ref_columns, strict=False):
                said = columns.get((key.ref_table, other), ())
                if own.lower() == other.lower() and len(columns[table.name, own]) == 1 < len(said):
                    columns[table.name, own] = said  # a key is read alike wherever it is repeated
    return Names(tables, columns)


def _vocabulary(catalog: Catalog) -> frozenset[str]:
    """Words that stand alone somewhere in the schema, for splitting the ones that were run together."""
    names = [t.local_name or t.name for t in catalog.tables] + [c.name for t in catalog.tables for c in t.columns]
    parted = [name_words(name, {}) for name in names]
    return frozenset(word for parts in parted for word in parts if len(parts) > 1 and len(word) >= 3) | frozenset(
        words(t.local_name or t.name)[0] for t in catalog.tables if len(words(t.local_name or t.name)) == 1
    )


def label_columns(table: Table, names: Names) -> tuple[str, ...]:
    """The columns a person knows a row by: first and last name, a name or title, else the declared label, a text, the key."""
    spoken = {column.name: set(names.columns[table.name, column.name]) for column in table.columns}
    own = set(names.tables[table.name])
    first = next((c for c, w in spoken.items() if {"first", "name"} <= w or w & {"forename"} or w in _GIVEN), None)
    last = next((c for c, w in spoken.items() if {"last", "name"} <= w or w & {"surname"} or w == {"family", "name"}), None)
    if first and last:
        return (first, last)
    for wanted in _NAME_WORDS:
        for column, said in spoken.items():
            if said - own == wanted or said == wanted:
                return (column,)
    for column, said in spoken.items():
        if said in (own, _keyed(table, spoken)) and table.by_name[column].kind is Kind.TEXT:
            return (column,)
    return _fallback_label(table, spoken)


def _keyed(table: Table, spoken: dict[str, set[str]]) -> set[str]:
    """What the key is the key of: the school, of a school id."""
    key = spoken[table.primary_key[0]] if len(table.primary_key) == 1 else set()
    return key - _KEY if key & _KEY else set()


def _fallback_label(table: Table, spoken: dict[str, set[str]]) -> tuple[str, ...]:
    foreign = {c for key in table.foreign_keys for c in key.columns}
    if len(table.foreign_keys) >= 2 and len(table.primary_key) == 1 and any(column.kind.temporal for column in table.columns):
        return table.primary_key
    own = [column for column in table.columns if column.name not in foreign]
    for column in own:
        if column.role is Role.LABEL and not spoken[column.name] & _TELLS_LITTLE:
            return (column.name,)
    for column in own:
        said = spoken[column.name]
        if said & {"name", "title"} and column.kind is Kind.TEXT and not said & _OF_OTHERS:
            return (column.name,)
    if table.foreign_keys and table.primary_key:
        return _telling(table, own, spoken) or table.primary_key
    texts = [column.name for column in own if column.kind is Kind.TEXT and column.name not in table.primary_key]
    telling = [name for name in texts if not spoken[name] & _TELLS_LITTLE]
    return ((telling or texts or [*table.primary_key] or [table.columns[0].name])[0],)


def _telling(table: Table, own: list[Column], spoken: dict[str, set[str]]) -> tuple[str, ...]:
    """The one text that is different in every row of some and says what it is (the player of a draft)."""
    rows = table.row_count or 0
    if any(table.by_name[column].distinct_count == rows for key in table.foreign_keys for column in key.columns):
        return ()  # a candidate is known as the person it is
    found = [
        column.name
        for column in own
        if column.kind is Kind.TEXT
        and column.name not in table.primary_key
        and column.distinct_count == rows >= _SOME
        and not spoken[column.name] & (_TELLS_LITTLE | _KEY | _DESCRIBES)
    ]
    return (found[0],) if len(found) == 1 else ()


def key_columns(table: Table) -> tuple[str, ...]:
    """What identifies a row: the primary key, else a column called id, else nothing."""
    if table.primary_key:
        return table.primary_key
    return next(((column.name,) for column in table.columns if column.name.lower() == "id"), ())


def date_column(table: Table, names: Names) -> Column | None:
    """The date a row is counted at: an event's own date rather than a due date, a birth date or a row's last change."""
    dated = [column for column in table.columns if column.kind.temporal]
    return max(dated, key=lambda column: _date_weight(column, table, names), default=None)


def _date_weight(column: Column, table: Table, names: Names) -> float:
    said = names.columns[table.name, column.name]
    weight = -2.0 * len(set(said) & _DATE_AVOID) + (1.0 if set(said) & set(names.tables[table.name]) else 0.0)
    weight += max((1.0 - 0.05 * i for i, word in enumerate(_DATE_PREFER) if word in said), default=0.0)
    return weight - 0.01 * [c.name for c in table.columns].index(column.name)


def year_column(table: Table, names: Names) -> Column | None:
    """A column that holds a year as a number or text, for "in 2004" where there is no date."""
    for column in table.columns:
        if "year" in names.columns[table.name, column.name] and (column.kind.numeric or column.kind is Kind.TEXT):
            return column
    return None
