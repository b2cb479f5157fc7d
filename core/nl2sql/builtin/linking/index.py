"""Index: everything of a catalog that words can mean, ready for lookup. Built once per catalog, then only read."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations
from typing import Literal

from core.models import Catalog, Column, Role, Table
from core.nl2sql.builtin.linking.keygraph import KeyGraph
from core.nl2sql.builtin.linking.lexicon import Lexicon, lexicon
from core.nl2sql.builtin.linking.names import name_words
from core.nl2sql.builtin.linking.naming import Names, key_columns, read_names
from core.nl2sql.builtin.linking.text import root, stem, words

Progress = Callable[[str, float], None]
_NAMES_PART = 0.2
"""Of the work of an index, what comes before its values."""
_MAX_VALUE_WORDS = 10
_FILLERS = {"of", "the", "a", "an"}
"""Words of a name that a question may leave out."""
_NAMED = 0.004
"""What the name of something goes before its id by, where both are called by it."""
_HEAD = 0.35
"""What the last words of a name carry at least: they say what kind of thing it is."""
_Said = tuple[str, ...]
_PARTICLES = frozenset("a an and as at by for from in is no not of off on or out per the to up with".split())  # noqa: SIM905
"""Words that never stand for a column alone: the "on" of quantity_on_hand."""


_COUNTRY = {"country", "nation", "nationality", "citizenship"}
_JOINED = re.compile(r"\w+ ?[/&+] ?\w+")


@dataclass(frozen=True)
class _Surety:
    """How well what another word finds may fit, from the best such word down; and how well the name must hold that word."""

    best: float
    least: float
    fits: float


_SYNONYM = _Surety(0.86, 0.6, 0.6)
_LEAD = _Surety(0.7, 0.55, 0.5)


@dataclass(frozen=True)
class Link:
    """A reading of some words: a table, a column or a cell, with how well the words fit (0–1)."""

    kind: Literal["table", "column", "value"]
    table: str
    column: str = ""
    value: str = ""
    score: float = 1.0
    part: bool = False
    """Whether the words are but a part of several cells of the column, `value` being those words."""


@dataclass
class Index:
    catalog: Catalog
    lexicon: Lexicon
    names: Names
    graph: KeyGraph
    phrases: dict[tuple[str, ...], list[Link]] = field(default_factory=dict)
    """Sorted lemmas of a table's or column's name (whole or part) → links, best first."""
    stems: dict[str, set[str]] = field(default_factory=dict)
    """Stem → lemmas of the schema, for words of another form."""
    values: dict[tuple[str, ...], list[Link]] = field(default_factory=dict)
    """Words of a cell → links."""
    value_heads: dict[str, int] = field(default_factory=dict)
    """First word of a cell → most words of a cell that starts so: lookups stop early."""
    labels: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Table → the columns its rows are known by, as they are asked for."""
    value_words: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)
    """Any longer word of a cell → keys of cells that hold it, for partial and misspelt values."""
    value_roots: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)
    """The root of a cell of one word → its keys, for other forms of it ("snowy" roads: Snow)."""
    heads_by_letter: dict[str, list[str]] = field(default_factory=dict)
    """The first words of cells by their first letter, for misspelt values."""
    lookups: dict[tuple[tuple[str, ...], ...], tuple[Link, ...]] = field(default_factory=dict)
    """What words were found to mean, filled by linking as they are asked for: the same few come up again and again."""
    starters: dict[object, tuple[str, ...]] = field(default_factory=dict)
    """Starter questions by what was asked for, filled by the engine: every clarification offers them."""

    shared: frozenset[tuple[str, ...]] = frozenset()
    """The words of columns that several tables have: a customer's country and a supplier's."""

    idioms: frozenset[tuple[str, ...]] = frozenset()
    """Bags of several words that together are another word for something here ("years of age")."""

    led: frozenset[tuple[str, ...]] = frozenset()
    """Bags of words that only lead to something here ("wrote" to an author)."""

    words: frozenset[str] = frozenset()
    """Every word of a table's or column's own name."""

    def table(self, name: str) -> Table:
        return self.catalog.by_name[name]

    def column(self, table: str, column: str) -> Column:
        return self.catalog.by_name[table].by_name[column]

    def held(self, table: str, column: str) -> tuple[str, ...]:
        """The cells of a column the catalog knows; none where it keeps none."""
        return next((held.values for held in self.catalog.values if (held.table, held.column) == (table, column)), ())


def build_index(catalog: Catalog, progress: Progress | None = None) -> Index:
    """`progress` is told a step and how much is done, 0–1; the values take most of the time."""
    told = progress or (lambda step, fraction: None)
    told("Learning the names of its tables…", 0.0)
    words_known = lexicon()
    names = read_names(catalog, words_known)
    index = Index(catalog, words_known, names, KeyGraph(catalog))
    index.words = frozenset(word for said in (*names.tables.values(), *names.columns.values()) for word in said)
    index.shared = _shared(catalog, names)
    _add_tables(index)
    _add_columns(index)
    _add_keys(index)
    _add_synonyms(index)
    _add_values(index, lambda fraction: told("Learning its values…", _NAMES_PART + (1.0 - _NAMES_PART) * fraction))
    for links in index.phrases.values():
        links.sort(key=lambda link: -link.score)
    for key in index.phrases:
        for word in key:
            index.stems.setdefault(stem(word), set()).add(word)
    return index


def _shared(catalog: Catalog, names: Names) -> frozenset[tuple[str, ...]]:
    held = Counter(
        names.columns[table.name, column.name]
        for table in catalog.tables
        if not table.is_view
        for column in table.columns
        if column.role is not Role.KEY
    )
    return frozenset(said for said, count in held.items() if count > 1)


def _add_tables(index: Index) -> None:
    for table in index.catalog.tables:
        said = index.names.tables[table.name]
        penalty = 0.12 if table.is_view else 0.07 if (kind := _kind_of(index, table)) else 0.0
        _add(index, said, Link("table", table.name, score=1.0 - penalty))
        if said[0] == "all" and len(said) > 1:
            _add(index, said[1:], Link("table", table.name, score=0.9 - penalty))
        if not table.is_view and kind:
            _add(index, said, Link("table", kind, score=0.97))
        stood_for = _stood_for(index, table)
        for part, share in _parts(said, index.lexicon.light, ()):
            if part in stood_for:
                _add(index, part, Link("column", table.name, stood_for[part], score=0.9))
                continue
            if part == said[-1:] and part[0] not in index.lexicon.light:
                share = max(share, 0.5)  # an enrollment, for short, of "student course enrollment"
            if share >= 0.5:
                _add(index, part, Link("table", table.name, score=0.5 + 0.35 * share - penalty))


def _stood_for(index: Index, link: Table) -> dict[_Said, str]:
    """What a link table ties together that has no table of its own: the actors of film_actor are known by its actor_id alone."""
    keyed = {column for key in link.foreign_keys for column in key.columns}
    loose = [column for column in link.primary_key if column not in keyed] if len(link.primary_key) > 1 and keyed else []
    said = {index.names.columns[link.name, column]: column for column in loose}
    named = {words[:-1]: column for words, column in said.items() if words[-1] == "id" and len(words) > 1}
    return {words: column for words, column in named.items() if words not in index.names.tables.values()}


_STORED_AS = {"code"}
"""Ends of a name that only say how it is stored: a policy type code is a policy type."""


def _kind_of(index: Index, link: Table) -> str:
    """ "Film category" means the categories, though a table that only ties films to them is called so."""
    if link.is_view or not index.graph.is_pure_link(link.name):
        return ""
    said, (first, *others) = index.names.tables[link.name], dict.fromkeys(index.graph.ends(link.name))
    pairs = [(first, other) for other in others[:1]] + [(other, first) for other in others[:1]]
    return next((two for one, two in pairs if said == (*index.names.tables[one], *index.names.tables[two])), "")


def _add_columns(index: Index) -> None:
    for (table, column), said in index.names.columns.items():
        prefix = index.names.tables[table]
        penalty = 0.12 if index.table(table).is_view else 0.0
        _add(index, said, Link("column", table, column, score=1.0 - penalty))
        if not set(prefix) & set(said):
            _add(index, (*prefix, *said), Link("column", table, column, score=0.97 - penalty))
        if (written := name_words(column, {})) and written != said:
            _add(index, written, Link("column", table, column, score=0.95 - penalty))  # the identifier itself: DNO, HR
        if said[-1] in _STORED_AS and len(said) > 2:
            _add(index, said[:-1], Link("column", table, column, score=0.95 - penalty))
        said = said[:6]
        for part, share in _parts(said, index.lexicon.light, prefix):
            named = _NAMED if said[-1] == "name" and "name" not in part else 0.0
            _add(index, part, Link("column", table, column, score=0.25 + 0.72 * share - penalty + named))


def _add_keys(index: Index) -> None:
    """A row's key is its id, whatever it is called: `StuID`, `flno`, `code`."""
    for table in index.catalog.tables:
        own = index.names.tables[table.name]
        key = key_columns(table)
        if len(key) == 1 and "id" not in index.names.columns[table.name, key[0]]:
            _add(index, ("id",), Link("column", table.name, key[0], score=0.7))
            _add(index, (*own, "id"), Link("column", table.name, key[0], score=0.85))


def _parts(said: tuple[str, ...], light: frozenset[str], prefix: tuple[str, ...]) -> list[tuple[tuple[str, ...], float]]:
    """Proper parts of a name with the share of its weight they carry; words of its table and light words weigh less."""

    def weight(word: str) -> float:
        return 0.06 if word in prefix or len(word) == 1 else 0.4 if word in light else 1.0

    total = sum(weight(word) for word in said)
    found = []
    for size in range(1, len(said)):
        for part in combinations(said, size):
            share = sum(weight(word) for word in part) / total
            share = max(share, _HEAD) if part == said[-size:] and part != ("name",) else share
            if share >= 0.3 and not set(part) <= _PARTICLES:
                found.append((part, share))
    return found


def _bag(said: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(set(said) - _FILLERS or said))


def _add(index: Index, said: tuple[str, ...], link: Link) -> None:
    links = index.phrases.setdefault(_bag(said), [])
    for at, known in enumerate(links):
        if (known.kind, known.table, known.column) == (link.kind, link.table, link.column):
            if link.score > known.score:
                links[at] = link
            return
    links.append(link)


def _add_synonyms(index: Index) -> None:
    """Other words for what the schema holds, weaker than its own and weaker the further down the list.

    Words the schema has itself stand for themselves only, and what a word only leads to counts where nothing else is meant."""
    added = [*_meaning(index, index.lexicon.synonyms, _SYNONYM)]
    added += _meaning(index, _strange(index, index.lexicon.alternatives), _SYNONYM)
    index.idioms |= {_bag(word) for word, _ in added if len(word) > 1}
    for said, link in added:
        _add(index, said, link)
    stems = {stem(word) for word in index.words}
    unmeant = {
        word: meant
        for word, meant in _strange(index, index.lexicon.leads).items()
        if _bag(word) not in index.phrases and not (len(word) == 1 and stem(word[0]) in stems)
    }
    led = _meaning(index, unmeant, _LEAD)
    index.led = frozenset(_bag(word) for word, _ in led)
    for said, link in led:
        _add(index, said, link)


def _strange(index: Index, known: Mapping[_Said, tuple[_Said, ...]]) -> dict[_Said, tuple[_Said, ...]]:
    return {word: meant for word, meant in known.items() if not set(word) <= index.words}


def _meaning(index: Index, known: Mapping[_Said, tuple[_Said, ...]], sure: _Surety) -> list[tuple[_Said, Link]]:
    """What the schema calls by a word of the same meaning."""
    return [
        (word, Link(link.kind, link.table, link.column, score=link.score * max(sure.least, sure.best - 0.04 * rank)))
        for word, meant in known.items()
        for rank, phrase in enumerate(meant)
        if phrase != word
        for link in index.phrases.get(_bag(phrase), ())
        if link.score >= sure.fits
    ]


def _add_values(index: Index, told: Callable[[float], None]) -> None:
    for at, held in enumerate(index.catalog.values):
        told(at / len(index.catalog.values))
        for value in held.values:
            key = words(value)
            if key and len(key) <= _MAX_VALUE_WORDS:
                index.values.setdefault(key, []).append(Link("value", held.table, held.column, value))
                if len(key) == 2 and _JOINED.fullmatch(value):  # "black and white" of Black/White
                    index.values.setdefault((key[0], "and", key[1]), []).append(
                        Link("value", held.table, held.column, value, 0.9)
                    )
    for said, links in [(said, _spoken(index, said, stored)) for said, stored in index.lexicon.spoken_values.items()]:
        if links:
            index.values.setdefault(said, []).extend(links)
    for said, links in [(said, _coded(index, codes)) for said, codes in index.lexicon.countries.items()]:
        if links and said not in index.values:
            index.values[said] = links
    by_word: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for key in index.values:
        index.value_heads[key[0]] = max(len(key), index.value_heads.get(key[0], 0))
        if len(key) == 1 and key[0].isalpha() and len(key[0]) >= 3:
            index.value_roots.setdefault(root(key[0]), []).append(key)
        for word in set(key):
            if len(word) >= 3:
                by_word[word].append(key)
    index.value_words = dict(by_word)
    for head in index.value_heads:
        index.heads_by_letter.setdefault(head[:1], []).append(head)


def _spoken(index: Index, said: _Said, stored: tuple[_Said, ...]) -> list[Link]:
    """Cells that are spelled another way than it is said."""
    hits = [hit for key in stored if key != said for hit in index.values.get(key, ())]
    return [Link(hit.kind, hit.table, hit.column, hit.value, 0.9) for hit in hits]


def _coded(index: Index, codes: tuple[str, ...]) -> list[Link]:
    """Cells that hold the code of a country, in columns of countries."""
    hits = [hit for code in codes for hit in index.values.get((code,), ())]
    return [
        Link(hit.kind, hit.table, hit.column, hit.value, 0.9)
        for hit in hits
        if _COUNTRY & set(index.names.columns[hit.table, hit.column])
    ]


@lru_cache(maxsize=16)
def _cached(key: tuple[str, str, str], holder: _Holder) -> Index:
    progress, holder.progress = holder.progress, None  # the cache keeps the holder
    return build_index(holder.catalog, progress)


class _Holder:
    """Lets a catalog pass through a cache keyed by something else."""

    def __init__(self, catalog: Catalog, progress: Progress | None) -> None:
        self.catalog, self.progress = catalog, progress

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Holder)

    def __hash__(self) -> int:
        return 0


def index_of(catalog: Catalog, progress: Progress | None = None) -> Index:
    """The index of a catalog, built at the first call for its database, fingerprint and time of reading."""
    read_at = catalog.read_at.isoformat() if catalog.read_at else str(id(catalog))
    return _cached((catalog.database, catalog.fingerprint, read_at), _Holder(catalog, progress))
