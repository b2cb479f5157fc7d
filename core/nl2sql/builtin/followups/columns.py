"""Columns: follow-ups about the columns a list shows ("also their email", "just the names", "without the id", "where?")."""

from __future__ import annotations

import re
from dataclasses import replace

from core.models import Role
from core.nl2sql.builtin.followups.asking import asked_columns, asked_people
from core.nl2sql.builtin.followups.change import Change, adds_up, is_scalar
from core.nl2sql.builtin.followups.ellipsis import left_open
from core.nl2sql.builtin.followups.listing import as_list, counted_table, is_extreme, rows_of, within_groups
from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.query.explain import field_words
from core.nl2sql.builtin.query.query import Field, Query, Ref, Related, refs, tables_of
from core.nl2sql.builtin.reading.everything import every_column

_SHOWS = {"show", "add", "include", "display", "give", "put"}
_HIDES = re.compile(r"^(without|hide|drop|remove|leave out|omit|exclude|not|no)\b")

_THEIRS = re.compile(r"^(and )?their\b(?! names?\b)")
"""What is said of several rows, to be seen beside each of them."""
_OF_SEVERAL = re.compile(r"\b(their|them|they)\b")
_ARE_THERE = re.compile(r"^(and |so |now )*(what|which) [\w ]+ (are there|do we have|exist|occur)\W*$")
_HIDES_COUNT = re.compile(
    r"^(and |now |but )*(without|hide|drop|remove|leave out|omit|no) (the |any )?(counts?|numbers?|figures?|totals?)\W*$"
)
_DO_THEY = re.compile(
    r"^(and )?(what|which)( \w+){0,2} (do|did|does|have|has|had) (they|he|she|it|these|those|(these|those|that) \w+)"
    r"( ever| all)? \w+( \w+)?\W*$"
)
_WHICH = re.compile(r"^(and |so )*(which|what) \w+ (?!of\b|are\b|is\b|have\b|has\b|had\b)")
_EVERYTHING = re.compile(
    r"\b(everything|all (the )?(details|info|information|data)|every detail)"
    r" (about|on|of|for|we have on) (them|those|these|it|each)\b"
    r"|^(and |now |show |give me |with )*(all|every) (the )?(columns?|details?|fields?)( please| of them)?\W*$"
)
_OF_EACH = re.compile(r"\b(them|each( one| of (them|those|these))?)\W*$")
"""Who teaches them: of each of those shown."""


def columns(query: Query, change: Change) -> Query:
    """ "Also show their email" adds to a list; "just the names" and "what is its budget?" take the place of what it shows."""
    if change.settled:
        return query
    if _EVERYTHING.search(change.text) and not query.grouped and not query.combine:
        for item in change.parse.items:
            item.role = item.role or "target"
        change.parse.outputs = []
        change.said.append("all columns")
        return replace(query, select=every_column(query.subject, change.index), distinct=False)
    if re.match(r"(and )?(who|which|whose)\b", change.text) and (is_extreme(query) or _ranks(change)):
        change.parse.outputs = []
        return query
    asked = asked_columns(query, change)
    new = _named([*change.shown(aggregated=False), *asked], change) or _asked_table(query, change)
    new = [_ranked_figure(f, query) for f in (*_whose(query, new, change), *new)]
    whom = asked_people(query, change, new)
    new = whom or new
    if not new or change.parse.groups or (change.shown(aggregated=True) and query.measures):
        return query
    adds = change.adds_surely or bool(_OF_EACH.search(change.text)) if whom else _adds(change)
    if query.measures and not is_scalar(query):
        return _beside_groups(query, new, change) if adds else query
    base = rows_of(query, change) if query.limit is not None and _leads_on(query, new, change) else as_list(query, change)
    base = _behind_groups(query, new, change) or base
    asks = (change.asks and not whom) or (change.lists and all(item.role != "condition" for item in change.parse.items))
    alone = _is_that(query, new, change) or (_of_one(query, change) and set(new) - set(query.select))
    beside = adds or (change.conventions.show_measure and asks and not alone)
    behind_count = _lists_counted(query, new, change)
    beside = (beside and not behind_count) or (behind_count and not set(new) & set(base.select))
    if _ARE_THERE.search(change.text) and not any(
        change.index.column(r.table, r.column).role is Role.KEY for f in new for r in refs(f.expr)
    ):
        change.said.append(", ".join(field_words(f, change.index) for f in new))
        return replace(base, select=tuple(new), distinct=True, order=(), keys=())
    if not beside or (is_scalar(query) and not (change.adds_surely or behind_count)):
        base = replace(
            base, select=(), distinct=not is_scalar(query) and (base.distinct or bool(whom) or _is_that(query, new, change))
        )
    else:
        new = [f for f in new if f not in query.select] or new
    return _shown(base, query, new, change)


def _named(fields: list[Field], change: Change) -> list[Field]:
    """ "Which school do they belong to?": a key of other rows is shown as their names, unless the key itself is asked for."""
    keyed = re.search(r"\b(ids?|codes?|keys?|numbers?|nr|no)\b", change.text) or not change.asks
    found: list[Field] = []
    for field in fields:
        ref = field.expr
        keys = change.index.table(ref.table).foreign_keys if isinstance(ref, Ref) and not keyed else ()
        other = next(
            (k.ref_table for k in keys if isinstance(ref, Ref) and k.columns == (ref.column,) and k.ref_table != ref.table), ""
        )
        found += change.parse.label(other) if other else [field]
    return list(dict.fromkeys(found))


def _whose(query: Query, new: list[Field], change: Change) -> list[Field]:
    """ "Which stores are they, and what is their ranking?": the names of the rows of which something is asked."""
    tables = {ref.table for f in new for ref in refs(f.expr)}
    asked = [item.table.table for item in change.parse.items if item.kind == "name" and item.table and item.role != "condition"]
    shown = {ref.table for f in query.select for ref in refs(f.expr)}
    other = len(tables) == 1 and asked[:1] == [*tables] and not tables & {*shown, query.subject}
    named = other and re.match(r"(and )?(which|what|who) [\w ]+ (are|were) (they|these|those)\b", change.text)
    return [f for f in change.parse.label(asked[0]) if f not in new] if named else []


def _ranked_figure(field: Field, query: Query) -> Field:
    """ "With the amount", after who paid the most: the total they are ranked by."""
    return next((o.field for o in query.order if o.field.aggregate and o.field.expr == field.expr), field)


def _of_one(query: Query, change: Change) -> bool:
    """ "Who directed it?", "what grade is that": asked of one row that both sides have in mind, so only the answer is shown."""
    return query.limit in (None, 1) and bool(
        re.search(r"\b(it|its|he|she|his|her|him|there)\b|\b(that|this)( \w+)?\W*$|\bof the \w+ one\b", change.text)
    )


def _is_that(query: Query, new: list[Field], change: Change) -> bool:
    """ "What grade is that?", "which medicines are they?": the answer alone, however many rows have it.

    "What kind of document are they?" asks it of each of those that are listed.
    """
    found = re.match(r"(and )?(what|which) [\w ]+ ((is|was) (that|this)|(are|were) (they|these|those))\W*$", change.text)
    own = not query.measures and all(isinstance(f.expr, Ref) and f.expr.table == query.subject for f in new)
    return bool(found and not (found[6] and own and not set(new) & set(change.parse.label(query.subject))))


def _ranks(change: Change) -> bool:
    return any(item.role == "bare rank" for item in change.parse.items)


def _lists_counted(query: Query, new: list[Field], change: Change) -> bool:
    """ "Show their height and age", after how many they are: each row is named beside what is asked of it."""
    counted = is_scalar(query) and query.measures[0].aggregate == "count"
    own = all(isinstance(f.expr, Ref) and f.expr.table == query.subject for f in new)
    return counted and own and change.conventions.name_each and bool(_OF_SEVERAL.search(change.text))


def _adds(change: Change) -> bool:
    if change.adds or re.search(r"\beach\b", change.text) or _THEIRS.match(change.text):
        return True
    return not (change.asks or change.lists or change.points or _only(change) or change.replaces)


def _shown(base: Query, query: Query, new: list[Field], change: Change) -> Query:
    """The columns that are new beside those of `base`."""
    new = [f for f in new if f.aggregate or f.grain or f.expr not in [shown.expr for shown in base.select]] or new
    if all(f in base.select for f in new):
        base = replace(base, select=()) if not change.conventions.show_measure else base
        new = new if not base.select else []
    if not new:
        change.said.append("shown already")
        return query
    if tuple(new) == query.select:
        return query
    words = ", ".join(field_words(f, change.index) for f in new)
    change.said.append(f"+ {words}" if base.select else words)
    return _through(replace(base, select=tuple(dict.fromkeys((*base.select, *new))), keys=_keys_kept(base, new)), change)


def _behind_groups(query: Query, new: list[Field], change: Change) -> Query | None:
    """ "What companies are those?", after the investors with more than one: the rows of the groups that were kept."""
    kept_by = any(compare.field.aggregate for compare in query.having)
    if query.measures or not kept_by or not query.dimensions or all(f in query.dimensions for f in new):
        return None
    rows = counted_table(query)
    kept = within_groups(query, change)
    if not kept:
        return None
    tables = tuple(dict.fromkeys((*query.tables, rows)))
    return Query(rows, query.dimensions, where=(*query.where, *kept), tables=tables, stable=query.stable, via=query.via)


def _through(query: Query, change: Change) -> Query:
    """Of other rows that several of these lead to, each is shown once, and only those that are led to."""
    tables = {ref.table for field in query.select for ref in refs(field.expr)}
    if query.subject in tables or query.grouped or query.order or not _leads_on(query, list(query.select), change):
        return query
    return replace(query, tables=tuple(dict.fromkeys((*query.tables, query.subject))), distinct=True)


def _leads_on(query: Query, fields: list[Field], change: Change) -> bool:
    """Whether a row of the query has several of what is shown."""
    tables = {ref.table for field in fields for ref in refs(field.expr)}
    chains = [change.index.graph.path((query.subject,), table) for table in tables]
    return any(edge.many for chain in chains for edge in chain or ())


def _keys_kept(query: Query, new: list[Field]) -> tuple[Field, ...]:
    """The rows of a ranked group stay apart though what names them is no longer shown."""
    return query.keys if query.keys or not query.grouped else tuple(f for f in query.dimensions if f not in new)


def _only(change: Change) -> bool:
    return bool(re.match(r"^(only|just|no, only)\b", change.text))


def _asked_table(query: Query, change: Change) -> list[Field]:
    """ "What is its category?", "and their supplier", "which stations are there?": the names of the rows theirs lead to."""
    parse = change.parse
    passed = _on_the_way(query, change)
    said = parse.ranked or parse.groups or parse.outputs or any(item.is_cue("count") for item in parse.items)
    if said or _only(change) or len(parse.where) > len(passed) or re.search(r"\b(of|among) (them|those|these)\b", change.text):
        return []
    if not (change.asks or change.adds or change.lists):
        return []
    back = re.search(r"\b(their|its|his|her|they|them|it|he|she|there|(that|this) \w+)\b", change.text) or passed
    for item in sorted(parse.items, key=lambda item: bool(passed) and item.role == "condition"):
        table = item.table.table if item.kind == "name" and item.table and item.table.score >= 0.6 else ""
        chain = change.index.graph.path((query.subject,), table) if table and table != query.subject else None
        if chain and (_near(query, table, change) or back or left_open(change.text)):
            item.role = "target"
            parse.where = [c for c in parse.where if c not in passed]
            return parse.label(table)
    return []


def _on_the_way(query: Query, change: Change) -> list[Related]:
    """ "What dorms do they live in?", "what have they tweeted?": that there are such rows goes without saying."""
    bare = [c for c in change.parse.where if isinstance(c, Related) and not c.negated and not c.where]
    if _DO_THEY.match(change.text):
        return bare
    return [c for c in bare if _WHICH.match(change.text) and _near(query, c.table, change)]


def _near(query: Query, table: str, change: Change) -> bool:
    """Whether a row of the query leads to a row of the table, so that it says nothing that there is one."""
    chains = [change.index.graph.path((used,), table) for used in sorted({*tables_of(query), *query.tables})]
    return any(chain and not any(edge.many for edge in chain) for chain in chains)


def _beside_groups(query: Query, new: list[Field], change: Change) -> Query:
    if all(adds_up(f, change) for f in new):
        like = next((f for f in query.measures if f.expr is not None), None)
        new = [replace(f, aggregate=like.aggregate if like else "sum") for f in new]
        change.said.append("+ " + ", ".join(field_words(f, change.index) for f in new))
        return replace(query, select=(*query.select, *new))
    grouped = {ref.table for f in (*query.dimensions, *query.keys) for ref in refs(f.expr)}
    rows = change.parse.label(query.subject) if query.subject not in grouped else []
    new = [f for f in new if f not in query.select and (f not in rows or len(new) == len(rows))]
    if not new:
        return query
    change.said.append("+ " + ", ".join(field_words(f, change.index) for f in new))
    return replace(query, select=(*query.dimensions, *new, *query.measures))


def fewer_columns(query: Query, change: Change) -> Query:
    """ "Without the id", "hide the date": a column that is shown no longer is; "just the average": only one measure still is."""
    measured = change.shown(aggregated=True)
    if _only(change) and measured and len(query.measures) > len(measured) and all(f in query.measures for f in measured):
        change.said.append("only " + " and ".join(field_words(f, change.index) for f in measured))
        order = tuple(o for o in query.order if not o.field.aggregate or o.field in measured)
        return replace(query, select=(*query.dimensions, *measured), order=order)
    if _HIDES_COUNT.match(change.text) and query.dimensions and query.measures:
        for item in change.parse.items:
            item.role = item.role or "dropped"
        change.parse.outputs = []
        change.said.append("− " + ", ".join(field_words(f, change.index) for f in query.measures))
        return replace(query, select=query.dimensions, keys=query.keys or query.dimensions)
    plain = [f for f in change.shown(aggregated=False) if f in query.dimensions] or _named_dimensions(query, change)
    sifted = _sifts(change) or _ranks(change) or bool(change.parse.ranked)
    if _only(change) and plain and query.measures and query.dimensions and not measured and not sifted:
        change.said.append("only " + " and ".join(field_words(f, change.index) for f in plain))
        return replace(query, select=tuple(plain), keys=query.keys or query.dimensions)
    if not _HIDES.match(change.text) or any(item.kind in ("value", "number", "period") for item in change.parse.items):
        return query
    gone: list[Field] = []
    hidden = _until_shown(change)
    for item in hidden:
        if item.kind != "name" or item.role == "dropped":
            continue
        shown = [f for f in query.select if _is_said(f, item.lower, change)]
        links = {Ref(link.table, link.column) for link in item.columns}
        gone += shown or [f for f in query.select if isinstance(f.expr, Ref) and f.expr in links and not f.aggregate]
    gone = list(dict.fromkeys(gone))
    if not gone or len(gone) == len(query.select):
        return query
    parse = change.parse
    starts = {item.start for item in hidden}
    parse.where, parse.outputs = [], [output for output in parse.outputs if output.at not in starts]
    for item in hidden:
        item.role = item.role or ("target" if item.kind == "name" or item.is_cue("not") else "")
    change.said.append("− " + ", ".join(field_words(f, change.index) for f in gone))
    kept = tuple(f for f in query.select if f not in gone)
    return replace(query, select=kept, order=tuple(o for o in query.order if o.field in kept or not o.field.aggregate))


def _sifts(change: Change) -> bool:
    """ "Only majors with at least 5", "only Boeing planes": which rows are kept is said, not which columns."""
    parse = change.parse
    return bool(parse.where or parse.having) or any(item.kind == "word" and not item.role for item in parse.items)


def _named_dimensions(query: Query, change: Change) -> list[Field]:
    """ "Just the categories": the names that are shown of a table."""
    parse = change.parse
    if parse.where or parse.having or parse.order or parse.limit or parse.groups:
        return []
    tables = {item.table.table for item in parse.items if item.kind == "name" and item.table}
    return [f for f in query.dimensions if isinstance(f.expr, Ref) and f.expr.table in tables]


def _until_shown(change: Change) -> list[Item]:
    """The words of hiding: "drop the park and show the speed" shows what is behind."""
    items = change.parse.items
    end = next((at for at, item in enumerate(items) if at and item.lower in _SHOWS), len(items))
    return items[:end]


def _is_said(field: Field, text: str, change: Change) -> bool:
    """ "The total" is the column or measure headed so."""
    return bool(field.aggregate) and set(text.split()) <= set(field_words(field, change.index).split())
