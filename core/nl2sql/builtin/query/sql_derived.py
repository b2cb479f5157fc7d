"""SQL derived tables: FROM (SELECT … FROM t ORDER BY … LIMIT 5) AS a as the table t with those keys, which reads as a query."""

from __future__ import annotations

from sqlglot import exp

from core.nl2sql.builtin.linking.index import Index
from core.nl2sql.builtin.linking.naming import key_columns

_MORE = ("joins", "group", "having", "distinct", "with_")


def without_derived(node: exp.Expr, index: Index) -> exp.Expr:
    """The statement with every derived table of rows of one table as that table, narrowed to their keys; else as it is."""
    for derived in list(node.find_all(exp.Subquery)):
        outer = derived.parent.parent if isinstance(derived.parent, (exp.From, exp.Join)) else None
        key = _key(derived.this, index)
        if not key or not isinstance(outer, exp.Select):
            continue
        inner = derived.this.copy()
        alias, name = derived.alias or inner.args["from_"].this.alias_or_name, inner.args["from_"].this.name
        inner.set("expressions", [exp.column(key)])
        outer.where(exp.In(this=exp.column(key, table=alias), query=exp.Subquery(this=inner)), copy=False)
        derived.replace(exp.alias_(exp.to_table(name), alias, table=True))
    return node


def _key(inner: exp.Expr, index: Index) -> str:
    """The one key of the table whose plain rows a derived table gives, under their own names; empty for any other."""
    if not isinstance(inner, exp.Select) or any(inner.args.get(part) for part in _MORE):
        return ""
    first = inner.args.get("from_")
    plain = all(isinstance(one, exp.Star) or (isinstance(one, exp.Column) and not one.table) for one in inner.expressions)
    table = index.catalog.by_name.get(first.this.name) if first and isinstance(first.this, exp.Table) else None
    key = key_columns(table) if table else ()
    return key[0] if plain and len(key) == 1 else ""
