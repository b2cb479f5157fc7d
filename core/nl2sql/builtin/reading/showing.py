"""Showing: the columns a question wants to see, and the names of rows where it only says what they are."""

from __future__ import annotations

from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.query.plan import measure_table, places_of
from core.nl2sql.builtin.query.query import Field, Ref
from core.nl2sql.builtin.reading.labelling import names_subject
from core.nl2sql.builtin.reading.parse import Output, Parse
from core.nl2sql.builtin.reading.zones import attached, listed, sibling_column

_DATES = {"date", "dates", "year", "years", "day", "days"}
_WH = {"who", "whom", "what", "where", "when", "how"}
_WHICH = {"what", "which", "how", "at", "for"}
_OPENING = {"is", "are", "was", "were", "does", "do", "did", "the", "their", "its", "in", "on", "from", "with"}
_POSSESSIVES = {"their", "its", "his", "her"}


def targets(parse: Parse) -> None:
    """Names outside conditions that nothing used are shown; a table said before a measure is what the measure is per."""
    for item in parse.items:
        if item.kind == "grain" and not item.role:
            _date(parse, item)
        if item.role or item.kind != "name" or item.led or (parse.in_condition(item) and not _continues_targets(parse, item)):
            continue
        if item.owner:
            item.role = "target"
            parse.outputs.extend(Output(item.start, field, item.owner) for field in parse.label(item.owner))
        elif _reads_as_table(parse, item):
            _table(parse, item)
        elif attached(parse, item):
            item.role = "context"
        elif ref := parse.column_of(item, prefer=parse.subject):
            item.role = "target"
            if _theirs(parse, item):
                _beside_subject(parse)
            if names_subject(parse, item, ref):
                _beside_subject(parse)
            elif not any(output.field.expr == ref and output.field.aggregate for output in parse.outputs):
                parse.outputs.append(Output(item.start, Field(ref), _entity_of(parse, ref)))
    _led(parse)
    parse.distinct = any(item.is_cue("distinct") and item.role in ("", "distinct") for item in parse.items) and not any(
        output.field.aggregate for output in parse.outputs
    )
    used = {parse.subject} | {place[0] for output in (*parse.outputs, *parse.groups) for place in places_of(output.field)}
    for item in parse.items:
        if item.kind == "name" and not item.role and item.table and item.table.table in used:
            item.role = "subject"
        if item.is_cue("distinct") and not item.role:
            item.role = "distinct"


def _led(parse: Parse) -> None:
    """ "Who wrote Emma?", "where do guests live?": the verb names what is asked for, where nothing else is."""
    asks = any(item.lower in _WH for item in parse.items[:2])
    led = next((item for item in parse.items if item.led and not item.role), None)
    if led is None or not asks or parse.outputs or parse.groups or parse.ranked:
        return
    if led.columns and (ref := parse.column_of(led, prefer=parse.subject)):
        led.role = "target"
        parse.outputs.append(Output(led.start, Field(ref), _entity_of(parse, ref)))


def _date(parse: Parse, item: Item) -> None:
    """ "The method, date and amount of each payment", "the date of the performance": the date of the rows asked for."""
    beside = next((other.lower for other in parse.after(item, 1)), "")
    before = parse.before(item, 2)
    possessed = len(before) == 2 and before[0].lower in _POSSESSIVES and before[1].lower == "with"
    theirs = possessed or _said_with(before)
    behind = parse.in_condition(item) and not (theirs and _ends_with(parse, item))
    asked = theirs or listed(parse, item) or beside == "of"
    if item.lower not in _DATES or behind or not parse.subject or not asked:
        return
    yearly = item.lower.startswith("year")
    ref = parse.year_of(parse.subject) if yearly else parse.date_of(parse.subject)
    if ref is not None and not any(output.field.aggregate for output in parse.outputs):
        item.role = "target"
        if theirs and not parse.outputs and not parse.context:
            _beside_subject(parse)
        parse.outputs.append(Output(item.start, Field(ref)))


def _reads_as_table(parse: Parse, item: Item) -> bool:
    table = item.table
    if table is None:
        return False
    return not item.columns or table.score >= item.columns[0].score or (table.table == parse.subject and table.score > 0.85)


def _continues_targets(parse: Parse, item: Item) -> bool:
    """A name joined by "and" to one that is shown is shown too, and so is what is theirs ("artists with their age")."""
    before = parse.before(item, 3)
    if _said_with(before):
        return _ends_with(parse, item)
    if before and before[0].lower in _POSSESSIVES:
        return not any(other.is_cue("compare") or other.kind == "value" for other in parse.after(item, 3))
    return bool(before) and before[0].lower in ("and", ",") and any(other.role == "target" for other in before)


def _said_with(before: list[Item]) -> bool:
    """Right behind "with" or "with the"; `before` is nearest first."""
    words = [other.lower for other in before[:2]]
    return words[:1] == ["with"] or words == ["the", "with"]


def _ends_with(parse: Parse, item: Item) -> bool:
    """ "Films with the year": the question ends there, so that nothing is said of it but that it is shown."""
    rest = [other for other in parse.after(item, 9) if other.kind != "mark" and other.lower not in ("and", "the", "please")]
    plain = not any(output.field.aggregate for output in parse.outputs) and not parse.having and not parse.ranked
    names = all(other.kind == "name" or other.role == "order" or other.lower in _DATES for other in rest)
    return plain and names and not _reads_as_table(parse, item)


def _entity_of(parse: Parse, ref: Ref) -> str:
    """The table, when the column is (part of) the name of its rows and not the key of another's."""
    if any(ref.column in key.columns for key in parse.index.table(ref.table).foreign_keys):
        return ""
    return ref.table if any(field.expr == ref for field in parse.label(ref.table)) else ""


def _asks_names(parse: Parse, item: Item) -> bool:
    """ "The company name", "names of companies": a word for name that no column bears beside a table."""
    beside = [*parse.after(item, 1), *parse.before(item, 4)]
    said = [other for other in beside if other.kind in ("stop", "word") and other.lower in ("name", "names") and not other.role]
    if not said:
        return False
    said[0].role = "target"
    return True


def _theirs(parse: Parse, item: Item) -> bool:
    """ "Products and their categories": both are shown."""
    before = [other.lower for other in parse.before(item, 2)]
    if _said_with(parse.before(item, 2)) and not parse.outputs and bool(parse.subject):
        return _ends_with(parse, item)
    plain = not any(output.field.aggregate for output in parse.outputs)
    if plain and not parse.ranked and not parse.groups and _asked_again(parse, item):
        return True
    return before[:1] == ["their"] and before[1:2] in (["and"], ["with"]) and plain and bool(parse.subject)


def _asked_again(parse: Parse, item: Item) -> bool:
    """ "Which clubs do we have and what are their grounds", "the races and the track each was run on"."""
    behind = [other.lower for other in parse.after(item, 6)]
    said: list[str] = []
    rows = iter(parse.before(item, 12))
    for other in rows:
        if other.lower in ("and", ","):
            break
        said.append(other.lower)
    opened = bool(set(said) & _WHICH) and set(said) <= _WHICH | _OPENING
    taken_up = opened and bool({"each", "they", "it", "their", "its"} & {*said, *behind})
    of_each = set(said) <= {"the", "a", "which"} and "each" in behind
    if not (taken_up or of_each):
        return False
    named = next((other for other in rows if other.kind in ("name", "value")), None)
    return named is not None and (
        named.kind == "value" or (named.table is not None and named.table.table == parse.subject and not named.owner)
    )


def _beside_subject(parse: Parse) -> None:
    """What is theirs is shown beside the names of the rows it belongs to."""
    if not any(output.entity == parse.subject for output in parse.outputs):
        parse.outputs.extend(Output(0, field, parse.subject) for field in parse.label(parse.subject))


def _table(parse: Parse, item: Item) -> None:
    assert item.table is not None
    table = item.table.table
    item.role = "subject"
    if _asks_names(parse, item):
        parse.outputs.extend(Output(item.start, field, table) for field in parse.label(table))
        return
    if _theirs(parse, item) and table != parse.subject and not parse.groups and not parse.ranked:
        _beside_subject(parse)
        parse.outputs.extend(Output(item.start, field, table) for field in parse.label(table))
        return
    if listed(parse, item) and not any(output.field.aggregate for output in parse.outputs):
        item.role = "target"
        column = sibling_column(parse, item) if table != parse.subject else None
        fields = [Field(column)] if column else parse.label(table)
        parse.outputs.extend(Output(item.start, field, "" if column else table) for field in fields)
        return
    measured = {measure_table(output.field) for output in parse.outputs if output.field.aggregate}
    first_measure = min((output.at for output in parse.outputs if output.field.aggregate), default=-1)
    if measured and table not in measured and item.start < first_measure and not parse.groups:
        parse.groups.extend(Output(item.start, field, table) for field in parse.label(table))


def name_subject(parse: Parse) -> None:
    """Where nothing is shown yet, the names of the subject's rows are."""
    if not parse.outputs and not parse.groups and parse.subject:
        shown = parse.label(parse.subject)
        when = parse.date_of(parse.subject)
        if shown == parse.key(parse.subject) and when and not parse.ranked:
            shown = [*shown, Field(when)]  # an event is known by its number and its day
        parse.outputs.extend(Output(0, field, parse.subject) for field in shown)
