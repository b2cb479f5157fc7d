"""Money: what revenue, sales or spending are in a database: a column of amounts, or price × quantity (× (1 − discount)).

There may be several, at the grain of orders and of order lines. All are kept, and the first that the joins of the finished query
do not multiply is taken.
"""

from __future__ import annotations

from dataclasses import replace

from core.models import Assumption, Kind, Role
from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.linking.text import lemma, words
from core.nl2sql.builtin.query.headings import PREFIX
from core.nl2sql.builtin.query.plan import aggregates, measure_table, places_of
from core.nl2sql.builtin.query.query import Arith, Compare, Expr, Field, Query, Ref, comparisons, refs
from core.nl2sql.builtin.reading.parse import Parse

_SURE = 0.7
_POSSIBLE = 0.5
_SPOKEN = {
    "revenue": "revenue",
    "sale": "sales",
    "turnover": "turnover",
    "income": "income",
    "spending": "spending",
    "profit": "profit",
}
"""Words for money that name a result better than the column it is taken from."""


def money(parse: Parse, item: Item) -> Expr | None:
    """The measure a word of money means; None where the word is another one."""
    return money_for(parse, tuple(word for word in words(item.text) if word not in ("the", "of", "our")))


def money_for(parse: Parse, said: tuple[str, ...]) -> Expr | None:
    lemmas = tuple(lemma(word) for word in said)
    if lemmas in parse.index.lexicon.derived_words["profit"]:
        return _profit(parse, lemmas)
    known = parse.index.lexicon.derived_words["revenue"]
    if lemmas not in known and not (
        lemmas and lemmas[-1] in ("revenue", "sale", "turnover") and lemmas[-1:] in known and len(lemmas) <= 2
    ):
        return None
    if lemmas not in known and tuple(sorted(set(lemmas))) in parse.index.phrases:
        return None
    choices = _choices(parse, lemmas)
    if choices:
        parse.moneys[choices[0]] = choices
        parse.money_words.setdefault(choices[0], _SPOKEN.get(lemmas[-1], ""))
    return choices[0] if choices else None


def _choices(parse: Parse, lemmas: tuple[str, ...]) -> tuple[Expr, ...]:
    keys = dict.fromkeys((tuple(sorted(set(lemmas))), ("revenue",)))
    hits = [hit for key in keys for hit in parse.index.phrases.get(key, ()) if hit.kind == "column"]
    links = {(hit.table, hit.column): hit for hit in sorted(hits, key=lambda hit: hit.score)}  # of each column its best
    columns = []
    for hit in sorted(links.values(), key=lambda hit: (-hit.score, hits.index(hit))):
        column, table = parse.index.column(hit.table, hit.column), parse.index.table(hit.table)
        if column.kind.numeric and column.role is Role.MEASURE and not (table.is_view and parse.index.graph.has_tables):
            columns.append((hit.score, Ref(hit.table, hit.column)))
    sure = [ref for score, ref in columns if score >= _SURE]
    possible = [ref for score, ref in columns if _POSSIBLE <= score < _SURE]
    derived = _derived(parse)
    lines = next(refs(derived)).table if derived else ""
    amounts = [ref for ref in possible if ref.table == lines]
    return (*sure, *amounts, *([derived] if derived else []), *(ref for ref in possible if ref.table != lines))


def _profit(parse: Parse, lemmas: tuple[str, ...]) -> Expr | None:
    """Revenue less what the units sold cost, where the lines or what they are of tell it; a column so named goes before."""
    named = parse.index.phrases.get(tuple(sorted(set(lemmas))), ())
    if any(hit.kind == "column" and hit.score >= _SURE for hit in named):
        return None
    for earned in _choices(parse, ("revenue",)):
        lines = next(refs(earned)).table
        quantity = _part(parse, lines, "quantity")
        near = (edge.other for edge in parse.index.graph.edges(lines) if not edge.many)
        cost = next((found for table in (lines, *near) if (found := _part(parse, table, "cost"))), None)
        if quantity and cost:
            profit = Arith("-", earned, Arith("*", quantity, cost))
            parse.moneys[profit] = (profit,)
            parse.money_words.setdefault(profit, "profit")
            return profit
    return None


def _derived(parse: Parse) -> Expr | None:
    """Price × quantity of the largest table that has both."""
    for table in sorted(parse.index.catalog.tables, key=lambda t: (t.is_view, -(t.row_count or 0))):
        price, quantity, discount = (_part(parse, table.name, role) for role in ("price", "quantity", "discount"))
        if price and quantity:
            product: Expr = Arith("*", price, quantity)
            return Arith("*", product, Arith("-", 1, _rate(parse, discount))) if discount else product
    return None


def net(parse: Parse) -> None:
    """ "Sales after discount", "net of discounts": what is computed takes them off already."""
    for item in parse.items:
        if item.role or item.kind != "name" or not item.columns:
            continue
        taken_off = any(other.lower in ("after", "net") for other in parse.before(item, 3))
        earned = _derived(parse) if taken_off else None
        if earned and any((link.table, link.column) == (ref.table, ref.column) for ref in refs(earned) for link in item.columns):
            item.role = "measure"


def _rate(parse: Parse, discount: Ref) -> Expr:
    """A discount as a share of one: those that go beyond 1 are percents."""
    column = parse.column(discount)
    percent = column.maximum is not None and column.kind is not Kind.TEXT and float(column.maximum) > 1
    return Arith("/", discount, 100) if percent else discount


def _part(parse: Parse, table: str, role: str) -> Ref | None:
    wanted = parse.index.lexicon.derived_words[role]
    for column in parse.index.table(table).columns:
        if column.kind.numeric and column.role is not Role.KEY and parse.index.names.columns[table, column.name] in wanted:
            return Ref(table, column.name)
    return None


def named(parse: Parse) -> None:
    """Measures of money are called what the person called them: the heading of a result says revenue, not total_amount."""

    def field(f: Field) -> Field:
        word = parse.money_words.get(f.expr, "") if f.expr is not None and f.aggregate else ""
        return replace(f, label=spoken_label(word, f.aggregate)) if word else f

    for output in (*parse.outputs, *parse.groups):
        output.field = field(output.field)
    parse.ranked = [field(f) for f in parse.ranked]
    parse.order = [replace(order, field=field(order.field)) for order in parse.order]
    parse.having = [(entity, replace(compare, field=field(compare.field))) for entity, compare in parse.having]


def spoken_label(word: str, aggregate: str) -> str:
    """ "revenue" for a sum, "average_revenue" and the like for the others."""
    return word if aggregate == "sum" else f"{PREFIX[aggregate]}_{word}"


def settle_money(query: Query, parse: Parse) -> Query:
    """The query with each measure of money at the grain its groups and filters need, and a note of what it is."""
    for first, choices in parse.moneys.items():
        if any(field.expr == first for field in aggregates(query)):
            counts = [field for field in query.measures if measure_table(field) and field.expr is None]
            chosen = min(choices, key=lambda choice: (_detour(choice, query, parse, counts), _detour(choice, query, parse, [])))
            query = _swapped(query, first, chosen) if chosen != first else query
            _note(parse, chosen, parse.money_words.get(first, ""))
    return query


def resettle_money(query: Query, parse: Parse) -> Query:
    """The query of a follow-up: revenue by month that is now asked for by category is taken of what each category sold.

    A measure stays what it was where its rows do not repeat, so that figures of turns in a row can be compared.
    """
    query = settle_money(query, parse)
    said = parse.moneys
    for field in query.measures:
        parse.moneys = {}
        first = money_for(parse, (field.label,)) if field.label in _SPOKEN.values() else None
        choices = parse.moneys.get(first, ()) if first is not None else ()
        if field.expr is not None and field.expr in choices and _detour(field.expr, query, parse, []) == float("inf"):
            parse.moneys = {field.expr: choices}
            parse.money_words.setdefault(field.expr, field.label)
            query = settle_money(query, parse)
    parse.moneys = said
    return query


def _detour(expr: Expr, query: Query, parse: Parse, counts: list[Field]) -> float:
    """What it costs to get from the measure's table to what the query groups and filters by, and to what it counts beside;
    infinite where rows would repeat."""
    table = next(refs(expr)).table
    needed = [*query.dimensions, *query.keys, *(c.field for c in comparisons(query.where))]
    needed += counts
    cost = 0.0
    for other in dict.fromkeys(place[0] for field in needed for place in places_of(field)):
        chain = parse.index.graph.path((table,), other)
        if chain is None or any(edge.many for edge in chain):
            return float("inf")
        cost += parse.index.graph.cost(chain) if chain else 0.0
    return cost


def _swapped(query: Query, old: Expr, new: Expr) -> Query:
    def field(f: Field) -> Field:
        return replace(f, expr=new) if f.expr == old else f

    return replace(
        query,
        subject=next(refs(new)).table if query.subject == next(refs(old)).table and query.measures else query.subject,
        select=tuple(field(f) for f in query.select),
        having=tuple(replace(c, field=field(c.field)) if isinstance(c, Compare) else c for c in query.having),
        order=tuple(replace(o, field=field(o.field)) for o in query.order),
    )


def _note(parse: Parse, expr: Expr, word: str) -> None:
    text = f"taken from {expr.column} of {expr.table}" if isinstance(expr, Ref) else "computed as " + _formula(expr)
    text = f"{word} is {text}" if word else text
    text = text[:1].upper() + text[1:]
    if Assumption("measure", text) not in parse.notes:
        parse.notes.append(Assumption("measure", text))


def _formula(expr: Expr) -> str:
    if isinstance(expr, Arith):
        sign = {"*": "×", "-": "−", "+": "+", "/": "÷"}[expr.op]
        text = f"{_formula(expr.left)} {sign} {_formula(expr.right)}"
        return f"({text})" if expr.op in "+-" else text
    return expr.column if isinstance(expr, Ref) else str(expr)
