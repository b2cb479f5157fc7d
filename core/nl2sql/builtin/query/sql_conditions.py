"""SQL conditions: WHERE and HAVING read as the conditions of a query; pairs of bounds on a date become a period."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from sqlglot import exp

from core.models import Kind
from core.nl2sql.builtin.query.query import AnyOf, Arith, Compare, Condition, Field, Query, Ref, Related, Scalar
from core.nl2sql.builtin.query.sql_fields import Source, Unread, field_of, unwrapped

Nested = Callable[[exp.Expr], Query]
_OPS: dict[type[exp.Expr], str] = {exp.EQ: "=", exp.NEQ: "!=", exp.GT: ">", exp.GTE: ">=", exp.LT: "<", exp.LTE: "<="}
_FLIPPED = {"=": "=", "!=": "!=", ">": "<", ">=": "<=", "<": ">", "<=": ">="}
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})([ T]00:00(:00)?)?\Z")
_MONTHS = "January February March April May June July August September October November December".split()  # noqa: SIM905


def conditions_of(node: exp.Expr | None, source: Source, nested: Nested) -> list[Condition]:
    """The conditions joined by AND. Raises Unread."""
    if node is None:
        return []
    parts = list(node.flatten()) if isinstance(node, exp.And) else [node]
    return _periods([_condition(part, source, nested) for part in parts], source)


def _condition(node: exp.Expr, source: Source, nested: Nested) -> Condition:
    node = node.unnest()
    if isinstance(node, exp.Or):
        parts = [_condition(part, source, nested) for part in node.flatten()]
        plain = tuple(part for part in parts if isinstance(part, Compare))
        if len(plain) != len(parts):
            raise Unread(node.sql())
        return _merged(plain)
    if isinstance(node, exp.Not):
        if isinstance(inside := node.this.unnest(), exp.And):
            return _condition(exp.or_(*(exp.not_(part.copy()) for part in inside.flatten())), source, nested)
        inner = _condition(node.this, source, nested)
        if isinstance(inner, AnyOf) or (isinstance(inner, Compare) and inner.op == "period"):
            raise Unread(node.sql())
        return replace(inner, negated=not inner.negated)
    if isinstance(node, exp.Exists):
        return _exists(node, source, nested)
    return _compare(node, source, nested)


def _merged(parts: tuple[Compare, ...]) -> Compare | AnyOf:
    """One column equal to one or another value is one condition."""
    same = all(part.field == parts[0].field and part.op == "=" and not part.negated and not part.query for part in parts)
    return Compare(parts[0].field, "in", tuple(value for part in parts for value in part.values)) if same else AnyOf(parts)


def _compare(node: exp.Expr, source: Source, nested: Nested) -> Compare:
    if isinstance(node, exp.In):
        field = field_of(node.this, source)
        if query := node.args.get("query"):
            return Compare(field, "in", query=nested(query.unnest()))
        return Compare(field, "in", tuple(_value(value) for value in node.expressions))
    if isinstance(node, exp.Between):
        return _between(node, source)
    if isinstance(node, (exp.Like, exp.ILike)):
        inner = node.this.this if isinstance(node.this, exp.Lower) else node.this
        if begun := _begun(field_of(inner, source), node, source):
            return begun
        return Compare(field_of(inner, source), "like", (_value(node.expression),), negated=bool(node.args.get("negate")))
    if isinstance(node, exp.Is) and isinstance(node.expression, exp.Null):
        return Compare(field_of(node.this, source), "null")
    for kind, op in _OPS.items():
        if isinstance(node, kind):
            return _ordered(node.this, op, node.expression, source, nested)
    raise Unread(node.sql())


def _begun(field: Field, node: exp.Like | exp.ILike, source: Source) -> Compare | None:
    """A date like '2018-03%' is of that month."""
    found = re.fullmatch(r"(\d{4})(-\d{2})?-?%", str(_value(node.expression)))
    ref = field.expr
    if found is None or node.args.get("negate") or field.aggregate or field.grain or not isinstance(ref, Ref):
        return None
    if not source.index.column(ref.table, ref.column).kind.temporal:
        return None
    return _cut_period(field, "month" if found[2] else "year", "=", f"{found[1]}{found[2] or ''}")


def _ordered(left: exp.Expr, op: str, right: exp.Expr, source: Source, nested: Nested) -> Compare:
    if isinstance(unwrapped(left), exp.Literal):
        left, right, op = right, left, _FLIPPED[op]
    if isinstance(right, exp.Subquery):
        return Compare(field_of(left, source), op, query=nested(right.unnest()))
    quoted = _quoted(right, source)
    if isinstance(left, exp.Column) and isinstance(right, exp.Column) and not quoted:
        return _sides(left, op, right, source)
    value = quoted or _value(right)
    if isinstance(left, exp.Lower):
        return Compare(field_of(left.this, source), op, (_cell(left.this, str(value), source),))
    field = field_of(left, source)
    if field.grain:
        return _cut_period(replace(field, grain=""), field.grain, op, str(value))
    if op == "!=":
        return Compare(field, "=", (value,), negated=True)
    return Compare(field, op, (value,))


def _sides(left: exp.Column, op: str, right: exp.Column, source: Source) -> Compare:
    own, other = field_of(left, source).expr, field_of(right, source).expr
    if not isinstance(own, Ref) or not isinstance(other, Ref):
        raise Unread(f"{left.sql()} {op} {right.sql()}")
    equal = op in ("=", "!=")
    return Compare(Field(Arith("-", own, other)), "=" if equal else op, (0,), negated=op == "!=")


def _quoted(node: exp.Expr, source: Source) -> str:
    """SQLite and MySQL read a name in double quotes that no column has as text."""
    plain = isinstance(node, exp.Column) and not node.table and node.this.args.get("quoted")
    if not plain or source.dialect not in ("sqlite", "mysql"):
        return ""
    names = {c.name.lower() for table in source.tables.values() for c in source.index.table(table).columns}
    return "" if node.name.lower() in names else node.name


def _cell(node: exp.Expr, lower: str, source: Source) -> str:
    """The cell that is compared in lower case, as it is stored."""
    ref = field_of(node, source).expr
    held = source.index.held(ref.table, ref.column) if isinstance(ref, Ref) else ()
    found = [value for value in held if value.lower() == lower]
    if len(found) != 1:
        raise Unread(f"{lower} is no single cell")
    return found[0]


def _value(node: exp.Expr) -> Scalar:
    node = node.unnest()
    if isinstance(node, (exp.Cast, exp.Date, exp.TsOrDsToDate)):
        node = node.this
    if isinstance(node, exp.Neg):
        inner = _value(node.this)
        if isinstance(inner, (int, float)):
            return -inner
    if isinstance(node, exp.Boolean):
        return bool(node.this)
    if isinstance(node, exp.Literal):
        if node.is_string:
            return str(node.this)
        number = float(node.name)
        return int(number) if number == int(number) and "." not in node.name else number
    if isinstance(node, exp.Mul):
        left, right = _value(node.this), _value(node.expression)
        if isinstance(left, (int, float)) and isinstance(right, (int, float)):
            return left * right
    raise Unread(node.sql())


# ---- time
def _between(node: exp.Between, source: Source) -> Compare:
    field = field_of(node.this, source)
    low, high = _value(node.args["low"]), _value(node.args["high"])
    ref = field.expr
    if isinstance(ref, Ref) and not field.aggregate and source.index.column(ref.table, ref.column).kind is Kind.DATE:
        first, last = _day(low), _day(high)
        if first and last:
            return _period(replace(field, grain=""), first, last + timedelta(days=1))
    if field.grain:
        raise Unread(node.sql())
    return Compare(field, "between", (low, high))


def _cut_period(field: Field, grain: str, op: str, value: str) -> Compare:
    """strftime('%Y', day) = '2013': the year as a range of days."""
    found = re.fullmatch(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?.*", value)
    if (
        found is None
        or grain not in ("year", "month", "day")
        or len([part for part in found.groups() if part]) != ("year", "month", "day").index(grain) + 1
    ):
        raise Unread(value)
    start = date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
    end = start + timedelta(days=1) if grain == "day" else _next(start, grain)
    bounds: dict[str, tuple[date | None, date | None]] = {
        "=": (start, end), ">=": (start, None), ">": (end, None), "<": (None, start), "<=": (None, end),
    }  # fmt: skip
    if op not in bounds:
        raise Unread(op)
    return _period(field, *bounds[op])


def _next(start: date, grain: str) -> date:
    if grain == "year" or start.month == 12:
        return date(start.year + 1, 1, 1)
    return date(start.year, start.month + 1, 1)


def _periods(conditions: list[Condition], source: Source) -> list[Condition]:
    """A lower and an upper bound on one date are the period between them."""
    found: list[Condition] = []
    for condition in conditions:
        bound = _bound(condition, source)
        if bound is None:
            found.append(condition)
            continue
        other = next((c for c in found if _halves(c, bound)), None)
        if isinstance(other, Compare):
            start, end = (a or b for a, b in zip(other.values, bound.values, strict=True))
            found[found.index(other)] = _period(bound.field, _day(start), _day(end))
        else:
            found.append(bound)
    return found


def _halves(condition: Condition, bound: Compare) -> bool:
    plain = isinstance(condition, Compare) and condition.op == "period" and condition.field == bound.field
    return plain and all((a is None) != (b is None) for a, b in zip(condition.values, bound.values, strict=True))  # type: ignore[union-attr]


def _bound(condition: Condition, source: Source) -> Compare | None:
    """A comparison of a date with the start of a day as an open period."""
    if not isinstance(condition, Compare) or condition.negated or condition.query or len(condition.values) not in (1, 2):
        return None
    if condition.op == "period":
        return condition
    ref = condition.field.expr
    if not isinstance(ref, Ref) or condition.field.aggregate or not source.index.column(ref.table, ref.column).kind.temporal:
        return None
    day = _day(condition.values[0])
    if day is None or condition.op not in (">=", "<"):
        return None
    return _period(condition.field, day, None) if condition.op == ">=" else _period(condition.field, None, day)


def _day(value: object) -> date | None:
    found = _DAY.match(str(value))
    return date.fromisoformat(found[1]) if found else None


def _period(field: Field, start: date | None, end: date | None) -> Compare:
    values = (start.isoformat() if start else None, end.isoformat() if end else None)
    return Compare(field, "period", values, label=_label(start, end))


def _label(start: date | None, end: date | None) -> str:
    if start and end:
        if (start.month, start.day) == (1, 1) and end == date(start.year + 1, 1, 1):
            return str(start.year)
        if start.day == 1 and end == _next(start, "month"):
            return f"{_MONTHS[start.month - 1]} {start.year}"
        return f"{start} to before {end}"
    return f"since {start}" if start else f"before {end}"


# ---- related rows
def _exists(node: exp.Exists, source: Source, nested: Nested) -> Related:
    """EXISTS (SELECT … FROM other WHERE other.key = this.key AND …): a related row."""
    select = node.this
    source_table = select.args.get("from_") or select.args.get("from")
    if not isinstance(select, exp.Select) or select.args.get("joins") or source_table is None:
        raise Unread(node.sql())
    table = source_table.this
    name = next((t.name for t in source.index.catalog.tables if t.name.lower() == table.name.lower()), "")
    alias = table.alias_or_name.lower()
    if not name or alias in source.tables:
        raise Unread(node.sql())
    inner = Source(source.index, source.dialect, {alias: name}, name)
    where = select.args.get("where")
    parts = list(where.this.flatten()) if where and isinstance(where.this, exp.And) else [where.this] if where else []
    keys = [part for part in parts if _ties(part, alias, name, source)]
    if len(keys) != 1:
        raise Unread(node.sql())
    rest = _periods([_condition(part, inner, nested) for part in parts if part not in keys], inner)
    plain = tuple(c for c in rest if isinstance(c, (Compare, AnyOf)))
    if len(plain) != len(rest):
        raise Unread(node.sql())
    return Related(name, plain)


def _ties(node: exp.Expr, alias: str, name: str, source: Source) -> bool:
    """Whether a comparison ties the inner table to one around it, along a key."""
    sides = [node.this, node.expression] if isinstance(node, exp.EQ) else []
    if len(sides) != 2 or not all(isinstance(side, exp.Column) and side.table for side in sides):
        return False
    own = next((side for side in sides if side.table.lower() == alias), None)
    outer = next((side for side in sides if side.table.lower() in source.tables), None)
    if own is None or outer is None:
        return False
    table = source.tables[outer.table.lower()]
    return any(
        [c.lower() for c in edge.columns] == [outer.name.lower()]
        and [c.lower() for c in edge.other_columns] == [own.name.lower()]
        for edge in source.index.graph.between(table, name)
    )
