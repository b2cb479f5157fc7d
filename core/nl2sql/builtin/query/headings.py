"""Headings: what the columns of a result are called; the same names in SQL, page and chart."""

from __future__ import annotations

from core.nl2sql.builtin.linking.index import Index
from core.nl2sql.builtin.linking.names import parts
from core.nl2sql.builtin.linking.text import lemma
from core.nl2sql.builtin.query.query import Arith, Field, Query, Ref, refs

_GENERIC = {"name", "label"}
PREFIX = {"sum": "total", "avg": "average", "min": "minimum", "max": "maximum", "median": "median", "count": "number_of"}


def headings(query: Query, index: Index) -> list[str]:
    """One heading per selected field, all different."""
    crowd = len({ref.table for field in query.select for ref in refs(field.expr)}) > 1 or query.grouped
    names = [_finished(field.label or _heading(field, index, crowd), field, index) for field in query.select]
    names = [_in_role(name, field, index) for name, field in zip(names, query.select, strict=True)]
    for at, name in enumerate(names):
        if names.count(name) > 1 and isinstance(expr := query.select[at].expr, Ref):
            names[at] = f"{_singular(expr.table, index)}_{name}"
    return [name if names.index(name) == at else f"{name}_{at + 1}" for at, name in enumerate(names)]


def _in_role(name: str, field: Field, index: Index) -> str:
    """ "manager_first_name": of the row a key leads to."""
    return f"{role_words(field.expr.role, index)}_{name}" if isinstance(field.expr, Ref) and field.expr.role else name


def role_words(role: str, index: Index) -> str:
    """What the key of a role calls the row it leads to: "manager" for manager_id."""
    said = [word for word in parts(role.rsplit(".", 1)[-1]) if word.lower() not in ("id", "key", "code")]
    return "_".join(lemma(word.lower()) for word in said) or role.rsplit(".", 1)[-1]


def _finished(name: str, field: Field, index: Index) -> str:
    """ "revenue_per_customer", "order_share", "running_revenue"."""
    if field.per is not None and not name.startswith("average_"):
        name = f"{name.removeprefix('total_')}_per_{field.per.grain or _singular(owner(field.per, index), index)}"
    return _along(_share(name, field), field)


def _share(name: str, field: Field) -> str:
    """ "revenue_share", "order_share", "shipped_order_share"."""
    return f"{name.removeprefix('total_').removesuffix('_count')}_share" if field.share else name


def _along(name: str, field: Field) -> str:
    """ "running_revenue", "revenue_growth", "order_change"."""
    if field.over == "running":
        return f"running_{name}"
    return f"{name.removeprefix('total_').removesuffix('_count')}_{field.over}" if field.over else name


def _heading(field: Field, index: Index, crowd: bool) -> str:
    if field.aggregate == "count":
        counted = _singular(field.table, index) if field.expr is None else _spoken(field.expr, index, crowd)
        return f"{counted}_count"
    if field.aggregate:
        said = _spoken(field.expr, index, False)
        if isinstance(field.expr, Ref):
            said = "_".join(part.lower() for part in parts(field.expr.column)) or said
        prefix = PREFIX[field.aggregate]
        return said if said.startswith(prefix) else f"{prefix}_{said}"
    return field.grain or _spoken(field.expr, index, crowd)


def owner(per: Field, index: Index) -> str:
    """The table a column identifies: its own, or the one its foreign key refers to."""
    ref = next(refs(per.expr))
    keys = [key for key in index.table(ref.table).foreign_keys if key.columns == (ref.column,)]
    return keys[0].ref_table if keys else ref.table


def _spoken(expr: object, index: Index, crowd: bool) -> str:
    if isinstance(expr, Ref):
        said = index.names.columns[expr.table, expr.column]
        if crowd and said and set(said) <= _GENERIC:
            return _singular(expr.table, index)
        return expr.column
    if isinstance(expr, Arith) and expr.op == "days" and isinstance(expr.left, Ref):
        return f"days_to_{expr.left.column}"
    return (
        "revenue"
        if isinstance(expr, Arith) and expr.op == "*"
        else "difference"
        if isinstance(expr, Arith) and expr.op == "-"
        else "value"
    )


def _singular(name: str, index: Index) -> str:
    said = index.names.tables.get(name)
    parts = said if said else tuple(lemma(word) for word in name.lower().split("_"))
    return "_".join(parts) or name
