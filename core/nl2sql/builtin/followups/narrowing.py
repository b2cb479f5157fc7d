"""Narrowing: follow-ups that add, replace or drop what a query is filtered by ("only Canada", "what about 2013", "exclude X")."""

from __future__ import annotations

import re
from dataclasses import replace

from core.nl2sql.builtin.followups.change import Change, is_scalar
from core.nl2sql.builtin.followups.dropping import refs_of
from core.nl2sql.builtin.followups.listing import key_of, within_rows
from core.nl2sql.builtin.linking.index import Link
from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.linking.text import lemma
from core.nl2sql.builtin.query.explain import condition_words
from core.nl2sql.builtin.query.query import Compare, Condition, Field, Query, Ref, Related, comparisons, refs, tables_of
from core.nl2sql.builtin.reading.flags import yes_cell
from core.nl2sql.builtin.reading.negation import affirmed
from core.nl2sql.builtin.reading.parse import Parse

_ONLY = re.compile(r"^(only|just)\b")
_PARALLEL = re.compile(r"^(and |but )?(in|for|from|by|with|at|on|of|since|during)\b")
"""After "and", these ask the same of something else; without them one thing more is let in."""
_RELATIVE = re.compile(
    r"^(only |just )?(the ones |those |ones )?(who|that|which|with|in|at|from|on|having|where|for|working|living)\b"
    r"|^(only|just) (the )?(ones|those) [a-z]+(ed|ing|en)\b"
)
_SAYS_OF_ROWS = re.compile(
    r"^(only|just|not|except|exclude|excluding)( show| list)?( (the|those|these|ones?|that|which|who|are|is|have|with|on))*\b"
)
_THE_ONES = re.compile(r"^and the (one\b|([\w-]+ ){1,3}ones?(\W*$|, ))")
""" "And the Marist one" asks the same of others."""
_ALSO = re.compile(
    r"\bof (them|those|these) (have |has |had |did |do |are |were )?also\b"
    r"|^(and )?(which|who|what)( ones)? of (them|those|these)\b.*\b(too|also|as well)\W*$"
    r"|^and\b.*\b(too|also|as well)\W*$"
)
_LIKELY, _SAID = 0.55, 0.9
_NEAR = 0.02
"""Of the score: as good a reading as another."""
_RANGE = {">", ">=", "<", "<=", "between"}
_CELLS = {"=", "in"}
_UP, _DOWN = {">", ">="}, {"<", "<="}


def prefer_known(query: Query, parse: Parse) -> None:
    """ "What about Canada": a cell is looked for first in the columns that are filtered or shown already.

    So is the column of a number: "at least 20 hours" are the hours that are shown.
    """
    known = [ref for compare in comparisons(query.where) for ref in refs(compare.field.expr)]
    known += [ref for field in query.dimensions for ref in refs(field.expr)]
    for item in parse.items:
        counted = item.kind == "name" and any(other.number is not None for other in parse.before(item, 1))
        if item.kind == "value" or counted:
            own = tuple(link for link in item.links if Ref(link.table, link.column) in known)
            item.links = own or item.links
        elif item.kind == "name" and not item.table and item.columns:
            near = [link for link in item.columns if link.score >= item.columns[0].score - _NEAR]
            own = tuple(link for link in near if Ref(link.table, link.column) in known)
            of_named = tuple(link for link in item.columns if link.score >= _LIKELY and link.table in _named(parse))
            item.links = _told_apart(near, item, parse) or own or of_named or item.links


def _named(parse: Parse) -> set[str]:
    """The tables a follow-up names: "only stores bigger than 25 in area"."""
    return {item.table.table for item in parse.items if item.kind == "name" and item.table and item.table.score >= _SAID}


def _told_apart(links: list[Link], item: Item, parse: Parse) -> tuple[Link, ...]:
    """ "The length in feet": of columns that are alike those with another word of the follow-up in their name."""
    said = {lemma(other.lower) for other in parse.after(item, 3) if other.kind in ("word", "name", "stop")} - {"in", "of", "the"}
    found = tuple(link for link in links if said & set(parse.index.names.columns[link.table, link.column]))
    if not 0 < len(found) < len(links):
        return ()
    for other in parse.after(item, 3):
        if any(lemma(other.lower) in parse.index.names.columns[link.table, link.column] for link in found):
            other.role = other.role or "modifier"
    return found


def unspoken(parse: Parse) -> None:
    """ "With a king bed", "who work in surgery": what is said to find a cell is no column to show."""
    text = " ".join(item.lower for item in parse.items)
    if not parse.where or not _RELATIVE.match(text):
        return
    held = {ref.table for condition in parse.where for ref in refs_of(condition)}
    parse.outputs = [
        output
        for output in parse.outputs
        if output.field.aggregate or not any(ref.table in held | {parse.subject} for ref in refs(output.field.expr))
    ]


def filters(query: Query, change: Change) -> Query:
    """New conditions take the place of those on the same column, unless they exclude or are said to be added."""
    query = within_rows(query, change) if change.of_them and change.parse.where and not change.replaces else query
    where = list(query.where)
    for said in change.parse.where:
        new = affirmed(_at_the_same_date(query, said, change))
        if new in where:
            continue
        if moot := _moot(where, new):
            where = [c for c in where if c not in moot]
            if isinstance(new, Compare) and new.negated and (left := _left_of(moot, new)) is not None:
                where.append(left)
                change.said.append(f"− {condition_words(replace(new, negated=False), change.index)}")
                continue
        old = next((c for c in where if _same_column(c, new, change) and not (_excludes(said) and _goes_on(c, new))), None)
        old = old or next((c for c in where if _told_by_key(c, new, change)), None)
        if old is None and (held := _held_period(where, new, change)):
            old, new = held
        words = condition_words(new, change.index)
        if old is None or (_excludes(new) and not _of_same_rows(old, new)):
            where.append(_of_the_groups(query, new, change))
            change.said.append(f"+ {'' if _excludes(new) else 'only where '}{words}")
        elif isinstance(new, Compare) and (table := _as_well(query, new, change)):
            where.append(Related(table, (new,)))
            change.said.append(f"+ also {words}")
        elif _lets_in(query, old, new, change) and isinstance(old, Compare) and isinstance(new, Compare):
            where[where.index(old)] = Compare(old.field, "in", tuple(dict.fromkeys((*old.values, *new.values))))
            change.said.append(f"+ {words}")
        else:
            where[where.index(old)] = new
            change.said.append(f"{words} instead of {condition_words(old, change.index)}")
    having = list(query.having)
    for compare in (affirmed(said) for _, said in change.parse.having):
        having = [c for c in having if not (c.field == compare.field and _rivals(c, compare, change))]
        having.append(compare)
        change.said.append(f"+ only where {condition_words(compare, change.index)}")
    if change.parse.where and not change.said:
        change.said.append("so already")
    return replace(query, where=tuple(where), having=tuple(having))


def of_a_kind(query: Query, change: Change) -> Query:
    """ "Only gymnasts", of people: those that a table of its own tells more of."""
    parse = change.parse
    named = [item for item in parse.items if item.kind != "stop" and item.kind != "mark"]
    table = named[0].table.table if len(named) == 1 and named[0].kind == "name" and named[0].table else ""
    said = parse.where or parse.outputs or parse.having or parse.order
    if not table or said or not _ONLY.match(change.text) or table in tables_of(query) or table in query.tables:
        return query
    ways = change.index.graph.between(table, query.subject)
    if not any(not edge.many for edge in ways):
        return query
    named[0].role, new = "condition", Related(table)
    change.said.append(f"+ only where {condition_words(new, change.index)}")
    return replace(query, where=(*query.where, new))


def _of_the_groups(query: Query, new: Condition, change: Change) -> Condition:
    """ "Which of them returned something?": asked of what has a figure, so that the figure stays that of all its rows."""
    key = key_of(query, change.parse) if query.measures and query.dimensions and change.of_them and change.asks else None
    said = [new.table] if isinstance(new, Related) else [ref.table for ref in refs_of(new)]
    if key is None or not isinstance(key.expr, Ref) or len(set(said)) != 1:
        return new
    chain = change.index.graph.path((key.expr.table,), said[0])
    if not any(edge.many for edge in chain or ()):
        return new
    return Compare(key, "in", query=Query(key.expr.table, (key,), where=(new,)))


def _moot(where: list[Condition], new: Condition) -> list[Compare]:
    """ "Only Oslo" after "not Oslo", "without Oslo" after "in Oslo or Rome": cells of the column said to hold and not to hold."""
    if not isinstance(new, Compare) or new.op not in _CELLS:
        return []
    held = [c for c in where if isinstance(c, Compare) and c.op in _CELLS and c.field == new.field and c.negated != new.negated]
    return [c for c in held if c.negated or set(new.values) & set(c.values)]


def _left_of(moot: list[Compare], new: Compare) -> Compare | None:
    """The cells that are left of several; None where none is."""
    values = tuple(value for c in moot for value in c.values if value not in new.values)
    return replace(moot[0], op="in" if len(values) > 1 else "=", values=values) if values else None


def _at_the_same_date(query: Query, new: Condition, change: Change) -> Condition:
    """ "What about April", after what was delivered in March: of the date that was asked about, unless another is said."""
    asked = [c.field for c in comparisons(query.where) if c.op == "period"]
    if not isinstance(new, Compare) or new.op != "period" or len(set(asked)) != 1 or _names_a_date(change):
        return new
    return replace(new, field=asked[0])


def _held_period(where: list[Condition], new: Condition, change: Change) -> tuple[Related, Related] | None:
    """The rows that must be there, and those of another period in their place ("returned last quarter", "and this quarter?")."""
    if not isinstance(new, Compare) or new.op != "period" or _names_a_date(change):
        return None
    for held in where:
        for part in held.where if isinstance(held, Related) else ():
            if isinstance(held, Related) and isinstance(part, Compare) and part.op == "period":
                moved = replace(new, field=part.field)
                return held, replace(held, where=tuple(moved if other is part else other for other in held.where))
    return None


def _names_a_date(change: Change) -> bool:
    named = [link for item in change.parse.items if item.kind == "name" and item.role == "condition" for link in item.columns[:1]]
    return any(change.index.column(link.table, link.column).kind.temporal for link in named)


def flagged(query: Query, change: Change) -> Query:
    """ "Only those on leave", "just the discontinued ones": a column of yes and no that is said of rows narrows them."""
    _counted_flags(change)
    if not _SAYS_OF_ROWS.match(change.text) or not re.search(r"\b(those|these|ones?|that|who|which)\b", change.text):
        return query
    for output in list(change.parse.outputs):
        ref = output.field.expr
        if isinstance(ref, Ref) and not output.field.aggregate and (yes := yes_cell(change.parse, ref)) is not None:
            change.parse.outputs.remove(output)
            change.parse.where.append(Compare(Field(ref), "=", (yes,), negated=_denied(change)))
    return query


def _counted_flags(change: Change) -> None:
    """ "How many of them are discontinued?" counts the rows that are."""
    if not re.match(r"(and )?how many( of (them|those|these|the \w+))? (are|were|is)\b", change.text):
        return
    for output in change.parse.outputs:
        ref = output.field.expr
        if isinstance(ref, Ref) and output.field.aggregate == "count" and (yes := yes_cell(change.parse, ref)) is not None:
            output.field = Field(None, "count", table=ref.table)
            change.parse.where.append(Compare(Field(ref), "=", (yes,), negated=" not " in change.text))


def _denied(change: Change) -> bool:
    return change.text.startswith(("not", "except", "exclud"))


def _as_well(query: Query, new: Compare, change: Change) -> str:
    """ "Which of those also rented Jaws?": the table of another row of theirs, where they have several and this one too."""
    ref = next(refs(new.field.expr), None)
    chain = change.index.graph.path((query.subject,), ref.table) if ref and _ALSO.search(change.text) else None
    return ref.table if ref and any(edge.many for edge in chain or ()) else ""


def _lets_in(query: Query, old: Condition, new: Condition, change: Change) -> bool:
    """Whether a cell is let in beside the one before ("and Lyon") rather than asked about in its place ("and in Lyon?")."""
    plain = isinstance(old, Compare) and isinstance(new, Compare) and {old.op, new.op} <= {"=", "in"}
    if not plain or not change.adds:
        return False
    if change.adds_surely:
        return True
    shown = isinstance(old, Compare) and old.field in query.dimensions
    if _THE_ONES.match(change.text) or (change.after_asking and not shown):
        return False
    return not is_scalar(query) and not change.text.endswith("?") and not _PARALLEL.match(change.text)


def _goes_on(old: Condition, new: Condition) -> bool:
    """ "Not those over 15", after "between 10 and 20": both hold, unless they bound the same side."""
    ops = {c.op for c in (old, new) if isinstance(c, Compare)}
    return not (ops <= _UP or ops <= _DOWN)


def _excludes(condition: Condition) -> bool:
    return isinstance(condition, (Compare, Related)) and condition.negated


def _same_column(old: Condition, new: Condition, change: Change) -> bool:
    if isinstance(old, Compare) and isinstance(new, Compare):
        if new.op == "period" and not change.replaces and _make_a_span(old, new):
            return False
        if old.op == "period" and new.op == "period":
            return True
        if old.query is None and new.query is None:
            return old.field.expr == new.field.expr and not old.negated and _rivals(old, new, change)
    return old == new or _of_same_rows(old, new)


def _told_by_key(old: Condition, new: Condition, change: Change) -> bool:
    """ "The same for Firefox", after the browser with the largest share: a row that a key told is told by its name now."""
    if not (isinstance(old, Compare) and isinstance(new, Compare) and _asks_the_same(change)) or old.negated or new.negated:
        return False
    ref, name = old.field.expr, new.field.expr
    if not (isinstance(ref, Ref) and isinstance(name, Ref)) or {old.op, new.op} - _CELLS:
        return False
    keys = change.index.table(ref.table).foreign_keys
    led = {ref.table} if Field(ref) in change.parse.key(ref.table) else set()
    led |= {key.ref_table for key in keys if key.columns == (ref.column,)}
    return name.table in led and new.field in change.parse.label(name.table)


def _asks_the_same(change: Change) -> bool:
    return change.replaces or bool(_PARALLEL.match(change.text) or re.match(r"and (the )?[\w -]+\?*$", change.text))


def _make_a_span(old: Compare, new: Compare) -> bool:
    """ "Just the ones before 2007", after "since 2003": each bounds another side of the same time."""
    (start, end), (since, until) = _bounds(old), _bounds(new)
    opposite = bool(start) == bool(until) != bool(end) == bool(since)
    return opposite and old.field == new.field and (start or since) < (end or until)


def _bounds(compare: Compare) -> tuple[str, str]:
    """From when and until when, as days or years; empty where it is open."""
    if compare.op == "period":
        start, end = (str(value or "") for value in compare.values)
        return start, end
    value = str(compare.values[0]) if compare.op in _UP | _DOWN and compare.values else ""
    return (value, "") if compare.op in _UP else ("", value)


def _of_same_rows(old: Condition, new: Condition) -> bool:
    """ "The ones that do have a booking", after those without: whether there are rows of a table, and that there are none."""
    held = _rows_held(old)
    return bool(held) and held == _rows_held(new) and _excludes(old) != _excludes(new)


def _rows_held(condition: Condition) -> str:
    """The table that a condition only asks a row of; empty where it asks more."""
    if isinstance(condition, Related):
        return condition.table if not condition.where else ""
    query = condition.query if isinstance(condition, Compare) and condition.op == "in" else None
    plain = query is not None and not (query.having or query.limit or query.combine or query.tables)
    return query.subject if query and plain and all(isinstance(c, Compare) and c.op == "null" for c in query.where) else ""


def _rivals(old: Compare, new: Compare, change: Change) -> bool:
    """Whether one comparison takes another's place; a lower bound and an upper one make a range."""
    if old.op == new.op or {old.op, new.op} <= {"=", "in", "like"}:
        return True
    if not {old.op, new.op} <= _RANGE:
        return {old.op, new.op} <= _RANGE | {"=", "in", "period"}
    alike = change.replaces or "between" in (old.op, new.op) or {old.op, new.op} <= _UP or {old.op, new.op} <= _DOWN
    return alike or _exclude_each_other(old, new)


def _exclude_each_other(old: Compare, new: Compare) -> bool:
    """ "And under 30?" after "older than 30": no row can fulfil both."""
    lower, upper = (old, new) if old.op in _UP else (new, old)
    low, high = (c.values[0] if c.values else None for c in (lower, upper))
    return isinstance(low, int | float) and isinstance(high, int | float) and low >= high
