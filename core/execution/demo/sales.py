"""Orders and their items: when, where and what is bought, with seasons, growth, price rises, promotions and a few true anomalies.

Anomalies: the Nordic stores are shut from 4 to 17 March 2024; one product is recalled on 9 September 2024; a hotel chain
places one huge order on 14 May 2025; one supplier delivers late from February to April 2025.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.execution.demo import goods, people
from core.execution.demo.company import Company
from core.execution.demo.dice import (
    DATES,
    DAYS,
    MONTH,
    MONTH_NUMBER,
    WEEKDAY,
    YEAR,
    Columns,
    Dice,
    Floats,
    Ints,
    dates,
    day,
    ids,
    money,
)

ORDERS = 47_000
CHANNELS = ("Store", "Online", "Mobile App", "Wholesale")
STORE, ONLINE, MOBILE, WHOLESALE = range(4)
PAYMENTS = ("Credit Card", "Debit Card", "PayPal", "Gift Card", "Invoice")

REGION_BASE = (1.0, 0.92, 0.5, 0.55, 0.2)
REGION_GROWTH = (1.07, 1.11, 1.04, 0.93, 1.42)
"""A year."""
SEASON = (0.82, 0.8, 0.92, 0.95, 0.98, 0.97, 1.0, 0.95, 0.94, 1.0, 1.3, 1.62)
WEEKDAYS = (
    (0.8, 0.82, 0.88, 0.95, 1.2, 1.65, 0.7),
    (1.08, 1.0, 0.97, 0.96, 0.9, 0.95, 1.14),
    (0.98, 0.97, 0.97, 0.98, 1.0, 1.02, 1.08),
    (1.3, 1.35, 1.3, 1.2, 1.0, 0.1, 0.05),
)
"""By channel, Monday first."""
CHANNEL_START = (0.60, 0.31, 0.06, 0.03)
CHANNEL_END = (0.40, 0.34, 0.23, 0.03)
LINES = (0.29, 0.28, 0.19, 0.12, 0.07, 0.05)
"""How often an order has 1, 2, … items."""

OUTAGE_REGION = 2
OUTAGE = (day("2024-03-04"), day("2024-03-17"))
RECALL = day("2024-09-09")
RECALL_MONTHS = (21, 22)
"""October and November 2024: the recalled product is not sold."""
BIG_ORDER = day("2025-05-14")
BIG_QUANTITIES = (420, 380, 360, 300, 240, 180)
DELAY = (day("2025-02-01"), day("2025-04-30"))
LATE = (day("2025-03-01"), day("2025-04-30"))
"""When the late deliveries of the supplier make customers wait."""


@dataclass
class Sales:
    """Orders by position (id − 1), items by position; days since the first one, NaN where nothing happened yet."""

    order_day: Ints
    channel: Ints
    completed: Floats
    """By order: 1 for those that were delivered."""
    delivered: Floats
    item_order: Ints
    item_product: Ints
    quantity: Ints
    net: Ints
    """Cents."""
    orders: Columns
    items: Columns


def sell(company: Company, seed: int) -> Sales:
    dice = Dice(seed + 10)
    order_day, region, channel = _when_and_where(dice)
    customer = _customers(company, dice, order_day, region, channel)
    item_order, product, quantity = _baskets(company, dice, order_day, channel)
    promotion, percent = _discounts(company, dice, order_day, channel, item_order, product)
    price = company.prices[YEAR[order_day[item_order]], product]
    net = np.round(quantity * price * (100 - percent) / 100).astype(np.int64)
    total = np.bincount(item_order, weights=net, minlength=len(order_day)).astype(np.int64)
    shipped, delivered, status = _journey(dice, order_day, channel, _late(company, order_day, channel, item_order, product))
    store, seller = _stores(company, dice, order_day, region, channel)
    orders: Columns = {
        "order_id": list(range(1, len(order_day) + 1)),
        "order_date": dates(order_day),
        "customer_id": (customer + 1).tolist(),
        "region_id": (region + 1).tolist(),
        "store_id": ids(store),
        "employee_id": ids(seller),
        "promotion_id": ids(promotion),
        "channel": [CHANNELS[c] for c in channel.tolist()],
        "status": status,
        "payment_method": _payments(dice, channel),
        "ship_date": dates(shipped),
        "delivery_date": dates(delivered),
        "shipping_cost": money(_shipping(channel, total)),
        "total_amount": money(total),
    }
    items: Columns = {
        "order_item_id": list(range(1, len(item_order) + 1)),
        "order_id": (item_order + 1).tolist(),
        "product_id": (product + 1).tolist(),
        "quantity": quantity.tolist(),
        "unit_price": money(price),
        "discount_percent": percent.tolist(),
        "net_amount": money(net),
    }
    completed = np.array([s == "Completed" for s in status], dtype=np.float64)
    return Sales(order_day, channel, completed, delivered, item_order, product, quantity, net, orders, items)


def _when_and_where(dice: Dice) -> tuple[Ints, Ints, Ints]:
    """Day, region and channel of every order, by day; the first order of BIG_ORDER is the huge one."""
    through = (np.arange(DAYS) / DAYS)[:, None]
    share = np.array(CHANNEL_START) * (1 - through) + np.array(CHANNEL_END) * through
    region = np.array(REGION_BASE) * np.array(REGION_GROWTH) ** (np.arange(DAYS)[:, None] / 365.25)
    region = region * (1 + 0.12 * dice.bell(DAYS, len(REGION_BASE)))
    season = np.array(SEASON)[MONTH] * _rush()
    weight = region[:, :, None] * (share * np.array(WEEKDAYS).T[WEEKDAY] * season[:, None])[:, None, :]
    weight[OUTAGE[0] : OUTAGE[1] + 1, OUTAGE_REGION, STORE] = 0
    cells = np.sort(dice.pick(weight, ORDERS))
    day_of, rest = np.divmod(cells, weight[0].size)
    region_of, channel = np.divmod(rest, len(CHANNELS))
    big = int(np.searchsorted(day_of, BIG_ORDER))
    region_of[big], channel[big] = 0, WHOLESALE
    return day_of, region_of, channel


def _rush() -> Floats:
    """Black Friday week and the weeks before Christmas sell more, the days after it and the holidays less."""
    month_day = DATES.astype(str).astype("U10")
    rest = np.array([text[5:] for text in month_day.tolist()])
    factor = np.where((rest >= "11-20") & (rest <= "11-30"), 1.75, 1.0)
    factor = np.where((rest >= "12-08") & (rest <= "12-21"), 1.25, factor)
    factor = np.where((rest >= "12-24") & (rest <= "12-26"), 0.25, factor)
    return np.where(rest == "01-01", 0.3, factor)


def _customers(company: Company, dice: Dice, order_day: Ints, region: Ints, channel: Ints) -> Ints:
    """Who orders: somebody of the region who has signed up by then; wholesale orders come from companies."""
    chosen = np.zeros(len(order_day), np.int64)
    draw = dice.uniform(len(order_day)) ** 1.25
    for place in range(len(people.REGIONS)):
        for trade in (False, True):
            here = (region == place) & ((channel == WHOLESALE) == trade)
            segment = company.customer_segment > 0 if trade else company.customer_segment < 2
            pool = np.flatnonzero((company.customer_region == place) & segment)
            known = np.maximum(np.searchsorted(company.customer_since[pool], order_day[here], side="right"), 1)
            chosen[here] = pool[np.floor(draw[here] * known).astype(np.int64)]
    big = int(np.searchsorted(order_day, BIG_ORDER))
    chosen[big] = int(np.flatnonzero(company.customer_segment == 2)[0])
    return chosen


def _baskets(company: Company, dice: Dice, order_day: Ints, channel: Ints) -> tuple[Ints, Ints, Ints]:
    """Order, product and quantity of every item; an order holds a product once."""
    lines = dice.pick(LINES, len(order_day)) + 1
    big = int(np.searchsorted(order_day, BIG_ORDER))
    lines[big] = 0
    item_order = np.repeat(np.arange(len(order_day)), lines)
    product = _products(company, dice, MONTH_NUMBER[order_day[item_order]])
    product = _after_recall(company, dice, order_day[item_order], product)
    trade = channel[item_order] == WHOLESALE
    few = dice.pick((0.72, 0.18, 0.06, 0.04), len(item_order)) + 1
    quantity = np.where(trade, dice.whole(5, 24, len(item_order)), few)
    hotel = [index for index, name in enumerate(company.tables["products"]["product_name"]) if name in _HOTEL_NEEDS]
    item_order = np.concatenate([item_order, np.full(len(hotel), big)])
    product = np.concatenate([product, np.array(hotel)])
    quantity = np.concatenate([quantity, np.array(BIG_QUANTITIES[: len(hotel)])])
    _, first = np.unique(item_order * 1000 + product, return_index=True)
    return item_order[first], product[first], quantity[first]


_HOTEL_NEEDS = ("Haven Linen Duvet Cover", "Haven Down Pillow", "Haven Bath Towel Set", "Haven Bathrobe", "Aurora Table Lamp",
                "Hearth Electric Kettle")  # fmt: skip


def _products(company: Company, dice: Dice, month: Ints) -> Ints:
    """A product for every item: by the category's share and season, and by how popular the product is."""
    share = np.array([category.share for category in goods.CATEGORIES])
    season = np.array([category.season for category in goods.CATEGORIES])
    popularity = 1 / (3 + dice.order(len(company.product_category)) / 12)
    recalled = company.tables["products"]["product_name"].index(goods.RECALLED)
    popularity[recalled] = popularity.max() * 2.2
    chosen = np.zeros(len(month), np.int64)
    for number in range(36):
        here = np.flatnonzero(month == number)
        weight = popularity * company.available[number] * (share * season[:, number % 12])[company.product_category]
        if number in RECALL_MONTHS:
            weight[recalled] = 0
        chosen[here] = dice.pick(weight, len(here))
    return chosen


def _after_recall(company: Company, dice: Dice, item_day: Ints, product: Ints) -> Ints:
    """From the recall to the end of its month, other products of the category are bought instead."""
    recalled = company.tables["products"]["product_name"].index(goods.RECALLED)
    gone = (product == recalled) & (item_day >= RECALL) & (MONTH_NUMBER[item_day] == MONTH_NUMBER[RECALL])
    others = np.flatnonzero((company.product_category == company.product_category[recalled]) & (company.available[20] > 0))
    others = others[others != recalled]
    replaced = product.copy()
    replaced[gone] = others[dice.whole(0, len(others) - 1, int(gone.sum()))]
    return replaced


def _discounts(
    company: Company, dice: Dice, order_day: Ints, channel: Ints, item_order: Ints, product: Ints
) -> tuple[Ints, Ints]:
    """Promotion id by order (0: none) and percent off by item. Wholesale has its own 12 percent."""
    takes = dice.chance(0.72, len(order_day))
    running = company.promotion_of[order_day[item_order], company.product_category[product]]
    running = np.where(takes[item_order] & (channel[item_order] != WHOLESALE), running, 0)
    promotion = np.zeros(len(order_day), np.int64)
    np.maximum.at(promotion, item_order, running)
    running = np.where(running == promotion[item_order], running, 0)  # one promotion an order
    personal = np.where(dice.chance(0.04, len(item_order)), 5, 0)
    percent = np.where(running > 0, company.percent[running], personal)
    return promotion, np.where(channel[item_order] == WHOLESALE, 12, percent).astype(np.int64)


def _late(company: Company, order_day: Ints, channel: Ints, item_order: Ints, product: Ints) -> Ints:
    """1 for orders that wait for goods of the late supplier."""
    waits = np.isin(product, np.flatnonzero(company.product_supplier == goods.DELAYED_SUPPLIER))
    when = order_day[item_order]
    waits &= (when >= LATE[0]) & (when <= LATE[1]) & (channel[item_order] != STORE)
    return (np.bincount(item_order, weights=waits, minlength=len(order_day)) > 0).astype(np.int64)


def _journey(dice: Dice, order_day: Ints, channel: Ints, late: Ints) -> tuple[Floats, Floats, list[str]]:
    """Ship day, delivery day and status of every order; what lies beyond the last day has not happened."""
    count = len(order_day)
    sent = channel != STORE
    waiting = dice.pick((0.2, 0.4, 0.25, 0.15), count) + late * dice.whole(9, 19, count)
    shipped = (order_day + np.where(sent, waiting, 0)).astype(np.float64)
    delivered = shipped + np.where(sent, dice.whole(1, 5, count), 0)
    cancelled = dice.chance(0.022, count) & sent & (order_day != BIG_ORDER)
    shipped[cancelled | (shipped >= DAYS)] = np.nan
    delivered[np.isnan(shipped) | (delivered >= DAYS)] = np.nan
    status = np.where(np.isnan(shipped), "Processing", np.where(np.isnan(delivered), "Shipped", "Completed"))
    return shipped, delivered, np.where(cancelled, "Cancelled", status).tolist()


def _stores(company: Company, dice: Dice, order_day: Ints, region: Ints, channel: Ints) -> tuple[Ints, Ints]:
    """Store and employee id of every order, 0 for those that no store took."""
    store, seller = np.zeros(len(order_day), np.int64), np.zeros(len(order_day), np.int64)
    draw, who = dice.uniform(len(order_day)), dice.uniform(len(order_day))
    order = np.argsort(company.store_open, kind="stable")
    for place in range(len(people.REGIONS)):
        pool = order[company.store_region[order] == place]
        here = np.flatnonzero((region == place) & (channel == STORE))
        opened = np.searchsorted(company.store_open[pool], order_day[here], side="right")
        store[here] = pool[np.floor(draw[here] ** 1.15 * opened).astype(np.int64)] + 1
    for number, staff in enumerate(company.sellers, start=1):
        here = np.flatnonzero(store == number)
        seller[here] = staff[np.floor(who[here] ** 1.3 * len(staff)).astype(np.int64)]
    return store, seller


def _payments(dice: Dice, channel: Ints) -> list[str]:
    usual = dice.pick((0.48, 0.24, 0.22, 0.06), len(channel))
    chosen = np.where((channel == STORE) & (usual == 2), 1, usual)  # nobody pays by PayPal in a store
    return [PAYMENTS[p] for p in np.where(channel == WHOLESALE, 4, chosen).tolist()]


def _shipping(channel: Ints, total: Ints) -> Ints:
    """Cents: nothing in stores and above 75, a flat rate else; wholesale by pallet."""
    small = np.where(total < 7_500, 590, 0)
    return np.where(channel == STORE, 0, np.where(channel == WHOLESALE, 2_900, small)).astype(np.int64)
