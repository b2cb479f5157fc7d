"""Dialect: identifiers and time expressions as each database writes them. The same grain gives the same text in all four."""

from __future__ import annotations

import re

from sqlglot import exp

from core.nl2sql.builtin.linking.periods import WEEKDAYS

_PLAIN = re.compile(r"[a-z_][a-z0-9_]*\Z")
_PLAIN_ANY_CASE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_RESERVED = frozenset(
    """
    all alter analyse analyze and any array as asc asymmetric authorization between both by case cast change character check
    collate collation column columns condition constraint convert create cross cube current current_date current_role
    current_time current_timestamp current_user cursor database databases date day default deferrable delete desc describe
    distinct div do drop else end enum escape except exists explain false fetch filter first float for force foreign freeze
    from full function generated grant group grouping groups having hour if ignore ilike in index infile initially inner
    insert int integer intersect interval into is isnull join json key keys kill lateral lead leading left like limit lines
    load localtime localtimestamp lock long loop match minute mod month natural not notnull null of offset on only option or
    order outer over overlaps partition percent pivot placing primary procedure qualify quarter range rank read references
    regexp release rename repeat replace require restrict returning right rlike row rows schema schemas second select
    separator session_user set show similar some sql starting symmetric system table tablesample terminated then time
    timestamp to top trailing trigger true truncate union unique unlock unpivot unsigned update usage use user using values
    varchar variadic varying verbose view virtual week when where while window with write xor year zone
    """.split()  # noqa: SIM905  # a list of 170 lines says less
)


def identifier(name: str, dialect: str) -> exp.Identifier:
    """A name, quoted where the dialect would otherwise read it differently."""
    plain = _PLAIN if dialect in ("postgres",) else _PLAIN_ANY_CASE
    return exp.to_identifier(name, quoted=not plain.match(name) or name.lower() in _RESERVED)


def table(name: str, schema: str | None, dialect: str, alias: str = "") -> exp.Expr:
    node = exp.Table(this=identifier(name, dialect), db=identifier(schema, dialect) if schema else None)
    return exp.alias_(node, identifier(alias, dialect), table=True, copy=False) if alias else node


def cut(node: exp.Expr, grain: str, dialect: str) -> exp.Expr:
    """A time cut to a grain: day, week (its Monday), month as text in ISO order, quarter as "2005-Q2", year as a whole number,
    weekday by its English name, weekday_number from Monday on."""
    if grain == "weekday":
        return _weekday(node, dialect)
    if grain == "weekday_number":
        return _weekday_number(node, dialect)
    cutters = {"sqlite": _sqlite, "duckdb": _duckdb, "mysql": _mysql}
    return cutters.get(dialect, _postgres)(node, grain)


def days(end: exp.Expr, start: exp.Expr, dialect: str) -> exp.Expr:
    """The days from one date or time to another, with their fraction."""
    match dialect:
        case "sqlite":
            return exp.Sub(this=_call("JULIANDAY", end), expression=_call("JULIANDAY", start))
        case "duckdb":
            seconds = _call("DATE_DIFF", "second", _moment(start), _moment(end))
        case "mysql":
            seconds = exp.Anonymous(this="TIMESTAMPDIFF", expressions=[exp.var("SECOND"), start, end])
        case _:
            apart = exp.Paren(this=exp.Sub(this=_moment(end), expression=_moment(start)))
            seconds = exp.Extract(this=exp.var("EPOCH"), expression=apart)
    return exp.Div(this=seconds, expression=exp.Literal.number("86400.0"), typed=True, safe=True)


def _moment(node: exp.Expr) -> exp.Expr:
    return exp.Cast(this=node.copy(), to=exp.DataType.build("TIMESTAMP"))


MEDIANS = ("duckdb", "postgres")
"""Dialects with an aggregate for the median."""


def median(node: exp.Expr, dialect: str) -> exp.Expr:
    """The middle value, or the mean of the middle two, as the aggregate of a dialect among `MEDIANS`."""
    if dialect == "duckdb":
        return _call("MEDIAN", exp.Cast(this=node, to=exp.DataType.build("DOUBLE")))
    half = exp.PercentileCont(this=exp.Literal.number("0.5"))
    return exp.WithinGroup(this=half, expression=exp.Order(expressions=[exp.Ordered(this=node, nulls_first=False)]))


def _call(name: str, *args: exp.Expr | str) -> exp.Expr:
    return exp.Anonymous(this=name, expressions=[exp.Literal.string(arg) if isinstance(arg, str) else arg.copy() for arg in args])


def _whole(node: exp.Expr) -> exp.Expr:
    return exp.Cast(this=node, to=exp.DataType.build("INT"))


def _weekday(node: exp.Expr, dialect: str) -> exp.Expr:
    if dialect == "postgres":
        return _call("TO_CHAR", node, "FMDay")
    if dialect != "sqlite":
        return _call("DAYNAME", node)
    ifs = [
        exp.If(this=exp.Literal.string(str(number % 7)), true=exp.Literal.string(name)) for number, name in enumerate(WEEKDAYS, 1)
    ]
    return exp.Case(this=_call("STRFTIME", "%w", node), ifs=ifs)


def _weekday_number(node: exp.Expr, dialect: str) -> exp.Expr:
    match dialect:
        case "sqlite":
            shifted = exp.Paren(this=exp.Add(this=_whole(_call("STRFTIME", "%w", node)), expression=exp.Literal.number(6)))
            return exp.Mod(this=shifted, expression=exp.Literal.number(7))
        case "duckdb":
            return _call("ISODOW", node)
        case "mysql":
            return _call("WEEKDAY", node)
    return _whole(_call("TO_CHAR", node, "ID"))


def _sqlite(node: exp.Expr, grain: str) -> exp.Expr:
    match grain:
        case "year":
            return _whole(_call("STRFTIME", "%Y", node))
        case "quarter":
            third = exp.Paren(this=exp.Add(this=_whole(_call("STRFTIME", "%m", node)), expression=exp.Literal.number(2)))
            number = exp.Paren(this=exp.Div(this=third, expression=exp.Literal.number(3), typed=True))
            return exp.DPipe(this=_call("STRFTIME", "%Y-Q", node), expression=number, safe=True)
        case "week":
            return _call("DATE", node, "weekday 0", "-6 days")
        case "month":
            return _call("STRFTIME", "%Y-%m", node)
    return _call("STRFTIME", "%Y-%m-%d", node)


def _duckdb(node: exp.Expr, grain: str) -> exp.Expr:
    match grain:
        case "year":
            return _whole(_call("YEAR", node))
        case "quarter":
            return _call("CONCAT", _call("YEAR", node), "-Q", _call("QUARTER", node))
        case "week":
            return _call("STRFTIME", _call("DATE_TRUNC", "week", node), "%Y-%m-%d")
        case "month":
            return _call("STRFTIME", node, "%Y-%m")
    return _call("STRFTIME", node, "%Y-%m-%d")


def _postgres(node: exp.Expr, grain: str) -> exp.Expr:
    match grain:
        case "year":
            return _whole(_call("TO_CHAR", node, "YYYY"))  # EXTRACT gives infinity for 'infinity', which is no whole number
        case "quarter":
            return _call("TO_CHAR", node, 'YYYY-"Q"Q')
        case "week":
            return _call("TO_CHAR", _call("DATE_TRUNC", "week", node), "YYYY-MM-DD")
        case "month":
            return _call("TO_CHAR", node, "YYYY-MM")
    return _call("TO_CHAR", node, "YYYY-MM-DD")


def _mysql(node: exp.Expr, grain: str) -> exp.Expr:
    match grain:
        case "year":
            return _call("YEAR", node)
        case "quarter":
            return _call("CONCAT", _call("YEAR", node), "-Q", _call("QUARTER", node))
        case "week":
            monday = _call("SUBDATE", node, _call("WEEKDAY", node))
            return _call("DATE_FORMAT", monday, "%Y-%m-%d")
        case "month":
            return _call("DATE_FORMAT", node, "%Y-%m")
    return _call("DATE_FORMAT", node, "%Y-%m-%d")
