"""What the demo's two warehouses keep."""

from decimal import Decimal
from typing import Any

TESTS = "https://lab.example/certificates"
VERACORE: dict[str, Any] = {
    "kind": "veracore",
    "account": "crossdock",
    "name": "Harbor Fulfillment",
    "client_id": "veracore-demo",
    "client_secret": "sandbox-veracore-secret",
    "goods": [
        {"sku": "CD-TOTE-01", "title": "Canvas tote", "on_hand": 120},
        {"sku": "CD-CUP-12", "title": "Enamel cup, 12 oz", "on_hand": 80},
        {"sku": "CD-FILTER-100", "title": "Paper filters, 100", "on_hand": 300},
    ],
}
EXTENSIV: dict[str, Any] = {
    "kind": "extensiv",
    "account": "wms.crossdock.example",
    "name": "Valley Cold Storage",
    "client_id": "extensiv-demo",
    "client_secret": "sandbox-extensiv-secret",
    "goods": [
        {"sku": "GRN-TINC-30", "title": "Calm tincture, 30 ml", "brand": "Greenline"},
        {"sku": "GRN-GUM-10", "title": "Evening gummies", "brand": "Greenline"},
        {"sku": "GRN-BALM-50", "title": "Muscle balm 50 g", "brand": "Greenline"},
        {"sku": "HLX-CHOC-5", "title": "Dark chocolate, 5 pieces", "brand": "Helix Kitchen"},
        {"sku": "HLX-TEA-20", "title": "Mint tea, 20 bags", "brand": "Helix Kitchen"},
        {"sku": "HLX-DROP-15", "title": "Ginger drops", "brand": "Helix Kitchen"},
    ],
}
for _at, _good in enumerate(EXTENSIV["goods"]):
    _good |= {
        "on_hand": 40 + 10 * _at,
        "price": str(Decimal("8.50") + 2 * _at),
        "thc": f"{2 + _at % 3} mg",
        "batch": f"L26-{110 + _at}",
        "certificate_url": f"{TESTS}/L26-{110 + _at}.pdf",
    }
