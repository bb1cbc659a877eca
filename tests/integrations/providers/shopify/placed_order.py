"""One order to a partner's store: as it is asked for, and as the store answers."""

from decimal import Decimal

from integrations.types import Address, LineToPlace, OrderToPlace, PlacedLine, PlacedOrder

from .conftest import PARTNER, load

REFERENCE, ORDER_ID = "CD-0123456789", "gid://shopify/Order/4001"
COFFEE, MUG = "gid://shopify/ProductVariant/5001", "gid://shopify/ProductVariant/5002"
ORDER = OrderToPlace(
    reference=REFERENCE,
    currency="USD",
    lines=(
        LineToPlace(COFFEE, "ETH-12", "Ethiopia Guji", 3, Decimal("12.00")),
        LineToPlace(MUG, "MUG", "Mug", 1, Decimal("0")),
    ),
    ship_to=Address(
        name="Receiving Dock",
        company="Crossdock",
        street1="1 Dock St",
        city="Oakland",
        state="CA",
        zip="94607",
        country="US",
        phone="+15105550100",
    ),
    email="orders@example.com",
)
PLACED = PlacedOrder(
    external_id=ORDER_ID,
    reference=REFERENCE,
    account=PARTNER,
    number="#2001",
    status="unfulfilled",
    lines=(PlacedLine(COFFEE, "ETH-12", 3), PlacedLine(MUG, "MUG", 1)),
)


def order_node(**changes):
    return load("graphql_order_create")["data"]["orderCreate"]["order"] | changes


def refused(field: str, *errors, name: str = "userErrors"):
    return {"data": {field: {name: [dict(error) for error in errors]}}}


def begun(*lines):
    nodes = [
        {"id": f"line/{number}", "quantity": quantity, "variant": variant and {"id": variant}}
        for number, (variant, quantity) in enumerate(lines)
    ]
    content = {"nodes": nodes, "pageInfo": {"hasNextPage": False, "endCursor": None}}
    order = {"id": "calculated/1", "lineItems": content}
    return {"data": {"orderEditBegin": {"calculatedOrder": order, "userErrors": []}}}


def staged(field: str):
    return {"data": {field: {"userErrors": []}}}
