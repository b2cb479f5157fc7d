"""Grouping: per, by and each; time grains; and columns shown beside a measure, which then are what it is grouped by."""

from __future__ import annotations

from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.linking.text import lemma
from core.nl2sql.builtin.query.query import Compare, Field, Ref, refs
from core.nl2sql.builtin.reading.money import money
from core.nl2sql.builtin.reading.parse import Output, Parse

_BETWEEN = {"of", "for", "in", "across", "from", "at", "among", "by"}
_PASSED = {"the", "a", "of", "their", "its", "different"}
_ALL = {"all", "the", "of", "those", "any"}
_RELATIVE = {"that", "which", "who", "where", "with", "having", "whose"}
_AGAINST = ("vs", "versus", "against")
_ADVERBS = {"daily", "weekly", "monthly", "quarterly", "yearly", "annual", "annually"}


def groups(parse: Parse) -> None:
    for item in parse.items:
        if item.role:
            continue
        opened = (item.is_cue("group", "by") and _opens_group(parse, item)) or (item.is_cue("distinct") and _divides(parse, item))
        if opened or item.is_cue("group", "group") or _ranges_over(parse, item):
            _group_after(parse, item)
        elif item.kind == "grain" and (item.lower in _ADVERBS or _trailing_and(parse, item)):
            _add_grain(parse, item)
    _over_time(parse)


def _divides(parse: Parse, item: Item) -> bool:
    """ "The average age for students of different sex": what differs beside a measure is what it is per."""
    before = next(iter(parse.before(item, 1)), None)
    measured = any(other.is_cue("aggregate") or other.is_cue("count") for other in parse.before(item, 99)[1:])
    return before is not None and before.kind == "stop" and before.lower in _BETWEEN and measured and not parse.groups


def _ranges_over(parse: Parse, item: Item) -> bool:
    """ "The number of stations for all the cities that have at least 15": "for all" behind a measure is for each."""
    if item.lower != "for" or parse.groups or not any(other.is_cue("count") for other in parse.before(item, 99)):
        return False
    after = [other for other in parse.after(item, 5) if other.lower not in ("all", "the", "of", "those", "any")]
    if (
        len(after) < 2
        or after[0].kind != "name"
        or after[1].lower not in ("that", "which", "who", "where", "with", "having", "whose")
    ):
        return False
    other_rows = not _as_table(after[0]) or (after[0].table is not None and after[0].table.table != parse.subject)
    return other_rows and any(other.is_cue("compare") for other in parse.after(item, 99))


def contrasted(parse: Parse) -> None:
    """ "The average age of male and female students": cells of one column named side by side are measured each."""
    measured = [output for output in parse.outputs if output.field.aggregate]
    against = any(item.lower in _AGAINST for item in parse.items)
    if (parse.groups and not against) or not measured or len(measured) < len(parse.outputs) or parse.having:
        return
    for compare in parse.where:
        if isinstance(compare, Compare) and compare.op == "in" and not compare.negated and len(compare.values) > 1:
            said = [item for item in parse.items if item.kind == "value" and item.role == "condition"]
            between = parse.items[parse.position(said[0]) : parse.position(said[-1])] if said else []
            joined = len(said) == len(compare.values) and any(item.lower in ("and", *_AGAINST) for item in between)
            each = all(output.field.aggregate in ("avg", "min", "max") for output in measured)
            if joined and (against or each or _every_cell(parse, compare)):
                parse.groups.append(Output(said[0].start, compare.field))
                return


def _every_cell(parse: Parse, compare: Compare) -> bool:
    """Whether the cells named are all there are, so that they could not be meant to leave out any."""
    return isinstance(compare.field.expr, Ref) and parse.column(compare.field.expr).distinct_count == len(compare.values)


def _opens_group(parse: Parse, item: Item) -> bool:
    """ "By" opens a group where something is measured; "movies directed by Spielberg" does not."""
    follow = parse.next_real(item)
    if follow is None or follow.kind not in ("name", "grain"):
        return False
    if _passive(parse, item) and follow.lower.endswith("s"):
        return False
    beside = parse.after(follow, 2)
    return not (follow.kind == "name" and any(other.kind == "value" and other.start == follow.end for other in beside))


def _passive(parse: Parse, item: Item) -> bool:
    """ "Directed by": a participle stands before."""
    before = next(iter(parse.before(item, 1)), None)
    said = before.lower if before is not None else ""
    return (
        item.lower == "by"
        and said.endswith(("ed", "en", "wn", "un", "ght", "ade", "old"))
        and said not in ("grouped", "ranked", "down")
    )


def _trailing_and(parse: Parse, item: Item) -> bool:
    """ "… by region and month": a grain joined to a group already made."""
    before = parse.before(item, 2)
    return bool(parse.groups) and any(other.lower in ("and", "by", "per") for other in before)


def _group_after(parse: Parse, cue: Item) -> None:
    """Everything up to the next clause that is joined by "and" or commas is grouped by."""
    found = False
    joined = True
    for other in parse.after(cue, 12):
        if other.role == "modifier" or _says_kind(parse, other):
            continue
        if other.kind == "name" and not other.role and joined:
            if found and _has_measure_before(parse, other):
                break
            found |= _add_name(parse, other, each=_one_by_one(cue))
            joined = False
        elif other.kind == "grain" and not other.role and joined:
            found |= _add_grain(parse, other)
            joined = False
        elif other.lower in ("and", "by") or other.text in (",", "&") or other.is_cue("group"):
            joined = True
            if other.is_cue("group") and not other.role:
                other.role = "group"
        elif other.is_cue("distinct") or (
            other.kind == "stop"
            and (other.lower in ("the", "a", "of", "their", "its", "different") or (cue.lower == "for" and other.lower in _ALL))
        ):
            continue
        else:
            break
    if found or _taken_up(parse, cue):
        cue.role = "group"


def _says_kind(parse: Parse, item: Item) -> bool:
    """ "By type of decor" is by decor, where decor is a column."""
    named = parse.after(item, 2)
    if item.role or lemma(item.lower) not in ("type", "kind", "sort") or len(named) < 2 or named[0].lower != "of":
        return False
    sure = named[1].kind == "name" and bool(named[1].columns) and named[1].columns[0].score > 0.9 and not _as_table(named[1])
    item.role = "modifier" if sure and (not item.links or item.links[0].score < 0.9) else item.role
    return item.role == "modifier"


def _taken_up(parse: Parse, cue: Item) -> bool:
    """ "The names of customers, and how many orders does each have": what was asked for before is what it is per."""
    follow = next(iter(parse.after(cue, 1)), None)
    if follow is not None and follow.lower in ("one", "ones"):
        follow.role = "group"
    elif follow is not None and follow.kind not in ("stop", "mark", "word"):
        return False
    asked = any(other.kind == "name" and other.role != "order" for other in parse.before(cue, 99))
    return asked and cue.lower.endswith(("each", "every"))


def _has_measure_before(parse: Parse, item: Item) -> bool:
    return any(other.is_cue("aggregate") or other.is_cue("count") for other in parse.before(item, 2))


def _one_by_one(cue: Item) -> bool:
    return "each" in cue.lower.split() or "every" in cue.lower.split()


def _add_name(parse: Parse, item: Item, *, each: bool) -> bool:
    fields = fields_of(parse, item)
    if not fields:
        return False
    item.role = "group"
    entity = item.owner or (item.table.table if item.table and _as_table(item) and not _own_column(item, fields) else "")
    parse.groups.extend(Output(item.start, field, entity, each and bool(entity)) for field in fields)
    return True


def _own_column(item: Item, fields: list[Field]) -> bool:
    """Whether a table's name is just as well that of the column shown for it: then the column is what is grouped by."""
    best = [Ref(link.table, link.column) for link in item.columns if item.table and link.score >= item.table.score]
    return len(fields) == 1 and fields[0].expr in best


def _as_table(item: Item) -> bool:
    return item.table is not None and (not item.columns or item.table.score >= item.columns[0].score)


def fields_of(parse: Parse, item: Item) -> list[Field]:
    """What a name shows when it is grouped by or listed: the names of a table's rows, or the column itself."""
    if item.owner:
        return parse.label(item.owner)
    if _as_table(item) and item.table:
        return parse.label(item.table.table)
    ref = parse.column_of(item, prefer=parse.subject)
    if ref is None:
        return []
    if parse.column(ref).kind.temporal and item.lower in ("date", "day", "dates"):
        return [Field(ref, grain="day")]
    return [Field(ref)]


def _add_grain(parse: Parse, item: Item) -> bool:
    field = grain_field(parse, item.grain, item)
    if field is None:
        return False
    item.role = "group"
    parse.groups.append(Output(item.start, field))
    return True


def grain_field(parse: Parse, grain: str, near: Item | None = None) -> Field | None:
    """The date of what is measured, cut to a grain; a column of years serves for years."""
    tables = _dated_tables(parse)
    if near is not None:
        for other in [*parse.before(near, 2), *parse.after(near, 2)]:
            ref = parse.column_of(other, "time", parse.subject) if other.kind == "name" else None
            if ref and parse.column(ref).kind.temporal:
                other.role = "group"
                return Field(ref, grain=grain)
    for table in tables:
        if grain == "year" and (year := parse.year_of(table)) and not _has_real_date(parse, table):
            return Field(year)
        if (ref := parse.date_of(table)) and _has_real_date(parse, table):
            return Field(ref, grain=grain)
    return None


def _has_real_date(parse: Parse, table: str) -> bool:
    ref = parse.date_of(table)
    return ref is not None and not {"update", "modify"} & set(parse.index.names.columns[ref.table, ref.column])


def _dated_tables(parse: Parse) -> list[str]:
    """Tables whose date a period or grain may mean: what is measured, the subject, what is said, then what these lead to."""
    fields = [*(output.field for output in parse.outputs), *parse.ranked]
    measured = [ref.table for field in fields if (ref := next(refs(field.expr), None))]
    measured += [field.table for field in fields if field.table]
    primary = list(dict.fromkeys([*parse.anchors, *measured, *_earned_tables(parse)]))
    spoken = [*([parse.subject] if parse.subject else []), *_number_tables(parse), *parse.tables_said()]
    first = list(dict.fromkeys([*primary, *_owners(parse, primary), *spoken]))
    events = [edge.other for table in first for edge in parse.index.graph.edges(table) if edge.many]
    hidden = parse.index.graph.has_tables
    found = dict.fromkeys([*first, *_owners(parse, first), *events])
    return [table for table in found if not (hidden and parse.index.table(table).is_view)]


def _owners(parse: Parse, tables: list[str]) -> list[str]:
    """What the rows of these tables belong to: the order of an order line."""
    return [edge.other for table in tables for edge in parse.index.graph.edges(table) if not edge.many]


def _earned_tables(parse: Parse) -> list[str]:
    found = [money(parse, item) for item in parse.items if item.kind in ("name", "word")]
    return [next(refs(expr)).table for expr in found if expr is not None]


def _number_tables(parse: Parse) -> list[str]:
    named = [item for item in parse.items if item.kind == "name" and item.columns]
    return [ref.table for item in named if (ref := parse.column_of(item, "number"))]


def _over_time(parse: Parse) -> None:
    """ "Revenue over time", "trend of orders": by month where nothing finer is said."""
    text = " ".join(item.lower for item in parse.items)
    if parse.groups or not ("over time" in text or "trend" in text or "development of" in text or "evolution of" in text):
        return
    if field := grain_field(parse, "month"):
        for item in parse.items:
            if item.lower in ("over", "time", "trend", "trends", "development", "evolution") or (
                item.is_cue("compare") and item.lower == "over"
            ):
                item.role = "group"
        parse.groups.append(Output(99, field))
