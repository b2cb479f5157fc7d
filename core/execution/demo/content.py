"""The demo's content: every table's rows, in the order of the schema, drawn from one seed."""

from __future__ import annotations

from core.execution.demo import aftermath, company, sales
from core.execution.demo.dice import Columns


def tables(seed: int) -> dict[str, Columns]:
    """Columns in the order of the schema, so that rows can be inserted by position."""
    firm = company.build(seed)
    sold = sales.sell(firm, seed)
    return {
        **firm.tables,
        "orders": sold.orders,
        "order_items": sold.items,
        "returns": aftermath.returns(firm, sold, seed),
        "inventory": aftermath.inventory(firm, sold, seed),
        "purchase_orders": aftermath.purchase_orders(firm, seed),
    }
