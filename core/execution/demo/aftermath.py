"""What follows the sales: returns by category with the recall's spike, stock on hand, and what was bought from suppliers."""

from __future__ import annotations

import numpy as np

from core.execution.demo import goods
from core.execution.demo.company import Company
from core.execution.demo.dice import DAYS, Columns, Dice, Ints, dates, day, money
from core.execution.demo.sales import DELAY, RECALL, WHOLESALE, Sales

REASONS = ("Changed mind", "Damaged in transit", "Not as described", "Defective", "Wrong size", "Product recall")
REASON_WEIGHTS = (0.42, 0.2, 0.2, 0.18)
WRONG_SIZE = 4
PRODUCT_RECALL = 5


def returns(company: Company, sales: Sales, seed: int) -> Columns:
    dice = Dice(seed + 20)
    count = len(sales.item_order)
    channel = sales.channel[sales.item_order]
    category = company.product_category[sales.item_product]
    rate = np.array([kind.return_rate for kind in goods.CATEGORIES])[category]
    rate = rate * np.array((0.7, 1.25, 1.25, 0.15))[channel] * sales.completed[sales.item_order]
    delivered = sales.delivered[sales.item_order]
    back = delivered + dice.whole(2, 27, count)
    chosen, reason = dice.chance(rate, count), _reasons(dice, category)
    recalled = _recalled(company, sales) & dice.chance(0.72, count)
    back = np.where(recalled, RECALL + np.floor(dice.uniform(count) ** 1.6 * 22), back)
    reason = np.where(recalled, PRODUCT_RECALL, reason)
    kept = np.flatnonzero((chosen | recalled) & (back < DAYS))
    kept = kept[np.argsort(back[kept], kind="stable")]
    part = np.where(recalled[kept], 1.0, dice.uniform(len(kept)) ** 0.3)
    quantity = np.maximum(1, np.ceil(sales.quantity[kept] * part)).astype(np.int64)
    refund = np.round(sales.net[kept] * quantity / sales.quantity[kept])
    return {
        "return_id": list(range(1, len(kept) + 1)),
        "order_item_id": (kept + 1).tolist(),
        "return_date": dates(back[kept]),
        "quantity": quantity.tolist(),
        "reason": [REASONS[r] for r in reason[kept].tolist()],
        "refund_amount": money(refund),
    }


def _reasons(dice: Dice, category: Ints) -> Ints:
    clothing = [kind.name for kind in goods.CATEGORIES].index("Clothing")
    wrong_size = (category == clothing) & dice.chance(0.55, len(category))
    return np.where(wrong_size, WRONG_SIZE, dice.pick(REASON_WEIGHTS, len(category)))


def _recalled(company: Company, sales: Sales) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Items of the recalled product that were delivered before the recall."""
    product = company.tables["products"]["product_name"].index(goods.RECALLED)
    delivered = sales.delivered[sales.item_order]
    done = (sales.completed[sales.item_order] > 0) & (sales.channel[sales.item_order] != WHOLESALE)
    return np.asarray((sales.item_product == product) & done & (delivered < RECALL))


def inventory(company: Company, sales: Sales, seed: int) -> Columns:
    """Stock at the end of the period: most stores hold about two thirds of the products still sold."""
    dice = Dice(seed + 21)
    sold = np.flatnonzero(company.available[35] > 0)
    stores = len(company.store_region)
    held = dice.chance(0.66, stores * len(sold)).reshape(stores, len(sold))
    store, column = np.nonzero(held)
    product = sold[column]
    dear = company.prices[2, product] > 20_000
    level = np.where(dear, dice.whole(1, 4, len(store)), dice.whole(4, 15, len(store)) * 2)
    hand = np.floor(level * (0.2 + 2.6 * dice.uniform(len(store)))).astype(np.int64)
    hand = np.where(dice.chance(0.03, len(store)), 0, hand)
    return {
        "store_id": (store + 1).tolist(),
        "product_id": (product + 1).tolist(),
        "quantity_on_hand": hand.tolist(),
        "reorder_level": level.tolist(),
        "last_count_date": dates(day("2025-12-01") + dice.whole(0, 29, stores)[store]),
    }


def purchase_orders(company: Company, seed: int) -> Columns:
    """An order for every product each seven weeks; from February to April 2025 one supplier is a month late."""
    dice = Dice(seed + 22)
    starts = np.arange(-30, DAYS, 49)
    product = np.tile(np.arange(len(company.product_category)), len(starts))
    ordered = np.maximum(0, np.repeat(starts, len(company.product_category)) + dice.whole(0, 20, len(product)))
    month = np.clip(ordered // 30, 0, 35)
    wanted = (company.available[month, product] > 0) & (ordered < DAYS)
    order = np.flatnonzero(wanted)[np.argsort(ordered[wanted], kind="stable")]
    product, ordered = product[order], ordered[order]
    supplier = company.product_supplier[product]
    expected = ordered + np.array([lead for *_, lead in goods.SUPPLIERS])[supplier - 1]
    received = expected + np.round(dice.bell(len(order)) * 2.2 + 0.6)
    late = (supplier == goods.DELAYED_SUPPLIER) & (expected >= DELAY[0]) & (expected <= DELAY[1])
    received = np.where(late, received + dice.whole(24, 41, len(order)), received)
    received = np.maximum(received, ordered + 3)
    cost = np.array([round(value * 100) for value in company.tables["products"]["unit_cost"]])[product]
    rise = np.array((1.0, 1.03, 1.08))[np.clip(ordered // 366, 0, 2)]
    return {
        "purchase_order_id": list(range(1, len(order) + 1)),
        "supplier_id": supplier.tolist(),
        "product_id": (product + 1).tolist(),
        "ordered_date": dates(ordered),
        "expected_date": dates(expected),
        "received_date": dates(np.where(received < DAYS, received, np.nan)),
        "quantity": (dice.whole(3, 16, len(order)) * 10).tolist(),
        "unit_cost": money(np.round(cost * rise)),
    }
