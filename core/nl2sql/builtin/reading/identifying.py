"""Identifying: what is asked of several rows stands beside their names, without which nobody could tell whose it is."""

from __future__ import annotations

import re
from dataclasses import replace

from core.models import Role
from core.nl2sql.builtin.linking.numerals import numberlike
from core.nl2sql.builtin.query.query import Field, Query, Ref, comparisons
from core.nl2sql.builtin.reading.labelling import goes_by_name
from core.nl2sql.builtin.reading.parse import Parse

_EVERY = {"all", "every", "each"}
_ONE = {"=", "in", "like"}
_HOW = re.compile(r"\bhow (?!many\b|much\b)\w+ (are|were|did|do|have)\b|\bhow much (are|do)\b")
_WHERE = re.compile(r"^(where|when) (are|were|did|do|have)\b")


def identified(query: Query, parse: Parse) -> Query:
    """A plain list of other columns of rows that are said ("the height and weight of all people"), led by their names."""
    place = _named_by(query.subject, parse)
    if query.grouped or query.distinct or query.limit == 1 or query.combine or not place:
        return query
    names, shown = parse.label(place), [field.expr for field in query.select]
    own = all(isinstance(expr, Ref) and expr.table == query.subject and not expr.role for expr in shown)
    known = {*names, *parse.key(query.subject)}
    if not own or known & set(query.select) or _tells_one(query, known) or not _asks_of_rows(query, parse):
        return query
    return replace(query, select=(*names, *query.select))


def each_once(query: Query, parse: Parse) -> Query:
    """A plain list of what rows share ("which channels are there?"), with nothing to tell the rows by: each of it once."""
    shown = [parse.column(field.expr) for field in query.select if isinstance(field.expr, Ref)]
    plain = not query.grouped and query.limit is None and not query.combine and len(shown) == len(query.select) > 0
    beyond = {order.field for order in query.order} - set(query.select)
    if not plain or beyond or _tells_one(query, set(parse.key(query.subject))):
        return query
    kinds = all(column.role is Role.DIMENSION and not numberlike(column) and not column.kind.temporal for column in shown)
    labelled = set(parse.label(query.subject)) & set(query.select)
    return query if not kinds or labelled else replace(query, distinct=True)


def _named_by(subject: str, parse: Parse) -> str:
    """The table whose names tell the rows: their own, else that of what they are a kind of (candidates: people)."""
    if goes_by_name(subject, parse):
        return subject
    kind = parse.kind_of(subject)
    return kind if kind and goes_by_name(kind, parse) else ""


def _tells_one(query: Query, known: set[Field]) -> bool:
    """Whether the rows are told by their names or keys already."""
    return any(compare.field in known and compare.op in _ONE for compare in comparisons(query.where))


def _asks_of_rows(query: Query, parse: Parse) -> bool:
    """The rows are said, and that there are several, or nothing but what they are ranked or narrowed by is shown."""
    said = [item for item in parse.items if item.kind == "name" and item.table and item.table.table == query.subject]
    said = [item for item in said if item.role in ("subject", "group", "target", "context")]
    if not said:
        return False
    used = {order.field for order in query.order} | {c.field for c in comparisons(query.where) if c.op not in _ONE}
    every = any(other.lower.split()[-1] in _EVERY for item in said for other in parse.before(item, 2))
    which = any(other.lower == "which" and other.start > 0 for item in said for other in parse.before(item, 1))
    text = " ".join(item.lower for item in parse.items)
    several = bool(_WHERE.match(text)) or (bool(_HOW.search(text)) and _measured(query, parse))
    return every or which or several or len(query.select) > 1 or set(query.select) <= used


def _measured(query: Query, parse: Parse) -> bool:
    """Whether numbers and times alone are shown ("how high are the mountains in …"), which are one row's and nobody else's."""
    columns = [parse.column(field.expr) for field in query.select if isinstance(field.expr, Ref)]
    return all(column.kind.temporal or (numberlike(column) and column.role is not Role.KEY) for column in columns)
