"""SQL fields: the expressions of a statement as fields of a query: columns, arithmetic, aggregates, times cut to a grain."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from sqlglot import exp

from core.nl2sql.builtin.linking.index import Index
from core.nl2sql.builtin.query import dialect as dialects
from core.nl2sql.builtin.query.query import AnyOf, Arith, Compare, Condition, Expr, Field, Ref

_ARITHMETIC: tuple[tuple[type[exp.Binary], str], ...] = ((exp.Add, "+"), (exp.Sub, "-"), (exp.Mul, "*"), (exp.Div, "/"))
_AGGREGATES: dict[type[exp.Expr], str] = {exp.Sum: "sum", exp.Avg: "avg", exp.Min: "min", exp.Max: "max"}
_GRAINS = ("day", "week", "month", "quarter", "year")
_CUTS = {
    "year": ("STRFTIME('%Y',?)", "STRFTIME(?,'%Y')", "EXTRACT(YEARFROM?)", "YEAR(?)", "TO_CHAR(?,'YYYY')", "DATE_FORMAT(?,'%Y')"),
    "month": ("STRFTIME('%Y-%m',?)", "STRFTIME(?,'%Y-%m')", "TO_CHAR(?,'YYYY-MM')", "DATE_FORMAT(?,'%Y-%m')"),
    "day": (
        "STRFTIME('%Y-%m-%d',?)",
        "STRFTIME(?,'%Y-%m-%d')",
        "DATE(?)",
        "TO_CHAR(?,'YYYY-MM-DD')",
        "DATE_FORMAT(?,'%Y-%m-%d')",
    ),
}
_TEXT_CUTS = {"4": "year", "7": "month", "10": "day"}


class Unread(Exception):
    """A statement says something no `Query` can."""


@dataclass
class Source:
    """The tables of one SELECT by what they are called in it (lower case), in the order they are joined."""

    index: Index
    dialect: str
    tables: dict[str, str] = field(default_factory=dict)
    counted: str = ""
    """The table whose rows the rows of the join are."""
    every: str = ""
    """The table all of whose rows stand, as the others are joined to it from outside."""
    roles: dict[str, str] = field(default_factory=dict)
    """What a table is called → the role it is joined in, where that is not the plain one."""
    headings: dict[str, Field] = field(default_factory=dict)
    """Aliases of the select list, which ORDER BY, GROUP BY and HAVING may use."""
    condition: Callable[[exp.Expr], Condition] | None = None
    """Reads a condition within an expression."""

    def ref(self, column: exp.Column) -> Ref:
        """Raises Unread where no table has it, or several have."""
        name, said = column.name.lower(), column.table.lower()
        found = [
            Ref(table, own.name, self.roles.get(alias, ""))
            for alias, table in self.tables.items()
            for own in self.index.table(table).columns
            if own.name.lower() == name and said in ("", alias)
        ]
        if len(found) != 1:
            raise Unread(f"{column.sql()} is in {len(found)} tables")
        return found[0]


def field_of(node: exp.Expr, source: Source) -> Field:
    """Raises Unread."""
    node = unwrapped(node)
    if isinstance(node, exp.Column):
        if not node.table and node.name.lower() in source.headings:
            return source.headings[node.name.lower()]
        return Field(source.ref(node))
    if isinstance(node, exp.Count):
        return _count(node, source)
    if isinstance(node, exp.Div) and (per := _divisor(node.expression, source)):
        whole = unwrapped(node.this)
        return replace(
            field_of(whole.this if isinstance(whole, exp.Mul) and _is_one(whole.expression) else whole, source), per=per
        )
    if share := _share(node, source):
        return share
    if scaled := _scaled(node, source):
        return scaled
    for kind, name in _AGGREGATES.items():
        if isinstance(node, kind):
            inner = unwrapped(node.this)
            distinct = isinstance(inner, exp.Distinct)
            if distinct and len(inner.expressions) != 1:
                raise Unread(node.sql())
            return Field(expr_of(inner.expressions[0] if distinct else inner, source), name, distinct=distinct)
    if cut := grain_of(node, source):
        return Field(cut[0], grain=cut[1])
    return Field(expr_of(node, source))


def _share(node: exp.Expr, source: Source) -> Field | None:
    """100.0 * COUNT(CASE WHEN … THEN 1 END) / COUNT(*), or a SUM for either: the rows that fulfil it, in percent of all."""
    if not isinstance(node, exp.Div):
        return None
    whole, product = unwrapped(node.expression), unwrapped(node.this)
    whole = unwrapped(whole.this) if isinstance(whole, exp.Nullif) else whole
    sides = [unwrapped(side) for side in (product.this, product.expression)] if isinstance(product, exp.Mul) else []
    part = next((side for side in sides if isinstance(side, (exp.Sum, exp.Count))), None)
    if part is None or not isinstance(whole, (exp.Sum, exp.Count)) or not any(_is(side, 100) for side in sides):
        return None
    test, value = _tested(part)
    if test is None or source.condition is None:
        return None
    of = field_of(whole, source)
    alike = of.expr is None if value is None else of.aggregate == "sum" and of.expr == expr_of(value, source)
    when = source.condition(test)
    whole_numbers = not node.find(exp.Cast) and not any("." in literal.name for literal in node.find_all(exp.Literal))
    if not alike or of.distinct or (whole_numbers and source.dialect in ("sqlite", "postgres")):
        return None
    return replace(of, share=True, when=(when,)) if isinstance(when, Compare | AnyOf) else None


def _tested(part: exp.Sum | exp.Count) -> tuple[exp.Expr | None, exp.Expr | None]:
    """What the rows of a part fulfil, and what is added up of them; no value where they are counted."""
    inner = unwrapped(part.this)
    if isinstance(inner, exp.Predicate) and isinstance(part, exp.Sum):
        return inner, None  # a condition adds up as 1 and 0
    cases = inner.args.get("ifs") or [] if isinstance(inner, exp.Case) else []
    other = unwrapped(inner.args["default"]) if isinstance(inner, exp.Case) and inner.args.get("default") else None
    nothing = other is None or isinstance(other, exp.Null) or (isinstance(part, exp.Sum) and _is(other, 0))
    if len(cases) != 1 or inner.this is not None or not nothing:
        return None, None
    value = unwrapped(cases[0].args["true"])
    if isinstance(part, exp.Count):
        return (cases[0].this, None) if isinstance(value, exp.Literal) else (None, None)
    return cases[0].this, None if _is(value, 1) else value


def _is(node: exp.Expr, number: int) -> bool:
    return isinstance(node, exp.Literal) and not node.is_string and float(node.name) == number


def _scaled(node: exp.Expr, source: Source) -> Field | None:
    """AVG(x) / 60: the average of x / 60."""
    sign = "/" if isinstance(node, exp.Div) else "*" if isinstance(node, exp.Mul) else ""
    if not sign or not isinstance(unwrapped(node.this), tuple(_AGGREGATES)):
        return None
    whole, by = field_of(node.this, source), expr_of(node.expression, source)
    if not isinstance(by, int | float) or by <= 0 or whole.distinct or whole.expr is None:
        raise Unread(node.sql())
    return replace(whole, expr=Arith(sign, whole.expr, by))  # type: ignore[arg-type]


def unwrapped(node: exp.Expr) -> exp.Expr:
    """Without parentheses, aliases, and what changes only how a number is written."""
    while isinstance(node, (exp.Paren, exp.Alias, exp.Round)) or _is_number_cast(node) or _is_filled(node):
        node = node.this
    return node


def _is_number_cast(node: exp.Expr) -> bool:
    kinds = ("DOUBLE", "FLOAT", "DECIMAL", "REAL", "NUMERIC", "INT", "BIGINT")
    return isinstance(node, exp.Cast) and node.to.this.name in kinds and not isinstance(node.this, exp.Literal)


def _is_filled(node: exp.Expr) -> bool:
    """COALESCE(SUM(x), 0): a total that says 0 where there is nothing."""
    return isinstance(node, exp.Coalesce) and isinstance(node.this, exp.AggFunc)


def _divisor(node: exp.Expr, source: Source) -> Field | None:
    """COUNT(DISTINCT x) below a line: what a measure is on average per."""
    node = unwrapped(node)
    node = unwrapped(node.this) if isinstance(node, exp.Nullif) else node
    if not isinstance(node, exp.Count) or not isinstance(node.this, exp.Distinct) or len(node.this.expressions) != 1:
        return None
    field = field_of(node.this.expressions[0], source)
    return field if isinstance(field.expr, Ref) and not field.aggregate else None


def _is_one(node: exp.Expr) -> bool:
    return isinstance(node, exp.Literal) and not node.is_string and float(node.name) == 1


def _count(node: exp.Count, source: Source) -> Field:
    inner = node.this
    if isinstance(inner, (exp.Star, exp.Literal)):
        if source.every:
            raise Unread("a row that stands for none is counted")
        return Field(None, "count", table=source.counted)
    distinct = isinstance(inner, exp.Distinct)
    if distinct and len(inner.expressions) != 1:
        raise Unread(node.sql())
    ref = expr_of(inner.expressions[0] if distinct else inner, source)
    if not isinstance(ref, Ref):
        raise Unread(node.sql())
    table = source.index.table(ref.table)
    if table.primary_key == (ref.column,) and (distinct or ref.table == source.counted):
        return Field(None, "count", table=ref.table)
    column = source.index.column(ref.table, ref.column)
    if not distinct and ref.table == source.counted and (not column.nullable or column.null_count == 0):
        return Field(None, "count", table=ref.table)
    return Field(ref, "count", distinct=distinct)


def expr_of(node: exp.Expr, source: Source) -> Expr:
    node = unwrapped(node)
    if isinstance(node, exp.Column):
        return source.ref(node)
    if isinstance(node, exp.Literal) and not node.is_string:
        number = float(node.name)
        return int(number) if number == int(number) else number
    if isinstance(node, exp.Nullif):
        return expr_of(node.this, source)
    if days := _days(node, source):
        return days
    for kind, sign in _ARITHMETIC:
        if isinstance(node, kind):
            left, right = expr_of(node.this, source), expr_of(node.expression, source)
            if sign == "*" and right == 1:
                return left
            return Arith(sign, left, right)  # type: ignore[arg-type]
    raise Unread(node.sql())


def _days(node: exp.Expr, source: Source) -> Arith | None:
    """JULIANDAY(a) - JULIANDAY(b): the days between two dates."""
    sides = [unwrapped(side) for side in (node.this, node.expression)] if isinstance(node, exp.Sub) else []
    dates = [side.expressions[0] for side in sides if isinstance(side, exp.Anonymous) and side.name.upper() == "JULIANDAY"]
    if len(dates) != 2 or not all(isinstance(date, exp.Column) for date in dates):
        return None
    return Arith("days", source.ref(dates[0]), source.ref(dates[1]))


def grain_of(node: exp.Expr, source: Source) -> tuple[Ref, str] | None:
    """The column and grain of an expression that cuts a time: as this engine writes it, or as people and models do."""
    columns = list(node.find_all(exp.Column))
    if not columns or len({column.sql() for column in columns}) > 1:
        return None
    column = columns[0]
    said = _flat(node, column, source.dialect)
    for grain in _GRAINS:
        own = _flat(dialects.cut(column.copy(), grain, source.dialect), column, source.dialect)
        if said == own or said in _CUTS.get(grain, ()):
            return source.ref(column), grain
    if found := re.fullmatch(
        r"(?:DATE_TRUNC|TIMESTAMP_TRUNC)\('?([A-Z]+)'?,\?\)|(?:DATE_TRUNC|TIMESTAMP_TRUNC)\(\?,'?([A-Z]+)'?\)", said.upper()
    ):
        grain = (found[1] or found[2]).lower()
        return (source.ref(column), grain) if grain in _GRAINS else None
    if found := re.fullmatch(r"(?:SUBSTR|SUBSTRING|LEFT)\(\?(?:,1)?,(4|7|10)\)", said.upper()):
        return source.ref(column), _TEXT_CUTS[found[1]]
    return None


def _flat(node: exp.Expr, column: exp.Column, dialect: str) -> str:
    """The text of an expression without spaces and casts around it, with ? for its column."""
    mark = node.copy()
    for inner in list(mark.find_all(exp.Column)):
        if inner is mark:
            return "?"
        inner.replace(exp.column("zz9"))
    while isinstance(mark, (exp.Cast, exp.Paren)):
        mark = mark.this
    text = re.sub(r"\s+", "", mark.sql(dialect=dialect))
    text = re.sub(r"CAST\((zz9)AS[A-Z]+\)", r"\1", text)
    head, _, tail = text.partition("(")
    return f"{head.upper()}({tail}".replace("zz9", "?").replace("EXTRACT(yearFROM", "EXTRACT(YEARFROM")
