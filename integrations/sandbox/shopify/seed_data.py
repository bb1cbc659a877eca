"""Who the demo's stores are and what they sell; prices in the store's currency."""

from typing import Any


def _bags(sku: str, small: str, large: str, stock: tuple[int, int]) -> list[dict[str, Any]]:
    """The two sizes coffee comes in."""
    return [
        {"title": "12 oz", "sku": f"{sku}-12", "price": small, "stock": stock[0], "grams": 340},
        {"title": "2 lb", "sku": f"{sku}-32", "price": large, "stock": stock[1], "grams": 907},
    ]


def _coffee(
    title: str, notes: str, variants: list[dict[str, Any]], *tags: str, kind: str = "Coffee"
) -> dict[str, Any]:
    option = "Size" if len(variants) > 1 else "Title"
    return {
        "title": title,
        "description": f"<p>{notes}</p>",
        "type": kind,
        "tags": list(tags),
        "option": option,
        "variants": variants,
    }


def _single(sku: str, price: str, stock: int, grams: int = 340) -> list[dict[str, Any]]:
    return [{"sku": sku, "price": price, "stock": stock, "grams": grams}]


def _tins(sku: str, price: str, big: str, stock: tuple[int, int]) -> list[dict[str, Any]]:
    """The two sizes tea comes in."""
    return [
        {"title": "100 g tin", "sku": f"{sku}-100", "price": price, "stock": stock[0]},
        {"title": "250 g pouch", "sku": f"{sku}-250", "price": big, "stock": stock[1]},
    ]


CROSSDOCK_COFFEE: dict[str, Any] = {
    "domain": "crossdock-coffee.myshopify.com",
    "name": "Crossdock Coffee",
    "own": True,
    "location": {
        "name": "Harbor Street",
        "address1": "410 Harbor Street",
        "city": "Oakland",
        "province_code": "CA",
        "zip": "94607",
    },
    "timezone": "America/Los_Angeles",
    "products": [
        _coffee(
            "Paper Filters, 100 pack",
            "Unbleached cone filters for one to four cups.",
            _single("CD-FILTER-100", "8.50", 240, 180),
            "brewing",
            kind="Accessories",
        ),
        _coffee(
            "Harbor Mug",
            "Stoneware, holds 10 oz, dishwasher safe.",
            _single("CD-MUG-10", "18.00", 64, 420),
            "mugs",
            kind="Accessories",
        ),
        _coffee(
            "Dosing Spoon",
            "Ten grams to the level brim, beech handle.",
            _single("CD-SPOON", "12.00", 95, 60),
            "brewing",
            kind="Accessories",
        ),
    ],
}

BLUE_DOOR: dict[str, Any] = {
    "domain": "blue-door.myshopify.com",
    "name": "Blue Door Roasters",
    "first_order": 2301,
    "location": {
        "name": "Roastery",
        "address1": "27 Mill Lane",
        "city": "Portland",
        "province_code": "ME",
        "zip": "04101",
    },
    "products": [
        _coffee(
            "Ethiopia Guji Natural",
            "Blueberry, jasmine, honey. Light roast.",
            _bags("ETH-GUJI", "19.50", "46.00", (84, 31)),
            "single-origin",
            "light",
        ),
        _coffee(
            "Colombia Huila",
            "Red apple, caramel, cocoa. Medium roast.",
            _bags("COL-HUILA", "17.00", "41.00", (120, 40)),
            "single-origin",
            "medium",
        ),
        _coffee(
            "Kenya Nyeri AA",
            "Blackcurrant, grapefruit, brown sugar. Light roast.",
            _bags("KEN-NYERI", "21.00", "49.50", (36, 0)),
            "single-origin",
            "light",
        ),
        _coffee(
            "Front Step Espresso",
            "Dark chocolate and toasted hazelnut. Medium dark roast.",
            [
                *_bags("FRONT-STEP", "16.00", "38.00", (150, 75)),
                {
                    "title": "5 lb",
                    "sku": "FRONT-STEP-80",
                    "price": "86.00",
                    "stock": 22,
                    "grams": 2268,
                },
            ],
            "blend",
            "espresso",
        ),
        _coffee(
            "Guatemala Antigua",
            "Orange, milk chocolate, almond. Medium roast.",
            _bags("GUA-ANTIGUA", "17.50", "42.00", (66, 18)),
            "single-origin",
            "medium",
        ),
        _coffee(
            "Night Ferry Decaf",
            "Swiss water process. Maple and walnut.",
            _single("NIGHT-FERRY-12", "18.00", 58),
            "decaf",
        ),
        _coffee(
            "Lighthouse Blend",
            "Stone fruit, toffee. The house filter coffee.",
            _bags("LIGHTHOUSE", "15.50", "36.50", (210, 90)),
            "blend",
            "filter",
        ),
        _coffee(
            "Sumatra Lintong",
            "Cedar, dark cherry, molasses. Dark roast.",
            _single("SUM-LINTONG-12", "17.00", 44),
            "single-origin",
            "dark",
        ),
    ],
}

KETTLE_CRANE: dict[str, Any] = {
    "domain": "kettle-crane.myshopify.com",
    "name": "Kettle & Crane",
    "first_order": 5101,
    "location": {
        "name": "Tea room",
        "address1": "9 Canal Street",
        "city": "Seattle",
        "province_code": "WA",
        "zip": "98101",
    },
    "timezone": "America/Los_Angeles",
    "products": [
        _coffee(
            "Alishan High Mountain Oolong",
            "Orchid, cream, fresh butter.",
            _tins("TEA-ALISHAN", "24.00", "52.00", (48, 20)),
            "oolong",
            kind="Tea",
        ),
        _coffee(
            "First Flush Darjeeling",
            "Muscatel and green almond, picked in March.",
            _tins("TEA-DARJ-FF", "22.50", "49.00", (30, 12)),
            "black",
            kind="Tea",
        ),
        _coffee(
            "Smoked Pine Lapsang",
            "Campfire, dried longan.",
            _tins("TEA-LAPSANG", "16.00", "34.00", (75, 33)),
            "black",
            kind="Tea",
        ),
        _coffee(
            "Jasmine Pearls",
            "Hand rolled, scented five nights.",
            _single("TEA-JASMINE-100", "26.00", 40, 100),
            "green",
            kind="Tea",
        ),
        _coffee(
            "Ceremonial Matcha",
            "Uji, stone milled, 40 g.",
            _single("TEA-MATCHA-40", "32.00", 27, 40),
            "green",
            kind="Tea",
        ),
        _coffee(
            "Canal Street Breakfast",
            "Assam and Keemun, takes milk.",
            _tins("TEA-BREAKFAST", "14.00", "29.50", (130, 64)),
            "black",
            kind="Tea",
        ),
        _coffee(
            "Crane Filter Coffee",
            "Brazil and Rwanda. Hazelnut, plum.",
            _bags("CRANE-FILTER", "16.50", "39.00", (70, 25)),
            "filter",
        ),
        _coffee(
            "Gooseneck Kettle 0.9 L",
            "Brushed steel, for any stove.",
            _single("KETTLE-GN-09", "58.00", 15, 1100),
            "brewing",
            kind="Equipment",
        ),
    ],
}

EMBER_OAK = {
    "domain": "ember-oak.myshopify.com",
    "name": "Ember & Oak",
    "first_order": 3401,
    "currency": "EUR",
    "timezone": "Europe/Berlin",
    "location": {
        "name": "Lager Berlin",
        "address1": "Torstra\u00dfe 112",
        "city": "Berlin",
        "country_code": "DE",
        "zip": "10119",
    },
    "products": [
        _coffee(
            "Brandung Espresso",
            "Dunkle Schokolade, Pflaume.",
            _single("EO-BRANDUNG-250", "11.90", 60, 250),
            "espresso",
        ),
        _coffee(
            "Waldrand Filter",
            "Hagebutte, Honig.",
            _single("EO-WALDRAND-250", "12.90", 35, 250),
            "filter",
        ),
        _coffee(
            "Waldrand Filter, Sonderedition",
            "Hagebutte, Honig, im Eichenfass gereift.",
            _single("EO-WALDRAND-250", "16.90", 12, 250),
            "filter",
        ),
        _coffee(
            "Probierpaket",
            "Drei kleine T\u00fcten.",
            _single("", "19.90", 20, 375),
            "sampler",
        ),
    ],
}

STORES: tuple[dict[str, Any], ...] = (CROSSDOCK_COFFEE, BLUE_DOOR, KETTLE_CRANE, EMBER_OAK)
