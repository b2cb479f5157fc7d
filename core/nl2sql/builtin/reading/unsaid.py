"""Unsaid: "top 10 customers", "best products": what is ranked by when nothing is said. It is revenue where rows bring some in."""

from __future__ import annotations

from core.models import Assumption
from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.linking.lexicon import Cue
from core.nl2sql.builtin.query.query import Expr, Field, Order, refs
from core.nl2sql.builtin.reading.money import money_for
from core.nl2sql.builtin.reading.parse import Parse
from core.nl2sql.builtin.reading.people import holds_people

_CUES = ("top", "bottom", "best", "worst", "leading")
_SIZES = ("biggest", "largest", "greatest", "smallest")
"""Said of whom money comes from, and of what brings it in."""
_OPENING = ("what", "what's", "whats", "'s", "’s", "s", "show", "me", "tell", "is", "are", "was", "were", "the", "our", "a", "an")
_BEHIND = ("in", "of", "for", "at", "on", "like", "from", "today", "now", "?", ".")


def by_revenue(parse: Parse) -> None:
    """Ranks what has no measure yet; where there is no money to rank by it is a doubt."""
    cue = next(
        (item for item in parse.items if item.is_cue("superlative") and _ranks_money(parse, item) and item.role in ("", "limit")),
        None,
    )
    if cue is None or parse.order or parse.ranked or not _plain(parse, cue):
        return
    earned = next((expr for expr in _moneys(parse) if _belongs(parse, expr)), None)
    if earned is None:
        parse.doubts += ["nothing to rank by"] * (4 if cue.role == "limit" else 0)
        return
    parse.money_words.setdefault(earned, "revenue")
    field = Field(earned) if next(refs(earned)).table == parse.subject else Field(earned, "sum")
    cue.role = "limit"
    parse.ranked.append(field)
    parse.order.append(Order(field, cue.lower not in ("bottom", "worst", "smallest")))
    parse.direction = ""
    parse.limit = parse.limit or (1 if _single(parse, cue) else 10)
    parse.notes.append(Assumption("measure", f"“{cue.text}” is taken as by revenue; say another measure for another ranking"))


def _ranks_money(parse: Parse, item: Item) -> bool:
    """ "The biggest customer" brings in most; the biggest city or film does not."""
    if item.lower in _CUES:
        return True
    sized = item.lower in _SIZES and bool(parse.subject)
    events = {next(refs(expr)).table for expr in _moneys(parse)} if sized else set()
    dated = parse.date_of(parse.subject) is not None and any(_belongs(parse, expr) for expr in _moneys(parse)) if sized else False
    return sized and (parse.subject in events or dated or (bool(events) and holds_people(parse.subject, parse.index)))


def more(parse: Parse) -> None:
    """ "Which store has more customers": more than all others, where nothing is said to compare with."""
    if not parse.items or parse.items[0].lower not in ("which", "who", "what"):
        return
    for item in parse.items:
        beside = parse.after(item, 99)
        if item.lower == "more" and not item.role and not any("than" in other.lower.split() for other in beside):
            item.kind, item.cue = "cue", Cue("superlative", "desc", "more")


def strangers(parse: Parse) -> None:
    """ "The top 5 wombats by revenue", "return rate": a ranking of nothing known and a rate no column holds are doubts."""
    for item in parse.items:
        follow = parse.next_real(item) if item.role == "limit" and item.number is not None else None
        if follow is not None and follow.kind == "word" and not follow.role:
            parse.doubts += [f"{follow.text} is not known"] * 4
        if item.is_cue("count") and _counts_strangers(parse, item):
            parse.doubts += ["what is counted is not known"] * 4
        if item.lower in ("rate", "rates") and item.kind in ("name", "word") and not _held(parse, item):
            parse.doubts += ["no column holds the rate"] * 4


def asked(parse: Parse) -> None:
    """ "What is the weather in Lisbon": what stands alone between the opening and a preposition must be known."""
    opening = next((at for at, item in enumerate(parse.items) if item.lower not in _OPENING), 0)
    if not opening:
        return
    head, rest = parse.items[opening], [item.lower for item in parse.after(parse.items[opening], 1)]
    follow = parse.next_real(head)
    named = follow is not None and follow.kind == "name"
    if head.kind == "word" and not head.role and not named and (not rest or rest[0] in _BEHIND):
        parse.doubts += ["what is asked for is not known"] * 4


def _counts_strangers(parse: Parse, count: Item) -> bool:
    """ "How many wombats are there": the word alone behind the count is what is counted."""
    said = parse.after(count, 2)
    there = len(said) == 2 and (said[1].kind in ("mark", "cue") or said[1].lower in ("are", "is", "were", "do", "there"))
    alone = len(said) == 1 or there
    return alone and said[0].kind == "word" and not said[0].role and said[0].lower.endswith("s")


def _held(parse: Parse, item: Item) -> bool:
    """Whether a column is called a rate."""
    return any("rate" in parse.index.names.columns[link.table, link.column] for link in item.columns)


def _plain(parse: Parse, cue: Item) -> bool:
    """Rows are ranked, and nothing else is measured."""
    follow = parse.next_real(cue, 3)
    follow = parse.next_real(follow, 2) if follow is not None and follow.number is not None else follow
    named = follow is not None and follow.kind == "name" and follow.table is not None and follow.table.table == parse.subject
    return named and not any(output.field.aggregate for output in parse.outputs)


def _single(parse: Parse, cue: Item) -> bool:
    follow = parse.next_real(cue, 3)
    return follow is not None and not follow.lower.endswith("s")


def _moneys(parse: Parse) -> tuple[Expr, ...]:
    first = money_for(parse, ("revenue",))
    return parse.moneys.get(first, ()) if first is not None else ()


def _belongs(parse: Parse, expr: Expr) -> bool:
    """Whether each amount is of one row of what is ranked."""
    chain = parse.index.graph.path((next(refs(expr)).table,), parse.subject)
    return chain is not None and not any(edge.many for edge in chain)
