"""Plan: the joins a query needs. No table is joined that nothing uses, and it knows which joins multiply rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from core.nl2sql.builtin.linking.keygraph import Edge, KeyGraph
from core.nl2sql.builtin.query.query import Field, Query, Ref, comparisons, refs

Place = tuple[str, str]
"""A table and the role it is joined in ("" for the plain one)."""


class Unwritable(Exception):
    """A query nobody would ask, which has no SQL."""


class NoPath(Unwritable):
    """Two tables of a query have no key between them."""

    def __init__(self, table: str, other: str) -> None:
        super().__init__(f"{table} and {other} are not related")
        self.tables = (table, other)


@dataclass(frozen=True)
class Step:
    edge: Edge
    left: Place
    right: Place


@dataclass
class Plan:
    base: Place
    graph: KeyGraph
    steps: list[Step] = field(default_factory=list)
    outer: bool = False
    """Every row of the base stands, whatever it is joined to."""

    @property
    def places(self) -> list[Place]:
        return [self.base, *(step.right for step in self.steps)]

    def has(self, place: Place) -> bool:
        return place in self.places

    def reach(self, place: Place, via: Sequence[str] = ()) -> None:
        """Joins what is missing up to a place. Raises NoPath."""
        for step in self.way(place, via):
            if not self.has(step.right):
                self.steps.append(step)

    def way(self, place: Place, via: Sequence[str] = ()) -> list[Step]:
        """The steps that would join a place; [] when it is joined."""
        if self.has(place):
            return []
        table, role = place
        if role:
            return self._way_by_role(table, role, via)
        chain = self.graph.path((self.base[0],), table, via)
        if chain is None:
            raise NoPath(self.base[0], table)
        return self.steps_along(chain)

    def steps_along(self, chain: Sequence[Edge]) -> list[Step]:
        """The chain from the base as steps. A table joined by another way already is joined once more, in a role of its own."""
        steps: list[Step] = []
        left = self.base
        for edge in chain:
            known = next((step for step in self.steps if step.edge == edge and step.left == left), None)
            right = known.right if known else (edge.other, "")
            if known is None:
                if self.has(right):
                    right = (edge.other, f"{edge.table}.{edge.role}")
                steps.append(Step(edge, left, right))
            left = right
        return steps

    def _way_by_role(self, table: str, role: str, via: Sequence[str]) -> list[Step]:
        owner, columns = role.rsplit(".", 1)
        before = self.way((owner, ""), via)
        edge = next((e for e in self.graph.edges(owner) if e.other == table and e.role == columns and not e.many), None)
        if edge is None:
            raise NoPath(owner, table)
        return [*before, Step(edge, (owner, ""), (table, role))]

    def multiplies(self, table: str, grouped: Iterable[str] = ()) -> bool:
        """Whether a row of `table` may stand in several rows of the join, apart from link tables to what is grouped by."""
        place = next((place for place in self.places if place[0] == table), self.base)
        kept = set(grouped)
        return any(many and not self._harmless(edge, kept) for edge, many in self._outward(place))

    def _outward(self, place: Place) -> list[tuple[Edge, bool]]:
        """Every edge of the tree as walked from a place, with whether it fans out in that direction."""
        found: list[tuple[Edge, bool]] = []
        seen, queue = {place}, [place]
        while queue:
            here = queue.pop()
            for step in self.steps:
                if step.left == here and step.right not in seen:
                    found.append((step.edge, step.edge.many))
                    seen.add(step.right)
                    queue.append(step.right)
                elif step.right == here and step.left not in seen:
                    found.append((step.edge, not step.edge.many and not self._one_to_one(step.edge)))
                    seen.add(step.left)
                    queue.append(step.left)
        return found

    def _one_to_one(self, edge: Edge) -> bool:
        back = [e for e in self.graph.edges(edge.other) if e.other == edge.table and e.columns == edge.other_columns]
        return any(not e.many for e in back) and not edge.many

    def _harmless(self, edge: Edge, grouped: set[str]) -> bool:
        link = edge.other if edge.many else edge.table
        if not self.graph.is_pure_link(link):
            return False
        return any(other in grouped for other in self.graph.ends(link))


def place(ref: Ref) -> Place:
    return (ref.table, ref.role)


def places_of(field_: Field) -> list[Place]:
    """The places a field rests on, what is measured first, its counted table included."""
    found = [place(ref) for ref in refs(field_.expr)] or ([(field_.table, "")] if field_.table else [])
    beside = [place(ref) for compare in comparisons(field_.when) for ref in refs(compare.field.expr)]
    return [*found, *(places_of(field_.per) if field_.per else ()), *beside]


def measure_table(field_: Field) -> str:
    """The table whose rows an aggregate runs over."""
    found = places_of(field_)
    return found[0][0] if found else ""


def aggregates(query: Query) -> list[Field]:
    """Every different aggregate of select, having and order."""
    everywhere = [*query.select, *(c.field for c in query.having), *(o.field for o in query.order)]
    found: dict[tuple[object, ...], Field] = {}
    for f in everywhere:
        if f.aggregate:
            found.setdefault((f.expr, f.aggregate, f.distinct, f.table), f)
    return list(found.values())


def output_places(query: Query) -> list[Place]:
    """What must be joined for the outputs of a query, filters apart."""
    found: list[Place] = []
    for f in (*query.select, *query.keys, *(c.field for c in query.having), *(o.field for o in query.order)):
        found.extend(places_of(f))
    found.extend((table, "") for table in query.tables)
    return list(dict.fromkeys(found))


def start(query: Query, graph: KeyGraph) -> Plan:
    """The plan of a query's outputs, from the table aggregated, else the subject where it is used, else the first used."""
    needed = output_places(query)
    measured = list(dict.fromkeys(measure_table(f) for f in aggregates(query)))
    outer = stands_whole(query)
    if outer:
        base = query.every
    elif measured:
        base = measured[0] if len(measured) == 1 else _finest(measured, graph)
    elif any(table == query.subject for table, _ in needed) or not needed:
        base = query.subject
    else:
        base = _base_for(query, needed, graph)
    plan = Plan((base, ""), graph, outer=outer)
    for wanted in sorted(needed, key=lambda p: graph.distance(base, p[0])):
        plan.reach(wanted, query.via)
    return plan


def stands_whole(query: Query) -> bool:
    """Whether rows with nothing related are kept: they are the groups, or what is listed."""
    groups = [place(ref) for f in (*query.dimensions, *query.keys) for ref in refs(f.expr)]
    return bool(query.every) and (not query.grouped or (bool(groups) and set(groups) == {(query.every, "")}))


def _base_for(query: Query, needed: list[Place], graph: KeyGraph) -> str:
    """The subject still leads when a filter needs it, so that rows mean what was asked."""
    chains = [graph.path((query.subject,), table) for table, _ in needed] if query.subject else [None]
    if all(chain is not None and not any(edge.many for edge in chain) for chain in chains):
        return query.subject
    filtered = {ref.table for compare in comparisons(query.where) for ref in refs(compare.field.expr)}
    tables = [table for table, _ in needed]
    return query.subject if query.subject in filtered else tables[0]


def _finest(tables: list[str], graph: KeyGraph) -> str:
    """Of several aggregated tables the one that leads to the others without fanning out, else the first."""
    for table in tables:
        chains = [graph.path((table,), other) for other in tables if other != table]
        if all(chain is not None and not any(edge.many for edge in chain) for chain in chains):
            return table
    return tables[0]
