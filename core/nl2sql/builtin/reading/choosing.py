"""Choosing: which column a cell said in the question belongs to, where several hold it."""

from __future__ import annotations

from core.nl2sql.builtin.linking.index import Link
from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.query.query import Ref, refs
from core.nl2sql.builtin.reading.parse import Parse

_PAIRED, _IN_ORDER = 0.4, 0.1
_BESIDE, _BEHIND, _DIRECTED = 0.35, 0.1, 0.3
"""A table named beside a cell is most likely its own, more so right behind it: "the orders of London customers"."""
_ENDS = {
    "from": frozenset({"origin", "source", "departure", "from", "start", "sender"}),
    "to": frozenset({"destination", "arrival", "to", "end", "target", "receiver"}),
}
_SHARED, _MOST_SHARED = 0.07, 3


def chosen_link(parse: Parse, item: Item, beside: Item | None) -> Link | None:
    ranked = sorted(
        ((_weigh(parse, item, link, beside), link) for link in item.links), key=lambda p: (-p[0], p[1].table, p[1].column)
    )
    if not ranked:
        return None
    if chosen := parse.resolutions.get(item.lower):
        settled = next((link for _, link in ranked if f"{link.table}.{link.column}" == chosen), None)
        if settled:
            return settled
    close = [link for weight, link in ranked if weight >= ranked[0][0] - 0.05]
    if len({(link.table, link.column) for link in close}) > 1:
        parse.close.append((item, close))
    return ranked[min(parse.picks.get(item.start, 0), len(ranked) - 1)][1]


def _weigh(parse: Parse, item: Item, link: Link, beside: Item | None) -> float:
    weight = link.score + (0.1 if link.value == item.text else 0.0)
    table = parse.index.table(link.table)
    said = parse.tables_said()
    weight += 0.3 if link.table == parse.subject else 0.25 if link.table in said else 0.0
    for other in [beside, *(o for o in parse.after(item, 1) if o.kind == "name")]:
        if other is not None:
            match = max(
                (
                    hit.score
                    for hit in other.links
                    if hit.kind == "column" and (hit.table, hit.column) == (link.table, link.column)
                ),
                default=0.0,
            )
            weight += 0.6 * match
            close = _BESIDE + (_BEHIND if other is not beside else 0.0)
            weight += close if other.table and other.table.table == link.table else 0.0
    anchor = _measured(parse) or ([parse.subject] if parse.subject else said)
    if anchor and link.table not in anchor:
        distance = min(parse.index.graph.distance(table_, link.table) for table_ in anchor)
        weight -= min(0.6, 0.08 * distance)
    if link.column in {c for key in table.foreign_keys for c in key.columns}:
        weight -= 0.05
    if len({v.value for v in item.links if (v.table, v.column) == (link.table, link.column)}) > 1 and link.value != item.text:
        weight -= 0.02
    label = [f.expr for f in parse.label(link.table)]
    weight += 0.06 if Ref(link.table, link.column) in label else 0.0
    weight += _paired(parse, item, link) + _directed(parse, item, link)
    weight += _SHARED * min(_MOST_SHARED, _company(parse, item, link.table))
    return weight - (0.4 if table.is_view else 0.0)


def _measured(parse: Parse) -> list[str]:
    """The tables of what is added up: where a sale was made is first that of the sale, not of the goods."""
    asked = [*(output.field for output in parse.outputs), *parse.ranked]
    return [ref.table for field in asked if field.aggregate == "sum" for ref in refs(field.expr)] or list(parse.anchors)


def _paired(parse: Parse, item: Item, link: Link) -> float:
    """ "John Smith", "SMITH JOHN": two cells in one breath that are the first and the last name of one table."""
    names = parse.label_names(link.table)
    if len(names) != 2 or link.column not in names:
        return 0.0
    at = names.index(link.column)
    after = [other for other in parse.items if other.kind == "value" and other.start in (item.end, item.end + 1)]
    before = [other for other in parse.items if other.kind == "value" and item.start in (other.end, other.end + 1)]
    if _holds(after, link.table, names[1 - at]):
        return _PAIRED + (_IN_ORDER if at == 0 else 0.0)
    if _holds(before, link.table, names[1 - at]):
        return _PAIRED + (_IN_ORDER if at == 1 else 0.0)
    return 0.0


def _holds(items: list[Item], table: str, column: str) -> bool:
    return any((held.table, held.column) == (table, column) for item in items for held in item.links)


def _directed(parse: Parse, item: Item, link: Link) -> float:
    """ "From Oslo to Rome": where something starts and where it ends."""
    before = next(iter(parse.before(item, 1)), None)
    ends = _ENDS.get(before.lower, frozenset()) if before is not None else frozenset()
    return _DIRECTED if ends & set(parse.index.names.columns[link.table, link.column]) else 0.0


def _company(parse: Parse, item: Item, table: str) -> int:
    """How many other conditions of the question can be met in the same table."""
    others = [o for o in parse.items if o is not item and (o.kind == "value" or (o.kind == "name" and parse.in_condition(o)))]
    return sum(any(link.table == table and link.kind != "table" for link in other.links) for other in others)
