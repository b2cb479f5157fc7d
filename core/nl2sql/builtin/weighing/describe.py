"""Describe: a query as atoms, to be weighed against the question it was read from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from core.nl2sql.builtin.query.plan import NoPath, Plan, places_of, start
from core.nl2sql.builtin.query.query import AnyOf, Compare, Condition, Field, Query, Ref, Related, refs
from core.nl2sql.builtin.weighing.view import Atom, View

Slots = dict[tuple[str, str], list[str]]
"""Column → the slots it stands in."""


def describe(query: Query, steps: tuple[str, ...], view: View) -> list[Atom] | None:
    """The atoms of a query; None where its tables cannot be joined."""
    try:
        plan = start(query, view.parse.index.graph)
        reached = _reached(query, plan)
    except NoPath:
        return None
    slots: Slots = defaultdict(list)
    used: dict[int, str] = {}
    atoms: list[Atom] = [("shape", element) for element in dict.fromkeys(_shape(query))]
    atoms += [("plain", f"step:{step}") for step in steps]
    _columns(query, slots)
    atoms += _values(query, view, used)
    atoms += _slots(slots, view, used)
    atoms += _tables(query, plan, reached, view, used)
    atoms += _unsaid(query, slots, view)
    atoms += _left(view, used)
    atoms += _coordination(view, used)
    atoms += _cues(query, {atom[1] for atom in atoms if atom[0] == "shape"}, view)
    return atoms


def _reached(query: Query, plan: Plan) -> set[str]:
    """Tables of the filters, and those on the way to them."""
    found: set[str] = set()
    for condition in query.where:
        for at in _places(condition):
            for step in plan.way(at, query.via):
                found |= {step.left[0], step.right[0]}
    return found


def _places(condition: Condition) -> list[tuple[str, str]]:
    if isinstance(condition, Related):
        return [(condition.table, "")]
    parts = condition.parts if isinstance(condition, AnyOf) else (condition,)
    return [at for part in parts for at in places_of(part.field)]


def _shape(query: Query) -> Iterator[str]:
    yield f"shown{min(len(query.select), 4)}"
    for field in query.select:
        if field.aggregate:
            yield f"{field.aggregate}{'_distinct' if field.distinct else ''}{'_rows' if field.expr is None else ''}"
        if field.share:
            yield "share"
        if field.grain:
            yield "grain"
    if query.measures and query.dimensions:
        yield "group"
    elif query.dimensions and query.grouped:
        yield "group_unmeasured"
    if query.measures and not query.dimensions:
        yield "group_unseen" if query.keys else "total"
    if query.distinct:
        yield "distinct"
    if query.flat:
        yield "flat"
    if query.limit is not None:
        yield "limit1" if query.limit == 1 else "limit"
    for order in query.order[:2]:
        way = "down" if order.field and order.descending else "up"
        yield f"order_{way}"
        yield f"order_{way}_{order.field.aggregate or 'column'}" + ("_limit" if query.limit is not None else "")
    yield from _conditions(query.where)
    for compare in query.having:
        yield f"having_{compare.field.aggregate}_{compare.op}"
        if compare.query:
            yield "having_nested"
    if query.tables:
        yield "joined"
    if query.combine:
        yield query.combine
    yield f"filters{min(len(query.where), 3)}"


def _conditions(where: tuple[Condition, ...]) -> Iterator[str]:
    for condition in where:
        if isinstance(condition, AnyOf):
            yield "either"
        elif isinstance(condition, Related):
            yield ("no_" if condition.negated else "") + ("related_where" if condition.where else "related")
        else:
            nested = f"_{condition.query.select[0].aggregate or 'rows'}" if condition.query and condition.query.select else ""
            yield f"filter_{condition.op}{nested}" + ("_not" if condition.negated else "")


def _columns(query: Query, slots: Slots) -> None:
    for field in query.select:
        _note(field, f"shown_{field.aggregate}" if field.aggregate else "shown_group" if query.grouped else "shown", slots)
    for field in query.keys:
        _note(field, "key", slots)
    for compare in query.having:
        _note(compare.field, "having", slots)
    for order in query.order:
        way = "down" if order.descending else "up"
        _note(order.field, f"order_{way}" + ("_limit" if query.limit is not None else ""), slots)
    for condition in query.where:
        _note_condition(condition, slots)
    if query.other:
        for condition in query.other.where:
            _note_condition(condition, slots)


def _note_condition(condition: Condition, slots: Slots) -> None:
    related = condition.where if isinstance(condition, Related) else (condition,)
    parts = condition.parts if isinstance(condition, AnyOf) else related
    for part in parts:
        if isinstance(part, AnyOf):
            _note_condition(part, slots)
            continue
        _note(part.field, f"filter_{part.op}" + ("_nested" if part.query else ""), slots)
        if part.query:
            inner: Slots = defaultdict(list)
            _columns(part.query, inner)
            for place, found in inner.items():
                slots[place].extend(f"nested_{slot}" for slot in found)


def _note(field: Field, slot: str, slots: Slots) -> None:
    for ref in refs(field.expr):
        slots[ref.table, ref.column].append(slot)


def _compares(query: Query) -> Iterator[tuple[Compare, bool]]:
    """Every comparison at any depth, and whether it is denied."""

    def within(conditions: tuple[Condition, ...], denied: bool) -> Iterator[tuple[Compare, bool]]:
        for condition in conditions:
            if isinstance(condition, AnyOf):
                yield from within(condition.parts, denied)
            elif isinstance(condition, Related):
                yield from within(condition.where, denied != condition.negated)
            else:
                yield condition, denied != condition.negated
                if condition.query:
                    yield from within(condition.query.where, denied)

    yield from within(query.where, False)
    yield from ((compare, False) for compare in query.having)
    if query.other:
        yield from within(query.other.where, query.combine == "except")


def _values(query: Query, view: View, used: dict[int, str]) -> Iterator[Atom]:
    """Cells, numbers and periods in comparisons, each with the words around it and the column it is compared with."""
    for compare, denied in _compares(query):
        ref = next(refs(compare.field.expr), None)
        for value in compare.values:
            text = str(value).casefold()
            if ref and (hit := view.said_values.get((ref.table, ref.column, text))):
                at, worse, rank = hit
                yield "plain", f"cell_rank{min(rank, 3)}"
                yield "plain", "cell_worse" if worse > 0.05 else "cell_best"
            else:
                bare = f"{value:g}" if isinstance(value, int | float) else text.strip("%")
                if bare not in view.literals:
                    yield "plain", "value_unsaid"
                    continue
                at = view.literals[bare]
                yield "plain", "literal_text" if isinstance(value, str) else "literal_number"
            slot = f"{compare.op}{'_not' if denied else ''}{'_agg' if compare.field.aggregate else ''}"
            used.setdefault(at, slot)
            yield "slot", str(at), slot
            if ref:
                yield "plain", _nearness(view, ref, at)
    if query.limit is not None and query.limit > 1 and str(query.limit) in view.literals:
        at = view.literals[str(query.limit)]
        used.setdefault(at, "limit")
        yield "slot", str(at), "limit"


def _nearness(view: View, ref: Ref, at: int) -> str:
    """How near to its value the column of a comparison was said."""
    said = [abs(other - at) for other, _ in view.said_columns.get((ref.table, ref.column), ())]
    if said:
        return "column_near" if min(said) <= 3 else "column_far"
    tables = [abs(other - at) for other in view.said_tables.get(ref.table, ())]
    if tables:
        return "column_unsaid_table_near" if min(tables) <= 3 else "column_unsaid_table_far"
    return "column_unsaid"


def _slots(slots: Slots, view: View, used: dict[int, str]) -> Iterator[Atom]:
    """Which items of the question stand in which slots."""
    for place, found in slots.items():
        for at, worse in view.said_columns.get(place, ()):
            for slot in dict.fromkeys(found):
                yield "slot", str(at), slot
                group = slot.split("_")[0]
                yield "plain", f"link_{group}_" + ("best" if worse <= 0.02 else "close" if worse < 0.15 else "worse")
                yield "plain", f"rank_{group}_{min(view.rank(at, place), 3)}"
                yield "plain", f"owner_{group}_{view.owner(at, place[0])}"
            used.setdefault(at, found[0])
            if len(set(found)) > 1:
                yield "plain", "twice:" + "+".join(sorted(set(found))[:3])


def _tables(query: Query, plan: Plan, reached: set[str], view: View, used: dict[int, str]) -> Iterator[Atom]:
    graph = view.parse.index.graph
    joined = {at[0] for at in plan.places}
    related = {c.table for c in query.where if isinstance(c, Related)}
    counted = {f.table for f in (*query.select, *(o.field for o in query.order), *(c.field for c in query.having)) if f.table}
    everything = joined | reached | related | counted
    yield "plain", f"tables{min(len(everything), 5)}"
    yield "plain", f"joined{min(len(plan.places), 4)}"
    for table in everything:
        if table not in view.said_tables:
            via = any(table == place[0] for place in view.said_columns)
            yield "plain", "table_unsaid_link" if graph.is_link(table) else "table_unsaid_column" if via else "table_unsaid"
    shown = {ref.table for field in query.select if not field.aggregate for ref in refs(field.expr)}
    for table, positions in view.said_tables.items():
        slot = (
            "t_counted" if table in counted else "t_shown" if table in shown else "t_related" if table in related
            else "t_subject" if table == query.subject and table in joined else "t_joined" if table in joined
            else "t_reached" if table in reached else "t_unused"
        )  # fmt: skip
        for at in positions:
            if slot != "t_unused" or at not in used:
                yield "slot", str(at), slot
            if slot != "t_unused":
                used.setdefault(at, slot)
    for step in plan.steps:
        if step.edge.inferred:
            yield "plain", "join_inferred"
        if step.edge.many:
            yield "plain", "join_many"


def _unsaid(query: Query, slots: Slots, view: View) -> Iterator[Atom]:
    """Columns in the query that no word of the question names."""
    first = view.items[0].lower if view.items else ""
    for place, found in slots.items():
        if place in view.said_columns:
            continue
        table, column = place
        keys = view.parse.index.table(table).primary_key
        kind = "key" if column in keys else "label" if column in view.parse.label_names(table) else "other"
        said = "said" if table in view.said_tables else "unsaid"
        for slot in dict.fromkeys(found):
            yield "plain", f"unsaid_{slot}_{kind}"
            if slot.startswith("shown"):
                yield "plain", f"unsaid_{slot}_{kind}_{said}"
                yield "plain", f"unsaid_{slot}_{kind}|{first}"
    fixed = {c.field.expr for c, denied in _compares(query) if c.op == "=" and not denied and not c.query}
    for field in query.select:
        if not field.aggregate and field.expr in fixed:
            yield "plain", "shown_constant"


def _left(view: View, used: dict[int, str]) -> Iterator[Atom]:
    """Items that stand nowhere in the query."""
    for at, item in enumerate(view.items):
        if at in used:
            continue
        if item.kind in ("name", "value", "number", "period"):
            yield "slot", str(at), "left"
            if item.kind == "name" and item.columns and not item.table:
                yield "plain", "left_column"
    yield "plain", f"used{min(len(used), 6)}"


def _coordination(view: View, used: dict[int, str]) -> Iterator[Atom]:
    """Names joined by "and" or a comma mostly stand in the same slot."""
    for a, b in zip(view.names, view.names[1:], strict=False):
        between = [item.lower for item in view.items[a + 1 : b]]
        if 1 <= len(between) <= 3 and between[0] in ("and", ",", "or"):
            left, right = used.get(a, "left"), used.get(b, "left")
            yield "plain", f"pair_same:{between[0]}" if left == right else f"pair:{left}+{right}"


_REALISED: dict[str, tuple[str, ...]] = {
    "superlative": ("limit", "filter_=_max", "filter_=_min", "max", "min"),
    "not": ("no_", "_not", "except", "filter_!=", "filter_null"),
    "group": ("group",),
    "distinct": ("distinct", "count_distinct", "group"),
    "order": ("order_",),
    "compare": ("filter_>", "filter_<", "filter_between", "filter_like", "filter_period", "having_", "limit"),
    "share": ("share",),
}
"""The parts of a query a kind of cue asks for, by how their elements of shape begin (or end)."""


def _cues(query: Query, shape: set[str], view: View) -> Iterator[Atom]:
    """Cues nothing in the query answers to, and parts of the query no cue asked for."""
    kinds = {(cue.kind, cue.value) for item in view.items if (cue := item.cue) is not None}
    names = {kind for kind, _ in kinds}
    for kind, value in kinds:
        if kind == "aggregate":
            done = any(element.startswith(value) or f"_{value}" in element for element in shape)
        elif kind == "count":
            done = any("count" in element or element.startswith(("sum", "having")) for element in shape)
        else:
            parts = _REALISED.get(kind, ())
            done = not parts or any(e.startswith(part) or e.endswith(part) for e in shape for part in parts)
        yield "plain", f"cue_{'met' if done else 'left'}:{kind}"
    if query.limit is not None and "superlative" not in names:
        yield "plain", "limit_unasked"
    if query.order and not {"superlative", "order"} & names:
        yield "plain", "order_unasked"
    if query.distinct and "distinct" not in names:
        yield "plain", "distinct_unasked"
    if query.measures and not {"aggregate", "count", "share", "superlative"} & names:
        yield "plain", "measure_unasked"
    if query.measures and query.dimensions and "group" not in names:
        yield "plain", "group_unasked"
    if any(denied for _, denied in _compares(query)) and "not" not in names:
        yield "plain", "denial_unasked"
    lost = [item for item in view.items if item.kind == "word"]
    yield "plain", f"words_left{min(len(lost), 4)}"
