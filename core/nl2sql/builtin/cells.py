"""Cells: values of the database said in a question, found in the column that fits best, and patterns of text."""

from __future__ import annotations

from core.nl2sql.builtin.index import Link
from core.nl2sql.builtin.item import Item
from core.nl2sql.builtin.negation import negated
from core.nl2sql.builtin.parse import Parse
from core.nl2sql.builtin.query import Compare, Field, Ref

_ALTERNATIVE = {"or", "and", ",", "either", "both", "/", "&", "the", "in", "nor"}


def values(parse: Parse) -> None:
    """Cells: same column next to each other is "one of"; the column is the one said beside it, else the one that fits best."""
    done: list[tuple[Item, Compare]] = []
    for item in parse.items:
        if item.kind != "value" or item.role:
            continue
        compare = _like(parse, item) or _value(parse, item)
        if compare is None:
            continue
        item.role = "condition"
        if done and (merged := _merged(parse, done[-1], item, compare)):
            done[-1] = (item, merged)
        else:
            done.append((item, compare))
    parse.where.extend(compare for _, compare in done)


def _merged(parse: Parse, last: tuple[Item, Compare], item: Item, compare: Compare) -> Compare | None:
    """ "Germany or France", "PG and PG-13": two cells of a column in one breath."""
    between = parse.items[parse.position(last[0]) + 1 : parse.position(item)]
    joined = all(
        other.lower in _ALTERNATIVE or (other.role in ("not", "condition") and other.kind in ("name", "cue")) for other in between
    )
    before = last[1]
    if not joined or before.field != compare.field or before.op not in ("=", "in") or compare.op != "=":
        return None
    if any(other.lower == "both" for other in parse.before(last[0], 4)) and not any(other.lower == "or" for other in between):
        return None
    if compare.negated and not before.negated:
        return None  # "tea but not coffee"
    for other in between:
        if other.lower == "or":
            other.role = "condition"
    denied = before.negated or compare.negated
    return Compare(compare.field, "in", (*before.values, *compare.values), negated=denied)


def _value(parse: Parse, item: Item) -> Compare | None:
    beside = _column_beside(parse, item)
    link = _chosen_link(parse, item, beside)
    denied = negated(parse, item)
    if link is None:
        ref = beside and parse.column_of(beside, "text", parse.subject)
        if beside and ref and item.quoted:
            beside.role = "condition"
            return Compare(Field(ref), "=", (item.text,), negated=denied)
        return _unknown_value(parse, item, denied)
    if beside is not None and _about(parse, beside, link):
        beside.role = "condition"
    return Compare(Field(Ref(link.table, link.column)), "=", (link.value,), negated=denied)


def _unknown_value(parse: Parse, item: Item, denied: bool) -> Compare | None:
    """A quoted text no cell holds: the name of the subject, so that the answer is empty rather than about something else."""
    if not parse.subject:
        return None
    label = parse.label(parse.subject)[-1]
    parse.doubts.append(f"no cell holds {item.text}")
    return Compare(label, "=", (item.text,), negated=denied)


def _about(parse: Parse, beside: Item, link: Link) -> bool:
    return any(other.table == link.table and other.column in ("", link.column) for other in beside.links) and not beside.role


def _column_beside(parse: Parse, item: Item) -> Item | None:
    """A name right before ("rating PG", "country is Canada") or right after ("Canada as country", "Action category")."""
    for other in parse.before(item, 5):
        if other.kind == "name":
            return other if other.role in ("", "condition") else None
        if other.kind in ("value", "number", "period") and other.lower not in _ALTERNATIVE:
            return None
        if (
            other.is_cue("group")
            or other.text in (",", ".")
            or (other.lower in ("of", "in", "from", "for", "by", "with", "to", "at") and other.kind != "stop")
        ):
            return None
    return None


def _chosen_link(parse: Parse, item: Item, beside: Item | None) -> Link | None:
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
            weight += 0.25 if other.table and other.table.table == link.table else 0.0
    anchor = [parse.subject] if parse.subject else said
    if anchor and link.table not in anchor:
        distance = min(parse.index.graph.distance(table_, link.table) for table_ in anchor)
        weight -= min(0.6, 0.08 * distance)
    if link.column in {c for key in table.foreign_keys for c in key.columns}:
        weight -= 0.05
    if len({v.value for v in item.links if (v.table, v.column) == (link.table, link.column)}) > 1 and link.value != item.text:
        weight -= 0.02
    label = [f.expr for f in parse.label(link.table)]
    weight += 0.06 if Ref(link.table, link.column) in label else 0.0
    return weight - (0.4 if table.is_view else 0.0)


def _like(parse: Parse, item: Item) -> Compare | None:
    """ "Whose name contains …", "starting with …"."""
    cue = next((other for other in parse.before(item, 4) if other.is_cue("compare", "like", "like%", "%like")), None)
    if cue is None or cue.cue is None or cue.role:
        return None
    name = next((other for other in parse.before(cue, 6) if other.kind == "name" and other.role in ("", "condition")), None)
    ref = parse.column_of(name, "text", parse.subject) if name and name.columns else None
    if ref is None and parse.subject:
        label = parse.label(parse.subject)[0].expr
        ref = label if isinstance(label, Ref) else None
    if ref is None:
        return None
    cue.role = "condition"
    if name and parse.in_condition(name):
        name.role = "condition"
    pattern = {"like": f"%{item.text}%", "like%": f"{item.text}%", "%like": f"%{item.text}"}[cue.cue.value]
    return Compare(Field(ref), "like", (pattern,), negated=negated(parse, cue))


def patterns(parse: Parse) -> None:
    """Patterns given as a bare word: "names starting with A"."""
    for item in parse.items:
        if item.is_cue("compare", "like", "like%", "%like") and not item.role:
            follow = next(
                (
                    other
                    for other in parse.after(item, 3)
                    if other.kind in ("word", "value", "number") or (len(other.text) == 1 and other.kind == "stop")
                ),
                None,
            )
            if follow is not None and not follow.role and (compare := _like(parse, follow)):
                follow.role = "condition"
                parse.where.append(compare)
