"""Goods of the demo company: categories with their season and return rate, suppliers, products with base prices, promotions."""

from __future__ import annotations

from dataclasses import dataclass

FLAT = (1.0,) * 12
GIFTS = (0.8, 0.85, 0.9, 0.9, 0.95, 0.95, 0.9, 0.9, 0.95, 1.0, 1.3, 1.7)
OUTDOOR = (0.3, 0.4, 1.0, 1.7, 2.1, 1.9, 1.5, 1.1, 0.8, 0.5, 0.3, 0.3)
COSY = (1.2, 1.1, 0.9, 0.8, 0.7, 0.7, 0.7, 0.8, 1.1, 1.3, 1.4, 1.3)
ACTIVE = (1.4, 1.1, 1.0, 1.1, 1.2, 1.2, 1.1, 1.0, 1.0, 0.8, 0.9, 1.0)


@dataclass(frozen=True)
class Category:
    name: str
    department: str
    share: float
    """Of the order lines, before season."""
    season: tuple[float, ...]
    """A factor per month, January first."""
    return_rate: float
    price_rise: tuple[float, float, float]
    """Factor on the base price in 2023, 2024 and 2025."""
    goods: tuple[tuple[str, float], ...]
    """Names with base prices in 2023."""
    lines: tuple[str, str]
    """The two lines every product is made in; the second is the dearer one."""


RISE = (1.0, 1.04, 1.10)

CATEGORIES: tuple[Category, ...] = (
    Category(
        "Kitchen", "Home", 0.15, GIFTS, 0.045, RISE,
        (("Chef's Knife", 49), ("Cast Iron Skillet", 59), ("Stoneware Baking Dish", 35), ("Espresso Maker", 89),
         ("Electric Kettle", 55), ("Mixing Bowl Set", 32), ("Cutting Board", 27), ("Salad Servers", 18),
         ("Storage Jars", 24), ("Stockpot", 75)),
        ("Hearth", "Ember"),
    ),
    Category(
        "Furniture", "Home", 0.05, FLAT, 0.06, (1.0, 1.06, 1.14),
        (("Oak Side Table", 149), ("Bookshelf", 229), ("Dining Chair", 119), ("Writing Desk", 319), ("Two-Seat Sofa", 749),
         ("Bar Stool", 99), ("Coffee Table", 199), ("Coat Rack", 69), ("Shoe Bench", 129), ("Bed Frame", 499)),
        ("Fjell", "Strand"),
    ),
    Category(
        "Lighting", "Home", 0.06, COSY, 0.05, RISE,
        (("Floor Lamp", 129), ("Desk Lamp", 59), ("Pendant Light", 89), ("Table Lamp", 69), ("String Lights", 25),
         ("Wall Sconce", 55), ("Candle Holder", 19), ("Night Light", 22), ("Reading Lamp", 45), ("Lantern", 29)),
        ("Lumen", "Aurora"),
    ),
    Category(
        "Bedding & Bath", "Home", 0.09, COSY, 0.05, RISE,
        (("Linen Duvet Cover", 99), ("Wool Blanket", 79), ("Down Pillow", 49), ("Bath Towel Set", 39), ("Cotton Sheet Set", 69),
         ("Bath Mat", 25), ("Bathrobe", 65), ("Throw Cushion", 29), ("Weighted Blanket", 109), ("Shower Curtain", 27)),
        ("Drift", "Haven"),
    ),
    Category(
        "Garden", "Outdoor", 0.08, OUTDOOR, 0.04, RISE,
        (("Terracotta Planter", 29), ("Garden Hose", 35), ("Pruning Shears", 24), ("Folding Chair", 49), ("Parasol", 99),
         ("Fire Bowl", 139), ("Watering Can", 22), ("Raised Bed", 89), ("Bird Feeder", 26), ("Picnic Blanket", 34)),
        ("Meadow", "Orchard"),
    ),
    Category(
        "Sports", "Outdoor", 0.08, ACTIVE, 0.07, RISE,
        (("Yoga Mat", 39), ("Dumbbell Pair", 59), ("Trail Backpack", 89), ("Water Bottle", 19), ("Camping Stove", 69),
         ("Sleeping Bag", 99), ("Resistance Bands", 22), ("Bike Helmet", 65), ("Swim Goggles", 24), ("Two-Person Tent", 179)),
        ("Ridge", "Summit"),
    ),
    Category(
        "Electronics", "Technology", 0.11, GIFTS, 0.085, (1.0, 0.98, 0.94),
        (("Wireless Speaker", 79), ("Noise-Cancelling Headphones", 149), ("Smart Plug", 19), ("Fitness Watch", 129),
         ("Power Bank", 39), ("Webcam", 69), ("Digital Photo Frame", 89), ("Robot Vacuum", 299),
         ("Alarm Clock", 29), ("Air Purifier", 189)),
        ("Volt", "Nimbus"),
    ),
    Category(
        "Clothing", "Fashion", 0.14, FLAT, 0.145, RISE,
        (("Merino Sweater", 79), ("Rain Jacket", 119), ("Cotton T-Shirt", 22), ("Chino Trousers", 59), ("Linen Shirt", 55),
         ("Wool Scarf", 35), ("Leather Belt", 39), ("Running Socks", 14), ("Denim Jacket", 89), ("Winter Hat", 25)),
        ("Harbor", "Northway"),
    ),
    Category(
        "Beauty", "Fashion", 0.07, GIFTS, 0.02, RISE,
        (("Hand Cream", 12), ("Face Serum", 34), ("Shampoo Bar", 11), ("Bath Salts", 15), ("Beard Oil", 19),
         ("Lip Balm Set", 9), ("Clay Mask", 22), ("Body Lotion", 17), ("Scented Candle", 24), ("Travel Kit", 29)),
        ("Fern", "Iris"),
    ),
    Category(
        "Toys", "Family", 0.07, (0.7, 0.75, 0.8, 0.85, 0.85, 0.9, 0.85, 0.85, 0.9, 1.0, 1.7, 2.4), 0.03, RISE,
        (("Wooden Train Set", 45), ("Building Blocks", 39), ("Plush Bear", 25), ("Board Game", 35), ("Puzzle 1000 Pieces", 19),
         ("Watercolour Set", 16), ("Kite", 22), ("Dollhouse", 99), ("Balance Bike", 79), ("Science Kit", 32)),
        ("Pepper", "Juniper"),
    ),
    Category(
        "Books & Stationery", "Family", 0.06, (0.9, 0.85, 0.85, 0.85, 0.85, 0.9, 1.0, 1.35, 1.3, 0.95, 1.1, 1.4), 0.015, RISE,
        (("Hardcover Notebook", 16), ("Fountain Pen", 42), ("Cookbook", 32), ("Travel Guide", 24), ("Desk Calendar", 15),
         ("Sketchbook", 18), ("Picture Book", 17), ("Gardening Handbook", 28), ("Letter Set", 14), ("Pencil Case", 13)),
        ("Folio", "Quill"),
    ),
    Category(
        "Pet Care", "Family", 0.04, FLAT, 0.03, (1.0, 1.05, 1.12),
        (("Dog Bed", 59), ("Cat Tree", 99), ("Dog Leash", 22), ("Pet Carrier", 49), ("Feeding Bowl", 16),
         ("Chew Toy", 11), ("Grooming Brush", 15), ("Cat Litter Box", 34), ("Aquarium Kit", 119), ("Dog Coat", 37)),
        ("Paw", "Whisker"),
    ),
)  # fmt: skip

SUPPLIERS: tuple[tuple[str, str, str, int], ...] = (
    ("Brightwater Ceramics", "Porto", "Portugal", 28),
    ("Kestrel Kitchenware", "Sheffield", "United Kingdom", 21),
    ("Nordwald Holzwerk", "Freiburg", "Germany", 35),
    ("Tallgrass Furniture Works", "Grand Rapids", "United States", 42),
    ("Solbakken Lys", "Aarhus", "Denmark", 24),
    ("Filament & Forge", "Birmingham", "United Kingdom", 30),
    ("Tessitura Valdarno", "Florence", "Italy", 26),
    ("Softloom Textiles", "Coimbatore", "India", 45),
    ("Green Gate Nursery Supply", "Utrecht", "Netherlands", 14),
    ("Terra Cotta Sur", "Seville", "Spain", 20),
    ("Highline Outdoor", "Boulder", "United States", 33),
    ("Pacific Trail Gear", "Wellington", "New Zealand", 40),
    ("Shenlan Electronics", "Shenzhen", "China", 50),
    ("Hikari Devices", "Nagoya", "Japan", 44),
    ("Costa Verde Apparel", "Braga", "Portugal", 30),
    ("Woolmark Ridge Mills", "Galway", "Ireland", 34),
    ("Atelier Provence", "Aix-en-Provence", "France", 18),
    ("Fjordblom Naturals", "Bergen", "Norway", 22),
    ("Little Oak Toys", "Ghent", "Belgium", 25),
    ("Playwright Games", "Edinburgh", "United Kingdom", 19),
    ("Paper Lane Press", "Leipzig", "Germany", 16),
    ("Inkwell & Sons", "Dublin", "Ireland", 17),
    ("Happy Tails Supply", "Minneapolis", "United States", 23),
    ("Katzenhof", "Graz", "Austria", 15),
)
"""Name, city, country, usual lead time in days. Supplier 2k+1 and 2k+2 serve category k+1."""

RECALLED = "Ember Electric Kettle"
DELAYED_SUPPLIER = 13
"""Shenlan Electronics."""

PROMOTIONS: tuple[tuple[str, str, str, int, str | None], ...] = (
    ("New Year Sale", "01-02", "01-15", 20, None),
    ("Spring Garden Days", "04-08", "04-21", 15, "Garden"),
    ("Summer Sale", "07-01", "07-21", 25, None),
    ("Back to School", "08-19", "09-08", 10, "Books & Stationery"),
    ("Black Week", "11-20", "11-30", 30, None),
    ("Holiday Gifts", "12-08", "12-20", 10, None),
)
"""Each of every year: name, first and last day, percent off, and the category it holds for (None: all)."""
