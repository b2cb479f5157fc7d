"""KeyGraph: which tables join which, and the cheapest way between them. Link tables nobody mentions are found here."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from math import log10

from core.models import Catalog, ForeignKey, Table
from core.nl2sql.builtin.linking.bridging import bridges, repeats

_MOST_PATHS = 20_000
"""Ways kept in memory; a database of hundreds of tables has many, few of which are asked for twice."""


@dataclass(frozen=True)
class Edge:
    """One step of a join, from `table` to `other`. `many`: a row of `table` may meet several rows of `other`."""

    table: str
    columns: tuple[str, ...]
    other: str
    other_columns: tuple[str, ...]
    many: bool
    inferred: bool = False

    @property
    def role(self) -> str:
        """The foreign key's columns: what tells two ways between the same tables apart."""
        return ",".join(self.other_columns if self.many else self.columns)


class KeyGraph:
    """Built once per catalog from its foreign keys. Views only repeat what tables hold: they are joined where there are none."""

    def __init__(self, catalog: Catalog) -> None:
        self._edges: dict[str, list[Edge]] = {table.name: [] for table in catalog.tables}
        self._tables = catalog.by_name
        self.has_tables = any(not table.is_view for table in catalog.tables)
        self._distances: dict[tuple[str, str], float] = {}
        self._paths: dict[tuple[Collection[str], str, Collection[str], Collection[str]], list[Edge] | None] = {}
        self._links: dict[str, bool] = {}
        self._missing: dict[Edge, float] = {}
        for table in catalog.tables:
            for key in table.foreign_keys if not (table.is_view and self.has_tables) else ():
                if key.ref_table in self._edges and key.columns and len(key.columns) == len(key.ref_columns):
                    self._add(table, key)
        self._islands = self._numbered()
        for table, key in bridges(catalog, lambda one, two: self._islands[one] == self._islands[two]):
            self._add(table, key, many=repeats(self._tables[key.ref_table], key.ref_columns[0]))
            self._merge(table.name, key.ref_table)

    def _add(self, table: Table, key: ForeignKey, many: bool = False) -> None:
        unique = _is_unique(table, key.columns)
        forward = Edge(table.name, key.columns, key.ref_table, key.ref_columns, many, key.inferred)
        back = Edge(key.ref_table, key.ref_columns, table.name, key.columns, not unique, key.inferred)
        self._edges[table.name].append(forward)
        if key.ref_table != table.name:
            self._edges[key.ref_table].append(back)

    def _numbered(self) -> dict[str, int]:
        """Table → the island of tables that joins can reach from it: between islands no way need be looked for."""
        islands: dict[str, int] = {}
        for number, first in enumerate(self._edges):
            reached = [] if first in islands else [first]
            while reached:
                islands[(table := reached.pop())] = number
                reached += [edge.other for edge in self._edges[table] if edge.other not in islands]
        return islands

    def _merge(self, one: str, two: str) -> None:
        kept, gone = self._islands[one], self._islands[two]
        self._islands.update((table, kept) for table, island in self._islands.items() if island == gone)

    def edges(self, table: str) -> list[Edge]:
        return self._edges.get(table, [])

    def between(self, table: str, other: str) -> tuple[Edge, ...]:
        """Direct edges from one table to another; more than one means the question must say which."""
        return tuple(edge for edge in self.edges(table) if edge.other == other)

    def is_link(self, name: str) -> bool:
        """A table that only ties others together: two foreign keys or more and hardly a column of its own."""
        if name not in self._links:
            self._links[name] = self._is_link(name)
        return self._links[name]

    def _is_link(self, name: str) -> bool:
        table = self._tables[name]
        keyed = {column for key in table.foreign_keys for column in key.columns}
        own = [column for column in table.columns if column.name not in keyed and column.name not in table.primary_key]
        return len(table.foreign_keys) >= 2 and len(own) <= 2

    def is_pure_link(self, name: str) -> bool:
        """A link table that holds each pair once: its primary key is made of its foreign keys."""
        table = self._tables[name]
        keyed = {column for key in table.foreign_keys for column in key.columns}
        return len(table.foreign_keys) >= 2 and bool(table.primary_key) and set(table.primary_key) <= keyed

    def ends(self, name: str) -> list[str]:
        """The tables a table refers to."""
        return [key.ref_table for key in self._tables[name].foreign_keys]

    def path(
        self, sources: Collection[str], target: str, via: Collection[str] = (), avoid: Collection[str] = ()
    ) -> list[Edge] | None:
        """The cheapest chain of edges from any of `sources` to `target`; [] when it is one of them, None when there is no way."""
        asked = (tuple(sources), target, tuple(via), tuple(sorted(avoid)))
        if asked not in self._paths:
            if len(self._paths) >= _MOST_PATHS:
                self._paths.clear()
            self._paths[asked] = self._search(*asked)
        found = self._paths[asked]
        return None if found is None else list(found)

    def _search(self, sources: Collection[str], target: str, via: Collection[str], avoid: Collection[str]) -> list[Edge] | None:
        if target in sources:
            return []
        island = self._islands.get(target)
        sources = [source for source in sources if self._islands.get(source) == island]
        queue: list[tuple[float, int, str, list[Edge]]] = [(0.0, i, source, []) for i, source in enumerate(sources)]
        seen: set[tuple[str, bool]] = set()
        pushed = len(queue)
        while queue:
            cost, _, table, chain = heapq.heappop(queue)
            if table == target:
                return chain
            state = (table, bool(chain) and not chain[-1].many)
            if state in seen or len(chain) > 7:
                continue
            seen.add(state)
            passed = {edge.table for edge in chain}
            for edge in self.edges(table):
                if edge.other not in passed and edge.other != table and edge.other not in avoid:
                    pushed += 1
                    heapq.heappush(queue, (cost + self._cost(edge, via, target, chain), pushed, edge.other, [*chain, edge]))
        return None

    def distance(self, source: str, target: str) -> float:
        """Cost of the cheapest path, infinite where there is none."""
        if (source, target) not in self._distances:
            chain = self.path((source,), target)
            self._distances[source, target] = float("inf") if chain is None else self.cost(chain)
        return self._distances[source, target]

    def cost(self, chain: Sequence[Edge]) -> float:
        return sum(self._cost(edge, (), chain[-1].other, chain[:at]) for at, edge in enumerate(chain))

    def connected(self, tables: Iterable[str]) -> bool:
        names = list(tables)
        return all(self.path(names[:1], name) is not None for name in names[1:])

    def _cost(self, edge: Edge, via: Collection[str], target: str, before: Sequence[Edge]) -> float:
        """One per step, more for guessed keys, views and detours; much more where many meet many through a shared row."""
        table = self._tables[edge.other]
        lost = 2.0 * self.missing(edge)
        cost = 1.0 + (0.3 if edge.inferred else 0.0) + (0.15 if edge.many else 0.0) - 0.02 * log10(1 + (table.row_count or 0))
        if edge.other in via:
            cost -= 0.9
        if edge.many and edge.other != target and not self.is_link(edge.other):
            cost += 0.4
        if edge.many and before and not before[-1].many:
            cost += 1.5
        return cost + lost + (1.0 if table.is_view else 0.0)

    def missing(self, edge: Edge) -> float:
        """The share of rows a join over this key loses, because it is not filled in."""
        if edge not in self._missing:
            self._missing[edge] = self._share_missing(edge)
        return self._missing[edge]

    def _share_missing(self, edge: Edge) -> float:
        owner = self._tables[edge.other if edge.many else edge.table]
        columns = [owner.by_name[name] for name in (edge.other_columns if edge.many else edge.columns) if name in owner.by_name]
        nulls = max((column.null_count or 0 for column in columns), default=0)
        return min(1.0, nulls / owner.row_count) if owner.row_count else 0.0


def _is_unique(table: Table, columns: tuple[str, ...]) -> bool:
    wanted = set(columns)
    if table.primary_key and set(table.primary_key) <= wanted:
        return True
    return any(set(key) <= wanted for key in table.unique_keys)
