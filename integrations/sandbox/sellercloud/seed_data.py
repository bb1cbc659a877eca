"""The demo's ERP: what it has on its shelf, and whom it buys from."""

from decimal import Decimal
from typing import Any

from integrations.sandbox.shopify.seed_data import BLUE_DOOR, CROSSDOCK_COFFEE, KETTLE_CRANE

ACCOUNT = "crossdock.api.sellercloud.com"
COMPANY = "Crossdock Coffee"
COST_SHARE = Decimal("0.55")  # of what it is sold for
Vendor = tuple[str, tuple[str, ...]]  # a name, and how the SKUs it sells begin

# SKUs that break addresses and comparisons: each is somebody's real habit.
ODD_GOODS: tuple[dict[str, Any], ...] = (
    {"sku": "BOX/12OZ & LABEL", "title": "Bag and label, 12 oz", "physical": 1204, "cost": "0.32",
     "shown": "1,204"},
    {"sku": "MUG+SAUCER", "title": "Cup and saucer, stoneware", "physical": 45, "cost": "7.80",
     "shown": "45.0"},
    {"sku": "FILTER #4 50%", "title": "Filter paper no. 4, half bleached", "physical": 380,
     "cost": "2.10", "shown": "100+"},
    {"sku": "K\u00dcHLTASCHE 2 L", "title": "Insulated bag, 2 liters", "physical": 16,
     "cost": "11.40"},
    {"sku": "SAMPLE-TIN", "title": "Sample tin, empty", "physical": 0, "cost": "0.90"},
)  # fmt: skip
VENDORS: tuple[Vendor, ...] = (
    ("Blue Door Roasters", ("PARTNER-bluedoor-",)),
    ("Kettle & Crane", ("PARTNER-kettlecrane-",)),
    ("Lindqvist Paper", ("CD-FILTER", "FILTER", "BOX")),
    ("Hollow Reed Ceramics", ("CD-MUG", "MUG")),
    ("Beech & Brass", ("CD-SPOON", "SAMPLE", "K\u00dcHL")),
)


def goods() -> list[dict[str, Any]]:
    """Our own things, what we stock of two partners under our SKU, and the odd ones."""
    found = _goods_of(CROSSDOCK_COFFEE, "")
    for store in (BLUE_DOOR, KETTLE_CRANE):
        code = store["domain"].partition(".")[0].replace("-", "")
        found += _goods_of(store, f"PARTNER-{code}-")
    return [*found, *ODD_GOODS]


def _goods_of(store: dict[str, Any], prefix: str) -> list[dict[str, Any]]:
    return [
        {
            "sku": f"{prefix}{one['sku']}",
            "title": ", ".join(filter(None, [item["title"], one.get("title")])),
            "cost": (Decimal(one["price"]) * COST_SHARE).quantize(Decimal("0.01")),
        }
        for item in store["products"]
        for one in item["variants"]
    ]
