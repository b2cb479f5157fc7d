"""Ranking: superlatives ("the most expensive film", "which country has the most customers", "most common rating")."""

from __future__ import annotations

from core.models import Assumption, Role
from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.linking.text import lemma
from core.nl2sql.builtin.query.query import Field, Order, Ref
from core.nl2sql.builtin.reading.counting import count_of, counted_table, events_of
from core.nl2sql.builtin.reading.grouping import fields_of, grain_field
from core.nl2sql.builtin.reading.measuring import measure_of
from core.nl2sql.builtin.reading.money import money, money_for
from core.nl2sql.builtin.reading.parse import Output, Parse
from core.nl2sql.builtin.reading.people import holds_people
from core.nl2sql.builtin.reading.popularity import doubted
from core.nl2sql.builtin.reading.stored import stored_count

_MAGNITUDE = ("size", "area", "population", "length", "amount", "total", "height", "capacity", "number", "quantity", "value")
_PAID = {"earn", "make", "pay"}
_EARNING = {"sell", "spend", "earn", "buy", "purchase", "pay", "bring", "generate", "make"}
_AMONG = {"among", "amongst", "in", "across", "by", "for", "from", "at", "on", "with", "between"}
_SURELY = 0.95
_NAME_PARTS = {"first": {"first", "forename", "given"}, "last": {"last", "surname", "family"}}
_HANDFUL = 10
_NO_DEED = {"is", "are", "was", "were", "one", "ones", "the", "of"}
_ONE_OF = {"of", "them", "those", "these", "one", "ones"}
_COUNTING = ("most", "the most", "fewest", "least", "more")


def superlatives(parse: Parse) -> None:
    for item in parse.items:
        if item.role or not item.is_cue("superlative") or parse.in_order_clause(item) or _of_name(parse, item):
            continue
        if parse.order and _starting(parse, item):
            item.role = "rank"
            parse.order[-1] = Order(parse.order[-1].field, item.is_cue("superlative", "desc"))
            continue
        _asked_period(parse, item)
        for reader in (_frequency, _of_verb, _of_deed, _implied, _of_measure, _of_table, _of_column, _largest_entity, _of_events):
            if reader(parse, item):
                item.role = "rank"
                break


def _starting(parse: Parse, cue: Item) -> bool:
    """ "Sorted by date, starting with the most recent": every row, in that order."""
    return any(other.lower == "starting" for other in parse.before(cue, 3))


def _of_name(parse: Parse, cue: Item) -> bool:
    """The first and last of a first name or last name rank nothing: they say which part of a name is meant."""
    follow = next(iter(parse.after(cue, 1)), None)
    if cue.lower not in _NAME_PARTS or follow is None or follow.kind != "name" or lemma(follow.lower) != "name":
        return False
    wanted = _NAME_PARTS[cue.lower]
    names = parse.index.names.columns
    parts = tuple(link for link in follow.columns if wanted & set(names[link.table, link.column]))
    if parts:
        follow.links, follow.owner, cue.role = parts, "", "naming"
    return bool(parts)


def _asked_period(parse: Parse, cue: Item) -> None:
    """ "Which month had the highest revenue", "the best month for sales": periods are ranked, so they are grouped by."""
    if parse.groups or not parse.items or parse.items[0].lower not in ("which", "what", "in", "when"):
        return
    near = [*parse.before(cue, 4), *parse.after(cue, 1)]
    asked = next((other for other in near if other.kind == "grain" and not other.role and not other.lower.endswith("ly")), None)
    if asked is not None and (field := grain_field(parse, asked.grain)):
        asked.role = "group"
        parse.groups.append(Output(asked.start, field))


def extremes(parse: Parse) -> None:
    """ "The flight with the maximum price": an extreme that tells which row is meant, not one to show."""
    for item in parse.items:
        if item.role or not item.is_cue("aggregate", "max", "min") or item.cue is None or parse.groups:
            continue
        opened = any(other.lower in ("with", "has", "have", "having", "had") for other in parse.before(item, 2))
        asked = any(other.kind == "name" and not other.role for other in parse.before(item, 99))
        follow = _following(parse, item)
        ref = parse.column_of(follow, "number", parse.subject) if follow and not follow.role else None
        if opened and asked and follow and ref and parse.column(ref).role is not Role.KEY:
            item.role = follow.role = "rank"
            parse.order.append(Order(Field(ref), item.cue.value == "max"))
            parse.ranked.append(Field(ref))
            parse.limit = parse.limit or 1


def _add(parse: Parse, cue: Item, field: Field, *, reverse: bool = False) -> None:
    descending = cue.is_cue("superlative", "desc") != reverse
    parse.order = [order for order in parse.order if order.field != field]
    parse.order.append(Order(field, descending))
    if _starting(parse, cue):
        return
    parse.ranked.append(field)
    if parse.limit is None:
        parse.limit = 1
        parse.several = _plural_rows(parse, cue)


def _plural_rows(parse: Parse, cue: Item) -> bool:
    """ "The longest films", "the oldest employees"."""
    near = [item for item in parse.after(cue, 2) if item.kind in ("name", "word")]
    rows = next((item for item in near if item.table and item.table.table == parse.subject), None)
    beside = rows is not None and all(item.kind in ("name", "word") for item in parse.after(cue, near.index(rows) + 1))
    return cue.lower not in _COUNTING and rows is not None and beside and rows.lower != lemma(rows.lower)


def _following(parse: Parse, cue: Item) -> Item | None:
    """The name a superlative speaks of, past stop words and numbers."""
    for other in parse.after(cue, 5):
        if other.kind == "name" and other.role != "modifier":
            return other
        if other.kind == "mark" or other.is_cue("compare") or other.is_cue("group"):
            return None
    return None


def _frequency(parse: Parse, cue: Item) -> bool:
    """ "The most common rating of films": values ranked by how often they occur."""
    if cue.lower.removeprefix("the ") not in parse.index.lexicon.frequency:
        return False
    if parse.ranked and any(item.is_cue("group", "by") and item.role == "order" for item in parse.after(cue, 99)):
        return True  # "the busiest airports by passengers"
    follow = _following(parse, cue)
    target = follow if follow and not follow.role else None
    counted = parse.subject
    if target and _is_scope(parse, cue, target) and (table := counted_table(parse, target)):
        counted = table
        target.role = "rank"
    elif target:
        fields = [_as_it_occurs(parse, target, field) for field in fields_of(parse, target)]
        table = next((f.expr.table for f in fields if isinstance(f.expr, Ref)), parse.subject)
        entity = target.table.table if target.table and target.table.table == table and not _is_plain_column(target) else ""
        parse.groups.extend(Output(target.start, field, entity) for field in fields)
        target.role = "group"
        counted = events_of(parse, entity) if entity else table
    elif parse.subject:
        counted = _asked_column(parse, cue) or events_of(parse, parse.subject)
    if not counted:
        return False
    doubted(parse, cue, counted)
    _add(parse, cue, count_of(parse, counted))
    return True


def _as_it_occurs(parse: Parse, item: Item, field: Field) -> Field:
    """ "The most common allergies": as the rows that have them say, not the list of all, where each stands once."""
    if not isinstance(field.expr, Ref) or parse.key(field.expr.table) != [field]:
        return field
    best = item.links[0].score
    for link in item.columns:
        other = Field(Ref(link.table, link.column))
        if link.score >= best and link.table != field.expr.table and parse.key(link.table) != [other]:
            return other
    return field


def _is_scope(parse: Parse, cue: Item, follow: Item) -> bool:
    """ "The position that is most common among players": what is behind the preposition is counted, what was asked is ranked."""
    between = parse.items[parse.position(cue) + 1 : parse.position(follow)]
    asked = any(other.kind == "name" and not other.role for other in parse.before(cue, 99))
    return asked and any(other.lower in _AMONG for other in between)


def _asked_column(parse: Parse, cue: Item) -> str:
    """The table of a column asked for before ("which reign is the most common"): its own rows are counted."""
    asked = [other for other in parse.before(cue, 99) if other.kind == "name" and not other.role]
    plain = bool(asked) and all(_is_plain_column(other) for other in asked)
    ref = parse.column_of(asked[0], prefer=parse.subject) if plain else None
    return ref.table if ref and parse.key(ref.table) != [Field(ref)] else ""


def _is_plain_column(item: Item) -> bool:
    return bool(item.columns) and (item.table is None or item.columns[0].score > item.table.score)


def _of_verb(parse: Parse, cue: Item) -> bool:
    """ "Who sold the most", "which customer spent the most": the verb says what is added up, or which figure of theirs it is."""
    selling = cue.lower in ("best selling", "top selling")
    if selling and parse.groups:
        return False  # "the best selling product in each category" ranks within groups, which no query here can say yet
    if not selling and (cue.lower not in (*_COUNTING, "best") or _following(parse, cue)):
        return False
    verb = cue if selling else next((other for other in parse.before(cue, 3) if lemma(other.lower) in _EARNING), None)
    if verb is None or verb.role:
        return False
    measure = _pay(parse, verb)
    if measure is None and (earned := money_for(parse, ("revenue",))) is not None:
        measure = Field(earned, "sum")
    if measure is None:
        return False
    verb.role = "rank"
    follow = _following(parse, cue) if selling else None
    if parse.limit is None and follow is not None and lemma(follow.lower) != follow.lower:
        parse.limit = _HANDFUL
    _add(parse, cue, measure)
    return True


def _pay(parse: Parse, verb: Item) -> Field | None:
    """ "Which employee earns the most": the figure of those people the verb means, where they have one."""
    if lemma(verb.lower) not in _PAID or not parse.subject or not holds_people(parse.subject, parse.index):
        return None
    own = (parse.index.column(link.table, link.column) for link in verb.columns if link.table == parse.subject)
    paid = next((column for column in own if column.kind.numeric and column.role is Role.MEASURE), None)
    return Field(Ref(parse.subject, paid.name)) if paid else None


def _of_deed(parse: Parse, cue: Item) -> bool:
    """ "Which film was rented the most": the verb says what happened."""
    if cue.lower.removeprefix("the ") not in ("most", "least") or _following(parse, cue) or not parse.subject:
        return False
    for other in parse.before(cue, 2):
        table = other.table.table if other.kind == "name" and other.table and other.lower.endswith("ed") else ""
        if table and table != parse.subject and not other.role and parse.index.graph.path((parse.subject,), table):
            other.role = "rank"
            _add(parse, cue, count_of(parse, table))
            return True
    return False


def _of_events(parse: Parse, cue: Item) -> bool:
    """ "Which promotions were used most": how often something happened to them."""
    if cue.lower.removeprefix("the ") not in ("most", "least") or _following(parse, cue) or not parse.subject:
        return False
    counted = events_of(parse, parse.subject)
    if counted == parse.subject and (column := _same_named(parse, cue)):
        parse.outputs.append(Output(0, column))
        _add(parse, cue, count_of(parse, parse.subject))
        return True
    if counted != parse.subject:
        parse.notes.append(Assumption("measure", f"“{cue.lower}” is counted by {' '.join(parse.index.names.tables[counted])}"))
        _add(parse, cue, count_of(parse, counted))
    return counted != parse.subject


def _same_named(parse: Parse, cue: Item) -> Field | None:
    """ "What instrument is used the most" where each row of a table of instruments names one: its values are ranked."""
    asked = [other for other in parse.before(cue, 99) if other.kind == "name" and other.columns]
    links = [link for item in asked for link in item.columns if link.table == parse.subject and link.score > _SURELY]
    return Field(Ref(links[0].table, links[0].column)) if len(asked) == 1 and links else None


def _implied(parse: Parse, cue: Item) -> bool:
    """ "Oldest", "cheapest": the adjective names the column."""
    phrase = cue.lower.removeprefix("the ")
    if phrase not in parse.index.lexicon.implied:
        return False
    follow = _following(parse, cue)
    tables = [link.table for item in ([follow] if follow else []) if (link := item.table)] + [parse.subject, *parse.tables_said()]
    beside = follow is not None and parse.position(follow) - parse.position(cue) == 1
    if (
        follow
        and beside
        and not follow.table
        and (ref := parse.column_of(follow, "number", parse.subject))
        and parse.column(ref).kind.numeric
    ):
        return False
    for table in dict.fromkeys(tables):
        if table and (found := parse.implied(phrase, table)):
            ref, reverse = found
            if parse.groups:
                extreme = "max" if cue.is_cue("superlative", "desc") != reverse else "min"
                own = " ".join(parse.index.names.tables[table])
                parse.notes.append(Assumption("measure", f"Only the {_said(parse, ref)} is shown, not which {own} it belongs to"))
                parse.outputs.append(Output(cue.start, Field(ref, extreme)))
                return True
            parse.notes.append(Assumption("column", f"“{phrase}” is read as {_said(parse, ref)}"))
            _add(parse, cue, Field(ref), reverse=reverse)
            return True
    return False


def _said(parse: Parse, ref: Ref) -> str:
    return parse.index.names.spoken(ref.table, ref.column)


def _of_measure(parse: Parse, cue: Item) -> bool:
    """ "The highest average salary", "the largest total revenue", "the highest number of orders"."""
    for other in parse.after(cue, 3):
        if other.is_cue("aggregate") or other.is_cue("count"):
            field = measure_of(parse, other)
            if field:
                _add(parse, cue, field)
                return True
        if other.kind not in ("stop",):
            break
    return False


def _of_table(parse: Parse, cue: Item) -> bool:
    """ "The most customers": rows counted per what is asked for."""
    follow = _following(parse, cue)
    counting = cue.lower in _COUNTING or " of" in cue.lower
    if not follow or follow.role or not counting:
        return False
    table = follow.table
    if stored := stored_count(parse, follow):
        follow.role = "rank"
        _add(parse, cue, Field(stored) if stored.table == parse.subject and not parse.groups else Field(stored, "sum"))
        return True
    ref = parse.column_of(follow, "number", parse.subject)
    if earned := money(parse, follow):
        follow.role = "rank"
        _add(parse, cue, Field(earned, "sum"))
        return True
    if ref and parse.column(ref).role is Role.MEASURE and (table is None or follow.columns[0].score > table.score):
        follow.role = "rank"
        _add(parse, cue, Field(ref) if ref.table == parse.subject else Field(ref, "sum"))
        return True
    if counted := counted_table(parse, follow):
        follow.role = "rank"
        _add(parse, cue, count_of(parse, counted))
        return True
    if table is None and follow.columns:
        column = parse.column_of(follow)
        if column:
            follow.role = "rank"
            _add(parse, cue, Field(column, "count", distinct=True) if column.table != parse.subject else Field(column))
            return True
    return False


def _of_column(parse: Parse, cue: Item) -> bool:
    """ "The highest salary": the extreme itself when it is what is asked, else the row that has it."""
    follow = _following(parse, cue)
    if follow is None or follow.role:
        return False
    if (earned := money(parse, follow)) and not _is_asked(parse, cue, follow):
        follow.role = "rank"
        _add(parse, cue, Field(earned, "sum"))
        return True
    ref = parse.column_of(follow, "number", parse.subject)
    if ref is None or not (follow.columns and (follow.table is None or follow.columns[0].score >= follow.table.score)):
        return False
    if parse.column(ref).role is Role.KEY:
        return False
    follow.role = "rank"
    if _is_asked(parse, cue, follow):
        parse.outputs.append(Output(cue.start, Field(ref, "max" if cue.is_cue("superlative", "desc") else "min")))
        return True
    if parse.limit is not None and parse.limit > 1 and not any(o.kind == "name" for o in parse.before(cue, 99)):
        parse.outputs.append(Output(cue.start, Field(ref)))
    outer = Field(ref) if ref.table == parse.subject or not _fans_out(parse, ref.table) else Field(ref, "sum")
    _add(parse, cue, outer)
    return True


def _fans_out(parse: Parse, table: str) -> bool:
    chain = parse.index.graph.path((parse.subject,), table) if parse.subject else None
    return bool(chain) and any(edge.many for edge in chain or ())


def _is_asked(parse: Parse, cue: Item, follow: Item) -> bool:
    """Nothing to show stands before the superlative, and no row is asked for after it."""
    if (parse.limit is not None and parse.limit > 1) or _does_it(parse, cue):
        return False
    if any(group.field.grain and group.at < cue.start + 3 for group in parse.groups) and parse.items[0].lower != "show":
        return not any(other.kind == "grain" and other.role == "group" for other in (*parse.before(cue, 4), *parse.after(cue, 1)))
    if parse.groups and not any(other.lower in ("which", "who") for other in parse.items[:2]):
        return True
    if any(other.kind == "name" and other.role not in ("group", "order") for other in parse.before(cue, 99)):
        return False
    return all(not (other.kind == "name" and other.table and other.start == follow.end) for other in parse.after(follow, 2))


def _does_it(parse: Parse, cue: Item) -> bool:
    """ "Which of those makes the biggest profit?", "who has the highest salary?": the row that does it."""
    asking = next((other for other in parse.before(cue, 99) if other.lower in ("which", "who")), None)
    verb = next((other for other in parse.after(asking, 4) if other.lower not in _ONE_OF), None) if asking else None
    return verb is not None and verb.kind in ("stop", "word") and verb.lower not in _NO_DEED


def _largest_entity(parse: Parse, cue: Item) -> bool:
    """ "The largest city": a column of size, where the table has one; "the best customers" by what they brought in."""
    follow = _following(parse, cue)
    table = follow.table.table if follow and follow.table else parse.subject
    if not table:
        return False
    for word in _MAGNITUDE:
        for column in parse.index.table(table).columns:
            if word in parse.index.names.columns[table, column.name] and column.kind.numeric and column.role is not Role.KEY:
                _add(parse, cue, Field(Ref(table, column.name)))
                parse.notes.append(Assumption("column", f"“{cue.lower}” is read as {_said(parse, Ref(table, column.name))}"))
                return True
    return False
