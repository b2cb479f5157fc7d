"""Ratios: a part in percent of its whole, to two digits, the same in every dialect."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import Dialect, exp


def percent(total: exp.Expr, within: Sequence[exp.Expr], dialect: str) -> exp.Expr:
    """100 × a group's total ÷ the total of all groups (of each period, where there are periods), to two digits."""
    return ratio(total, exp.Window(this=exp.Sum(this=total.copy()), partition_by=list(within)), dialect)


def ratio(part: exp.Expr, whole: exp.Expr, dialect: str) -> exp.Expr:
    """100 × part ÷ whole, to two digits; NULL where the whole is zero."""
    parted = exp.Mul(this=exp.Literal.number("100.0"), expression=part)
    own = Dialect.get_or_raise(dialect)
    divisor = exp.Nullif(this=whole, expression=exp.Literal.number(0))
    node = exp.Div(this=parted, expression=divisor, typed=own.TYPED_DIVISION, safe=own.SAFE_DIVISION)
    if dialect == "sqlite":
        return exp.Round(this=node, decimals=exp.Literal.number(2))
    return exp.Cast(this=node, to=exp.DataType.build("DECIMAL(18, 2)"))
