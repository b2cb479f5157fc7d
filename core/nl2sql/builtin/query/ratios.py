"""Ratios: a part in percent of its whole, as exact as a double is in every dialect; whoever shows it rounds it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import Dialect, exp


def percent(total: exp.Expr, within: Sequence[exp.Expr], dialect: str) -> exp.Expr:
    """100 × a group's total ÷ the total of all groups (of each period, where there are periods)."""
    return ratio(total, exp.Window(this=exp.Sum(this=total.copy()), partition_by=list(within)), dialect)


def ratio(part: exp.Expr, whole: exp.Expr, dialect: str) -> exp.Expr:
    """100 × part ÷ whole; NULL where the whole is zero. MySQL and PostgreSQL would divide decimals to a few digits."""
    exact = part if dialect == "sqlite" else exp.Cast(this=part, to=exp.DataType.build("DOUBLE"))
    parted = exp.Mul(this=exp.Literal.number("100.0"), expression=exact)
    own = Dialect.get_or_raise(dialect)
    divisor = exp.Nullif(this=whole, expression=exp.Literal.number(0))
    return exp.Div(this=parted, expression=divisor, typed=own.TYPED_DIVISION, safe=own.SAFE_DIVISION)
