"""Reranking: follow-ups about order and number of rows ("top 3", "the lowest instead", "the second one", "sorted by name")."""

from __future__ import annotations

import re
from dataclasses import replace

from core.models import Role
from core.nl2sql.builtin.followups.change import Change, adds_up, is_scalar
from core.nl2sql.builtin.followups.listing import as_list, rows_of
from core.nl2sql.builtin.linking.index import Index
from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.linking.numerals import ORDINALS, numberlike
from core.nl2sql.builtin.query.explain import field_words, order_words
from core.nl2sql.builtin.query.query import Field, Order, Query, Ref, comparisons
from core.nl2sql.builtin.reading.adjectives import direction_word, ranked_as
from core.nl2sql.builtin.reading.labelling import shown_names
from core.nl2sql.builtin.reading.parse import Parse
from core.nl2sql.builtin.reading.people import holds_people

_ORDINAL = "|".join((*ORDINALS, "last"))
_NTH = re.compile(rf"\b(the |and )?({_ORDINAL})( one| place| row| best| highest| largest)?\W*$")
_NTH_LEAD = re.compile(rf"^(?:and |what about |how about )?(?:the )({_ORDINAL})(?: one| place| row)?(?: ?[-–—:;]+|,) ?\w")
_WHO_NTH = re.compile(
    rf"^(?:and )?(?:who|which|which one)(?:'s| is| comes| came| ranks| was)(?: the| in)? ({_ORDINAL})(?: one| place)?\W*$"
)
_NEXT = re.compile(r"\b(the )?next (\w+)?\W*$")
_BARE_NUMBER = re.compile(
    r"^(only |just |and |no, |show |give me |make it |limit (it |that |them )?(to )?|the )*(\d+|[a-z]+)"
    r"( of them| only| please| rows?| results?)*\W*$"
)
_SHOWS_IT = re.compile(
    r"\b(and|also|please) show (it|that|the (number|figure|amount|value)s?)\b|\bwith the (number|figure|value)s?\W*$"
)
_AT = re.compile(rf"\b({'|'.join(ORDINALS)})[ -](?:(?:most|least) \w+|\w+est)\b")
""" "The second longest"."""
_AT_MOST = re.compile(rf"\b({'|'.join(ORDINALS)})[ -](most|least|fewest|highest|lowest|largest|smallest|best|worst)\b")
_WHICH_ONE = re.compile(r"^(and |so )*which (one|of)\b")
_JUST_SORTS = re.compile(r"^(and |now |then )*(sort|order|rank)(ed)?( (them|those|these|it|that|this))?( please| for me)?\W*$")
_RANKS = re.compile(r"^(and |now |then )*rank(ed)?\b")
_BY_IT = re.compile(
    r"\b(sort|order|rank|sorted|ordered|ranked)( (them|those|these|it|all))? by (it|that|this)( (number|figure|column))?\b"
)
_UNLIMITED = re.compile(
    r"^(show |list |give |now |and )*(me )?(all(?! (the )?(columns?|details?|fields?)\b)|everything|everybody|everyone|every one"
    r"|all of (them|those|these))\b"
    r"|\bno limit\b|\bwithout (the |a )?limit\b|\bremove (the )?limit\b"
)


def nth(query: Query, change: Change) -> Query:
    """ "And the second one?": a row of the ranking before; "the next 5": the rows after it."""
    ranked = _as_ranking(query)
    found = _nth(ranked, change) if ranked.order else query
    return query if found is ranked else found


def _as_ranking(query: Query) -> Query:
    """The rows whose number is the largest (or least) of all as the first of a ranking by it."""
    for compare in comparisons(query.where):
        inner = compare.query if compare.op == "=" and not compare.negated else None
        extreme = inner.select[0] if inner and len(inner.select) == 1 and not inner.having else None
        rest = tuple(c for c in query.where if c != compare)
        same = inner and (inner.subject, inner.where, inner.limit) == (query.subject, rest, None)
        if same and extreme and extreme.aggregate in ("max", "min") and extreme.expr == compare.field.expr:
            return replace(query, where=rest, order=(Order(compare.field, extreme.aggregate == "max"),), limit=1, offset=0)
    return query


def _nth(query: Query, change: Change) -> Query:
    if lead := _NTH_LEAD.match(change.text):
        return _placed(query, change, lead[1])
    if asked := _WHO_NTH.match(change.text):
        return _named(_placed(query, change, asked[1]), change)
    found = _NTH.search(change.text)
    if (
        found
        and (found[3] or not change.parse.limit)
        and (found[3] or change.text.startswith(("and", "the", "what about", found[2])))
    ):
        return _named(_placed(query, change, found[2]), change)
    if _NEXT.search(change.text) and query.limit is not None:
        number = next((int(item.number) for item in change.parse.items if item.number), query.limit)
        for item in change.parse.items:
            item.role = item.role or ("limit" if item.number or item.lower == "next" else "")
        change.parse.limit = None
        change.said.append(f"the next {number}")
        return replace(query, offset=query.offset + query.limit, limit=number)
    return query


def _placed(query: Query, change: Change, word: str) -> Query:
    _mark(change.parse, word)
    if word == "last":
        flipped = tuple(Order(o.field, not o.descending) for o in query.order)
        change.said.append("the last one")
        return replace(query, order=flipped, limit=1, offset=0)
    change.said.append(f"the {word} one")
    return replace(query, limit=1, offset=ORDINALS[word] - 1)


def _named(query: Query, change: Change) -> Query:
    """With the name of the row where only numbers of it are shown: another row is meant than the one spoken of."""
    bare = not query.grouped and all(_is_number(f, change.index) for f in query.select)
    label = tuple(change.parse.label(query.subject)) if bare else ()
    keys = change.parse.key(query.subject)
    return replace(query, select=(*label, *query.select)) if label and not set(label) <= set(keys) else query


def _mark(parse: Parse, word: str) -> None:
    for item in parse.items:
        if item.lower in (word, "one", "place", "row"):
            item.role = "limit"
    parse.order, parse.ranked, parse.limit = [], [], None


def unlimited(query: Query, change: Change) -> Query:
    """ "Show all of them": without the limit."""
    if query.limit is None or not _UNLIMITED.search(change.text):
        return query
    for item in change.parse.items:
        item.role = item.role or ("limit" if item.kind == "word" and item.lower.startswith("every") else "")
    change.said.append("all of them")
    return replace(query, limit=None, offset=0)


def superlatives(query: Query, change: Change) -> Query:
    """ "Which has the most?", "and the lowest?", "the oldest one": the row that ranks first."""
    bare = next((item for item in change.parse.items if item.role == "bare rank"), None)
    if bare is not None:
        return _bare(query, change, bare)
    parse = change.parse
    if not parse.ranked or not parse.order or parse.limit is None:
        return query
    if query.grouped and query.dimensions and (measured := _by_another(query, change)):
        parse.order = []
        return measured
    query = _people_behind(query, change)
    these = change.of_them or bool(_WHICH_ONE.match(change.text))
    base = rows_of(query, change) if these and query.limit not in (None, 1) else as_list(query, change)
    order = tuple(Order(_known(o.field, base), o.descending) for o in parse.order)
    if any(not _allowed(o.field, base) for o in order):
        return query
    parse.order = []
    at = _AT.search(change.text)
    ranked = _ranked(base, order, parse.limit, change, figure=is_scalar(query))
    return _from(at, ranked, change)


def _people_behind(query: Query, change: Change) -> Query:
    """ "Who is the tallest of them?", after the average height of each sex: the people that were measured."""
    shown = set(change.parse.label(query.subject)) & {*query.dimensions, *query.keys}
    whom = change.text.removeprefix("and ").startswith("who") and holds_people(query.subject, change.index)
    if not whom or not query.grouped or not query.dimensions or shown or query.combine or query.keys:
        return query
    return replace(query, select=tuple(change.parse.label(query.subject)), order=(), limit=None, having=())


def _from(at: re.Match[str] | None, ranked: Query, change: Change) -> Query:
    """ "The second longest": the row in that place of a ranking."""
    if at is None or ranked.limit != 1:
        return ranked
    for item in change.parse.items:
        item.role = item.role or ("limit" if item.lower == at[1] else "")
    change.said[-1] = f"the {at[1]} one only"
    return replace(ranked, offset=ORDINALS[at[1]] - 1)


def _by_another(query: Query, change: Change) -> Query | None:
    """ "Top 3 by freight instead", after groups ranked by another measure: the groups by the sum of that column."""
    field = change.parse.order[0].field
    if (
        field.aggregate
        or field in query.dimensions
        or not adds_up(field, change)
        or any(f.expr == field.expr for f in query.measures)
    ):
        return None
    total = replace(field, aggregate="sum")
    kept = () if change.replaces else query.measures
    order = (Order(total, change.parse.order[0].descending),)
    return _ranked(replace(query, select=(*query.dimensions, *kept, total)), order, change.parse.limit or 1, change)


def _bare(query: Query, change: Change, bare: Item) -> Query:
    target = _said_number(query, change, bare) or _ranked_by(query, change.index)
    figure = is_scalar(query)
    if figure:
        target = Field(query.measures[0].expr) if query.measures[0].expr is not None and change.asks else None
        query = as_list(query, change) if target else query
    if target is None:
        return query
    bare.role = "rank"
    descending = bare.is_cue("superlative", "desc") or bare.is_cue("aggregate", "max")
    one = change.asks or bool(re.search(r"\bone\b", change.text)) or query.limit is None
    number = next((item for item in change.parse.items if item.number and item.lower != "one"), None)
    if number is not None:
        number.role = "limit"
    limit = int(number.number or 1) if number else change.parse.limit or (1 if one else query.limit or 1)
    ranked = _ranked(query, (Order(target, descending),), limit, change, figure=figure)
    at = _AT_MOST.search(change.text)
    return _from(at, ranked, change)


def _said_number(query: Query, change: Change, bare: Item) -> Field | None:
    """ "Which has the most showings?", of a list with showings per day and prices: the number a word of its name is said of."""
    after = change.parse.items[change.parse.position(bare) + 1 :]
    said = next((item for item in after if item.kind in ("word", "stop") and not item.role), None)
    for field in query.dimensions if said is not None else ():
        ref = field.expr
        names = change.index.names.columns[ref.table, ref.column] if isinstance(ref, Ref) else ()
        if said and _is_number(field, change.index) and any(len(w) > 3 and said.lower.startswith(w) for w in names):
            said.role = "rank"
            return field
    return None


def _ranked(query: Query, order: tuple[Order, ...], limit: int, change: Change, *, figure: bool = False) -> Query:
    """The rows that rank first, shown as they were; with what they rank by where that was the figure before, or is measured."""
    change.said.append(f"sorted by {order_words(order[0], change.index)}")
    change.said.append(f"the first {limit} only" if limit > 1 else "the first one only")
    change.parse.limit = None
    ranked = replace(query, order=order, limit=limit, offset=0)
    asks = change.asks or change.text.startswith("the one")
    shown = query.dimensions if asks and query.dimensions and not change.conventions.show_measure else query.select
    if change.conventions.show_measure:
        tells = asks and not query.grouped
        shown = shown_names(query, change.parse) if tells else shown
        shown = (*shown, *(o.field for o in order if (figure or tells or o.field.aggregate) and o.field not in shown))
    keys = query.keys
    if query.grouped and not any(f.aggregate for f in shown) and not any(o.field.aggregate for o in order):
        keys = query.keys or query.dimensions
    return replace(ranked, select=shown, keys=keys)


def _ranked_by(query: Query, index: Index) -> Field | None:
    """What rows are ranked by where it is not said: the order, the measure, else a number that is shown or compared."""
    if query.order and (query.limit is not None or query.order[0].field.aggregate):
        return query.order[0].field
    if query.measures:
        return query.measures[0]
    plain = [f for f in query.dimensions if _is_number(f, index)]
    plain += [o.field for o in query.order]
    plain += [c.field for c in comparisons(query.where) if c.op in (">", ">=", "<", "<=", "between") and not c.field.aggregate]
    return plain[0] if plain else None


def _is_number(field: Field, index: Index) -> bool:
    if not isinstance(field.expr, Ref) or field.grain:
        return False
    column = index.column(field.expr.table, field.expr.column)
    return numberlike(column) and column.role is not Role.KEY


def orders(query: Query, change: Change) -> Query:
    parse = change.parse
    if "reverse" in change.text and query.order:
        flipped = tuple(Order(o.field, not o.descending) for o in query.order)
        change.said.append(f"sorted by {order_words(flipped[0], change.index)}")
        return replace(query, order=flipped)
    order = _by_what_was_added(query, change) or tuple(parse.order) or _by_direction(query, change)
    if parse.undirected and _RANKS.match(change.text) and adds_up(order[0].field, change):
        order = tuple(replace(o, descending=True) for o in order)
    if not order and _JUST_SORTS.match(change.text) and (target := _ranked_by(query, change.index)):
        order = (Order(target, True),)
    if not order or (is_scalar(query) and any(o.field.aggregate for o in order)):
        return query
    query = as_list(query, change)
    other = query.limit not in (None, 1) and _other_order(order, query)
    swaps = other and change.replaces and adds_up(order[0].field, change)
    base = _by_figure(query, order[0].field) if swaps else rows_of(query, change) if other else query
    order = tuple(Order(_known(o.field, base), o.descending) for o in order)
    if any(not _allowed(o.field, base) for o in order):
        return query
    change.said.append(f"sorted by {order_words(order[0], change.index)}")
    shown = order[0].field
    if _SHOWS_IT.search(change.text) and not base.grouped and shown not in base.select:
        change.said.append(f"+ {field_words(shown, change.index)}")
        base = replace(base, select=(*base.select, shown))
    return replace(base, order=order)


def _by_figure(query: Query, figure: Field) -> Query:
    """ "By area instead", after the largest by population: the other figure in the place of the one they were ranked by."""
    before = [o.field for o in query.order]
    shown = tuple(figure if f in before else f for f in query.select)
    return replace(query, select=tuple(dict.fromkeys(shown)))


def _by_what_was_added(query: Query, change: Change) -> tuple[Order, ...]:
    """ "Show the price and sort by it": the column that is shown last."""
    plain = [f for f in query.select if f not in change.parse.label(query.subject)]
    if not plain or not _BY_IT.search(change.text):
        return ()
    for item in change.parse.items:
        item.role = item.role or ("order" if item.is_cue("order") or item.is_cue("group") else "")
    return (Order(plain[-1], change.parse.direction.startswith("desc")),)


def _other_order(order: tuple[Order, ...], query: Query) -> bool:
    """The rows of a cut-off list sorted another way are still the same rows."""
    return order[0].field not in [o.field for o in query.order]


def _by_direction(query: Query, change: Change) -> tuple[Order, ...]:
    """ "Highest first", "alphabetically": a direction of what is shown or ordered already."""
    direction, _, wish = change.parse.direction.partition(":")
    if not direction or change.parse.limit is not None:
        return ()
    descending = direction == "desc"
    adjective = direction_word(change.parse)
    if found := ranked_as(query, change.parse, adjective):
        return (Order(found[0], descending != found[1]),)
    if adjective in change.index.lexicon.frequency:
        return ()
    times = [f for f in query.dimensions if f.grain or f.expr in change.parse.times]
    pool = times if wish == "time" else list(query.dimensions if wish == "label" else ())
    ordered = query.order[0].field if query.order and wish != "label" else None
    target = next(iter(pool), None) or ordered or next(iter(query.measures), None) or _ranked_by(query, change.index)
    target = target or next(iter(query.select), None)
    return (Order(target, descending),) if target else ()


def _known(field_: Field, query: Query) -> Field:
    """The measure of the query over the same column, when a plain column of a grouped query is meant; the column a list shows."""
    if not query.grouped and field_.aggregate == "sum" and Field(field_.expr) in query.select:
        return Field(field_.expr)
    if not field_.aggregate and query.grouped:
        return next((f for f in query.measures if f.expr == field_.expr), field_)
    return field_


def _allowed(field: Field, query: Query) -> bool:
    """A grouped query is ordered by what it groups by or measures."""
    return not query.grouped or bool(field.aggregate) or field in (*query.dimensions, *query.keys)


def limits(query: Query, change: Change) -> Query:
    parse = change.parse
    limit = parse.limit if parse.limit is not None else _bare_limit(query, change)
    if limit is None or is_scalar(query):
        return query
    query = _as_ranking(as_list(query, change))
    direction = parse.direction
    ranked = query
    cue = next((item for item in parse.items if item.is_cue("superlative")), None)
    top = cue is not None and cue.lower in ("top", "bottom", "best", "worst", "highest", "lowest")
    if not query.order or (query.measures and top and not any(o.field.aggregate for o in query.order)):
        target = _ranked_by(query, change.index) if top or query.measures else None
        ranked = replace(query, order=(Order(target, not direction.startswith("asc")),)) if target else query
    elif direction.startswith("asc") and query.order[0].descending:
        ranked = replace(query, order=tuple(Order(o.field, not o.descending) for o in query.order))
    if limit == query.limit and ranked == query:
        return query
    if ranked.order != query.order:
        change.said.append(f"sorted by {order_words(ranked.order[0], change.index)}")
    change.said.append(f"the first {limit} only")
    return replace(ranked, limit=limit, offset=0)


def _bare_limit(query: Query, change: Change) -> int | None:
    """ "Make it 5", "only three": a number with nothing else, after a list."""
    numbers = [item for item in change.parse.items if item.number is not None]
    if len(numbers) != 1 or numbers[0].role or not _BARE_NUMBER.match(change.text) or is_scalar(query):
        return None
    number = numbers[0].number or 0
    if not 1 <= number <= 1000 or number != int(number):
        return None
    numbers[0].role = "limit"
    return int(number)
