"""Wares: "what did Ann rent?", "what have we sold to Canada": the things that change hands in what the verb names."""

from __future__ import annotations

from core.nl2sql.builtin.linking.keygraph import Edge
from core.nl2sql.builtin.reading.labelling import is_named
from core.nl2sql.builtin.reading.parse import Output, Parse

_WARES = {
    "product", "item", "article", "goods", "film", "movie", "book", "song", "track", "album", "title", "game", "dish", "meal",
    "course", "class", "subject", "ticket", "service", "treatment", "medicine", "device", "part", "wine", "show",
}  # fmt: skip
_DEEDS = {"did", "does", "do", "has", "have", "had"}
_FAR = 4


def wares(parse: Parse) -> None:
    """Where nothing else is asked for and the rows of the verb are no things themselves."""
    opening = [item.lower for item in parse.items[:2]]
    if opening[:1] != ["what"] or not set(opening[1:]) <= _DEEDS or parse.outputs or parse.groups or not parse.where:
        return
    verb = next((item for item in reversed(parse.items) if item.kind not in ("mark", "stop")), None)
    if verb is None or verb.table is None or verb.table.table != parse.subject or verb.kind != "name":
        return
    if table := _led_to(parse):
        parse.outputs.extend(Output(0, field, table) for field in parse.label(table))
        parse.distinct = True


def _led_to(parse: Parse) -> str:
    """The nearest table of things that a row leads to, or several rows of its own do."""
    graph = parse.index.graph
    chains = [graph.path((parse.subject,), table.name) or [] for table in parse.index.catalog.tables if not table.is_view]
    near = [chain for chain in chains if 0 < len(chain) <= _FAR and _fans_out_once(chain) and _is_ware(chain[-1].other, parse)]
    return min(near, key=len)[-1].other if near else ""


def _fans_out_once(chain: list[Edge]) -> bool:
    return sum(edge.many for edge in chain) <= 1 and not chain[-1].many


def _is_ware(table: str, parse: Parse) -> bool:
    return parse.index.names.tables[table][-1] in _WARES and is_named(table, parse)
