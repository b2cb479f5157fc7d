"""The demo company before it sells anything: regions, stores, staff, customers, suppliers, products and promotions."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

import numpy as np

from core.execution.demo import goods, people
from core.execution.demo.dice import DAYS, MONTH_NUMBER, Columns, Dice, Floats, Ints, dates, day, ids, money

CUSTOMERS = 6_400
CUSTOMER_SHARES = (0.32, 0.29, 0.15, 0.14, 0.10)
"""By region."""
SEGMENTS = ("Consumer", "Small Business", "Corporate")
TIERS = (None, "Bronze", "Silver", "Gold")
TAKES_ORDERS = (2, 3)
"""Positions in people.JOBS, like those of the teams."""
TEAM = (0, 1, 2, 2, 2, 3, 3, 4, 5)
FLAGSHIP_TEAM = (2, 3, 5)
FLAGSHIP_EVERY = 6


@dataclass
class Company:
    """The tables, and the arrays the sales are drawn from. Ids are positions plus one."""

    tables: dict[str, Columns] = field(default_factory=dict)
    store_region: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    store_open: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    sellers: list[Ints] = field(default_factory=list)
    """By store: employee ids that take orders."""
    customer_region: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    customer_segment: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    customer_since: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    product_category: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    product_supplier: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    prices: Ints = field(default_factory=lambda: np.zeros((3, 0), np.int64))
    """Cents, by year and product."""
    available: Floats = field(default_factory=lambda: np.zeros((36, 0)))
    """1 where a product is sold in a month, else 0."""
    promotion_of: Ints = field(default_factory=lambda: np.zeros((DAYS, 0), np.int64))
    """By day and category: promotion id, 0 for none."""
    percent: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    """By promotion id."""


def build(seed: int) -> Company:
    company = Company()
    _regions_and_stores(company, Dice(seed + 1))
    _employees(company, Dice(seed + 2))
    _customers(company, Dice(seed + 3))
    _categories_and_suppliers(company)
    _products(company, Dice(seed + 4))
    _promotions(company)
    return company


def _regions_and_stores(company: Company, dice: Dice) -> None:
    names = [name for name, _ in people.REGIONS]
    company.tables["regions"] = {"region_id": list(range(1, len(names) + 1)), "region_name": names}
    places = [
        (region, city, country)
        for region, (_, cities) in enumerate(people.REGIONS)
        for city, country in cities[: people.STORE_CITIES[region]]
    ]
    opened = dice.whole(day("2012-03-01"), day("2022-10-01"), len(places))
    opened[::FLAGSHIP_EVERY] -= 2_500
    opened[-1], opened[5] = day("2024-05-02"), day("2023-09-14")  # two stores open within the period
    company.store_region = np.array([region for region, _, _ in places])
    company.store_open = opened
    company.tables["stores"] = {
        "store_id": list(range(1, len(places) + 1)),
        "store_name": [
            f"{city} Flagship" if row % FLAGSHIP_EVERY == 0 else f"{city} Store" for row, (_, city, _) in enumerate(places)
        ],
        "city": [city for _, city, _ in places],
        "country": [country for _, _, country in places],
        "region_id": [region + 1 for region, _, _ in places],
        "opened_date": dates(opened),
        "floor_area_sqm": (dice.whole(32, 120, len(places)) * 10).tolist(),
    }


def _employees(company: Company, dice: Dice) -> None:
    """A director, a manager for each region, and the teams of the stores, each under its store manager."""
    titles, store, manager, region, job = _posts(company)
    count = len(titles)
    pay = np.where(job < 0, 92_000, np.array(people.SALARIES)[job]) * np.array(people.PAY_LEVEL)[region]
    pay = pay * (1 + 0.06 * dice.bell(count))
    pay[0] = 168_000
    opened = np.where(store > 0, company.store_open[store - 1], day("2012-01-01"))
    hired = opened + np.floor(dice.uniform(count) ** 0.7 * (day("2025-06-01") - opened)).astype(np.int64)
    # who leads or takes orders was there before the period, or when the store opened
    hired = np.where(np.isin(job, (-1, 0, *TAKES_ORDERS)), np.minimum(hired, np.maximum(opened, -30)), hired)
    first, last = _names(dice, count)
    sells = np.isin(job, TAKES_ORDERS)
    company.sellers = [np.flatnonzero((store == number + 1) & sells) + 1 for number in range(len(company.store_region))]
    company.tables["employees"] = {
        "employee_id": list(range(1, count + 1)),
        "first_name": first,
        "last_name": last,
        "job_title": titles,
        "store_id": ids(store),
        "manager_id": ids(manager),
        "hire_date": dates(hired),
        "salary": money(np.round(pay / 100) * 10_000),
    }


def _posts(company: Company) -> tuple[list[str], Ints, Ints, Ints, Ints]:
    """Of every employee: title, store id (0: none), manager's id, region and job (−1: above the stores)."""
    rows = [("Sales Director", 0, 0, 0, -1)]
    rows += [(f"Regional Manager {name}", 0, 1, region, -1) for region, (name, _) in enumerate(people.REGIONS)]
    for store, region in enumerate(company.store_region.tolist()):
        head = len(rows) + 1
        team = TEAM + (FLAGSHIP_TEAM if store % FLAGSHIP_EVERY == 0 else ())
        rows += [(people.JOBS[job], store + 1, region + 2 if job == 0 else head, region, job) for job in team]
    titles, *numbers = zip(*rows, strict=True)
    store_of, manager, region_of, job_of = (np.array(column, dtype=np.int64) for column in numbers)
    return [str(title) for title in titles], store_of, manager, region_of, job_of


def _customers(company: Company, dice: Dice) -> None:
    region = np.sort(dice.pick(CUSTOMER_SHARES, CUSTOMERS))
    since = np.where(dice.chance(0.45, CUSTOMERS), dice.whole(-700, 0, CUSTOMERS), dice.whole(0, DAYS - 20, CUSTOMERS))
    order = np.argsort(since, kind="stable")  # ids grow with time
    region, since = region[order], since[order]
    segment = dice.pick((0.87, 0.10, 0.03), CUSTOMERS)
    first, last = _names(dice, CUSTOMERS)
    companies = _company_names(dice, segment)
    city = _cities(dice, region)
    tier = np.clip(dice.pick((0.45, 0.3, 0.17, 0.08), CUSTOMERS) - (since > day("2025-03-01")), 0, 3)
    phones = _phones(dice, CUSTOMERS)
    company.customer_region, company.customer_segment, company.customer_since = region, segment, since
    company.tables["customers"] = {
        "customer_id": list(range(1, CUSTOMERS + 1)),
        "first_name": first,
        "last_name": last,
        "company_name": companies,
        "segment": [SEGMENTS[s] for s in segment.tolist()],
        "email": [_email(f, la, row) for row, (f, la) in enumerate(zip(first, last, strict=True), start=1)],
        "phone": phones,
        "city": [name for name, _ in city],
        "country": [country for _, country in city],
        "region_id": (region + 1).tolist(),
        "loyalty_tier": [TIERS[t] for t in tier.tolist()],
        "signup_date": dates(since),
    }


def _names(dice: Dice, count: int) -> tuple[list[str], list[str]]:
    first, last = people.FIRST_NAMES.split(), people.LAST_NAMES.split()
    return (
        [first[i] for i in dice.pick(np.ones(len(first)), count).tolist()],
        [last[i] for i in dice.pick(np.ones(len(last)), count).tolist()],
    )


def _cities(dice: Dice, region: Ints) -> list[tuple[str, str]]:
    """A city of the region and its country for each; the region's first cities are its largest."""
    counts = np.array([len(cities) for _, cities in people.REGIONS])[region]
    places = np.floor(dice.uniform(len(region)) ** 1.4 * counts).astype(np.int64)
    return [people.REGIONS[one][1][place] for one, place in zip(region.tolist(), places.tolist(), strict=True)]


def _phones(dice: Dice, count: int) -> list[str | None]:
    """Not everybody left a number."""
    numbers, known = dice.whole(2_000_000, 9_999_999, count), dice.chance(0.82, count)
    return [f"555-{n // 10_000}-{n % 10_000:04d}" if k else None for n, k in zip(numbers.tolist(), known.tolist(), strict=True)]


def _company_names(dice: Dice, segment: Ints) -> list[str | None]:
    first, last = people.COMPANY_FIRST.split(), people.COMPANY_LAST.split("|")
    names = [f"{one} {two}" for two in last for one in first]
    order = iter(dice.order(len(names)).tolist())
    found: list[str | None] = [names[next(order)] if s else None for s in segment.tolist()]
    found[int(np.flatnonzero(segment == 2)[0])] = people.BIG_CUSTOMER
    return found


def _email(first: str, last: str, number: int) -> str:
    plain = unicodedata.normalize("NFKD", f"{first}.{last}").encode("ascii", "ignore").decode()
    return f"{plain.lower()}{number}@example.com"


def _categories_and_suppliers(company: Company) -> None:
    company.tables["categories"] = {
        "category_id": list(range(1, len(goods.CATEGORIES) + 1)),
        "category_name": [category.name for category in goods.CATEGORIES],
        "department": [category.department for category in goods.CATEGORIES],
    }
    company.tables["suppliers"] = {
        "supplier_id": list(range(1, len(goods.SUPPLIERS) + 1)),
        "supplier_name": [supplier[0] for supplier in goods.SUPPLIERS],
        "city": [supplier[1] for supplier in goods.SUPPLIERS],
        "country": [supplier[2] for supplier in goods.SUPPLIERS],
        "lead_time_days": [supplier[3] for supplier in goods.SUPPLIERS],
    }


def _products(company: Company, dice: Dice) -> None:
    rows = [
        (f"{line} {name}", category, price * (1.0, 1.35)[dear], rise)
        for category, kind in enumerate(goods.CATEGORIES)
        for name, price in kind.goods
        for dear, line in enumerate(kind.lines)
        for rise in (kind.price_rise,)
    ]
    count = len(rows)
    names = [row[0] for row in rows]
    category = np.array([row[1] for row in rows])
    prices = np.array([[_shelf_price(base * rise[year]) for _, _, base, rise in rows] for year in range(3)])
    cost = np.round(prices[0] * (0.52 + 0.06 * dice.bell(count)))
    launch, gone = _life(dice, names)
    months = np.arange(36)[:, None]
    company.product_category = category
    company.product_supplier = 2 * category + 1 + (dice.uniform(count) < 0.45)
    recalled = names.index(goods.RECALLED)
    company.product_supplier[recalled] = 2 * category[recalled] + 2
    company.prices = prices
    company.available = ((months >= launch) & (months <= gone)).astype(np.float64)
    company.tables["products"] = {
        "product_id": list(range(1, count + 1)),
        "product_name": names,
        "category_id": (category + 1).tolist(),
        "supplier_id": company.product_supplier.tolist(),
        "list_price": money(prices[2]),
        "unit_cost": money(cost),
        "launch_date": dates([_first_of(month) if month >= 0 else _first_of(0) - 31 * -month for month in launch.tolist()]),
        "discontinued_date": dates([_first_of(month + 1) - 1 if month < 35 else np.nan for month in gone.tolist()]),
    }


def _shelf_price(price: float) -> int:
    """In cents: prices end in .90 below 20, in .50 or .00 below 100, and are whole above."""
    if price < 20:
        return round(price) * 100 - 10
    return round(price * 2) * 50 if price < 100 else round(price) * 100


def _life(dice: Dice, names: list[str]) -> tuple[Ints, Ints]:
    """First and last month of each product, from 0 to 35; most were there before and still are."""
    count = len(names)
    launch = np.where(dice.chance(0.18, count), dice.whole(1, 30, count), -dice.whole(1, 60, count))
    gone = np.where(dice.chance(0.07, count) & (launch < 0), dice.whole(8, 33, count), 35)
    launch[names.index(goods.RECALLED)], gone[names.index(goods.RECALLED)] = 14, 35
    return launch, gone


def _first_of(month: int) -> int:
    if month >= 36:
        return DAYS
    return int(np.searchsorted(MONTH_NUMBER, month))


def _promotions(company: Company) -> None:
    names = [category.name for category in goods.CATEGORIES]
    listed = [(f"{name} {year}", f"{year}-{first}", f"{year}-{last}", percent, of)
              for year in (2023, 2024, 2025) for name, first, last, percent, of in goods.PROMOTIONS]  # fmt: skip
    company.promotion_of = np.zeros((DAYS, len(names)), np.int64)
    for number, (_, first, last, _, of) in enumerate(listed, start=1):
        columns = slice(None) if of is None else names.index(of)
        company.promotion_of[day(first) : day(last) + 1, columns] = number
    company.percent = np.array([0, *(percent for _, _, _, percent, _ in listed)])
    company.tables["promotions"] = {
        "promotion_id": list(range(1, len(listed) + 1)),
        "promotion_name": [name for name, *_ in listed],
        "category_id": [names.index(of) + 1 if of else None for *_, of in listed],
        "discount_percent": [percent for *_, percent, _ in listed],
        "start_date": [first for _, first, *_ in listed],
        "end_date": [last for _, _, last, *_ in listed],
    }
