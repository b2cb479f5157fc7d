"""People and places of the demo company, all invented but for the cities: names by region, job titles, company names."""

from __future__ import annotations

REGIONS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "North America",
        (
            ("Chicago", "United States"),
            ("Seattle", "United States"),
            ("Austin", "United States"),
            ("Boston", "United States"),
            ("Denver", "United States"),
            ("Portland", "United States"),
            ("Toronto", "Canada"),
            ("Vancouver", "Canada"),
            ("Montreal", "Canada"),
        ),
    ),
    (
        "Central Europe",
        (
            ("Berlin", "Germany"),
            ("Hamburg", "Germany"),
            ("Munich", "Germany"),
            ("Cologne", "Germany"),
            ("Vienna", "Austria"),
            ("Zurich", "Switzerland"),
            ("Amsterdam", "Netherlands"),
            ("Prague", "Czechia"),
        ),
    ),
    (
        "Nordics",
        (
            ("Stockholm", "Sweden"),
            ("Gothenburg", "Sweden"),
            ("Oslo", "Norway"),
            ("Bergen", "Norway"),
            ("Copenhagen", "Denmark"),
            ("Helsinki", "Finland"),
        ),
    ),
    (
        "Southern Europe",
        (
            ("Madrid", "Spain"),
            ("Barcelona", "Spain"),
            ("Valencia", "Spain"),
            ("Milan", "Italy"),
            ("Rome", "Italy"),
            ("Turin", "Italy"),
            ("Lisbon", "Portugal"),
        ),
    ),
    (
        "Asia Pacific",
        (
            ("Sydney", "Australia"),
            ("Melbourne", "Australia"),
            ("Auckland", "New Zealand"),
            ("Singapore", "Singapore"),
            ("Osaka", "Japan"),
            ("Kyoto", "Japan"),
        ),
    ),
)
"""Region, and its cities with their countries. The order is that of region_id."""

STORE_CITIES = (6, 6, 5, 5, 4)
"""In how many of its first cities each region has a store."""

FIRST_NAMES = (
    "Ada Adrian Agnes Alba Alex Alice Alma Amir Amelia Anders Andrea Anna Anton Aoife Arthur Astrid Beatriz Ben Bianca "
    "Bruno Camille Carla Carlos Caroline Cecilia Charlotte Chiara Chloe Clara Daniel Daria David Diana Diego Edith "
    "Eleanor Elena Elias Elin Ella Emil Emma Eric Erik Eva Felix Fiona Florian Frances Frida Gabriel George Giulia Grace "
    "Greta Hana Hannah Harper Haruto Helen Henrik Hugo Ida Ines Ingrid Irene Isaac Isabel Ivan Jack Jakob James Jana "
    "Jasmine Joan Johan Jonas Julia Karen Karin Katja Kenji Lars Laura Lea Leo Liam Lina Linnea Lorenzo Louis Lucas Lucia "
    "Luisa Mads Maja Marco Margaret Maria Marta Martin Matteo Maya Mei Mia Mika Mila Miriam Naomi Nadia Nils Nina Noah "
    "Nora Olga Oliver Olivia Oscar Owen Paul Pedro Petra Priya Rafael Ravi Rebecca Rosa Ruben Ruth Samuel Sara Sebastian "
    "Selma Signe Simon Sofia Sonja Stefan Sven Tara Teresa Theo Thomas Tomas Tove Valentina Vera Victor Viktor Viola "
    "Walter Wanda William Yara Yuki Zoe"
)
LAST_NAMES = (
    "Abbott Acosta Adler Ahlberg Almeida Andersen Archer Bauer Becker Bell Bergman Bianchi Blake Bloom Bonnet Brandt "
    "Brennan Brooks Calder Campos Carver Castillo Chandra Chen Clarke Conti Cooper Costa Dahl Dalton Delgado Dietrich "
    "Doyle Duarte Eastman Ekström Ellis Eriksen Evans Falk Farrell Ferrari Fischer Fletcher Fontana Foster Franke Fuentes "
    "Gallo Garcia Gibbs Graham Greco Greene Gruber Haas Hagen Halvorsen Hansen Harper Hayashi Hayes Heikkinen Hoffman "
    "Holm Huber Hughes Ibarra Ishikawa Iversen Jansen Jensen Johansson Kaiser Kato Keller Kim Klein Koch Korhonen Kovac "
    "Kraus Lambert Larsen Laurent Leclerc Lehmann Lind Lindqvist Lombardi Lopez Lund Maier Marino Marsh Martens Mendes "
    "Meyer Mitchell Molina Moreau Moreno Morgan Mori Nakamura Navarro Neumann Newton Nguyen Nielsen Norris Novak Nyberg "
    "Olsen Ortega Osborne Palmer Park Parker Patel Pereira Perry Petersen Pohl Porter Prieto Quinn Ramos Rasmussen Reed "
    "Richter Rinaldi Rivera Romano Rossi Russo Salazar Santos Sato Schmidt Schneider Serra Shaw Silva Singh Sorensen "
    "Stone Suzuki Takahashi Tanaka Taylor Torres Turner Vargas Vidal Virtanen Vogel Wagner Walsh Watanabe Weber Weiss "
    "Wells West Wilson Winter Wong Wright Yamamoto Young Zeller Zimmer"
)

COMPANY_FIRST = (
    "Alder Amber Aspen Beacon Birch Bluestone Cedar Cobalt Copper Coral Crescent Elm Falcon Fjord Granite Harbor Hazel "
    "Heron Indigo Ivory Juniper Lantern Larch Linden Maple Meadow Meridian Mistral Oak Olive Orchard Pine Quarry Raven "
    "River Saffron Sequoia Silver Slate Summit Tidal Willow"
)
COMPANY_LAST = (
    "& Co|Architects|Bakery|Boutique Hotel|Cafés|Clinic|Coworking|Design Studio|Events|Fitness|Guesthouse|"
    "Hospitality|Interiors|Kitchens|Lodge|Offices|Properties|Restaurants|School|Spa|Studios|Theatre|Travel|"
    "Workshops"
)
BIG_CUSTOMER = "Harrow & Pike Hotels"

JOBS = ("Store Manager", "Assistant Manager", "Sales Associate", "Cashier", "Visual Merchandiser", "Stock Clerk")
"""From the one who runs a store down; only sales associates and cashiers take orders."""
SALARIES = (58_000, 46_000, 35_500, 31_000, 37_000, 30_500)
"""A year, for each job, in a region of average pay."""
PAY_LEVEL = (1.15, 1.1, 1.12, 0.82, 1.0)
"""By region."""
