"""Orders as Extensiv takes them, and as it says them back."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import UTC
from typing import Any, Literal

from integrations.errors import BadResponse
from integrations.providers.extensiv.pages import Row
from integrations.said import Said, moment, units
from integrations.types import (
    Address,
    LineToPlace,
    OrderState,
    OrderToPlace,
    PlacedLine,
    PlacedOrder,
    RemoteShipment,
    ShippedLine,
)

State = Literal["confirmed", "picking", "packed", "shipped", "delivered", "canceled", ""]
ParcelStatus = Literal["in_transit", "delivered", "exception", "voided"]
NUMBER, ID = ("order_number", "referenceNum", "reference"), ("id", "order_id", "orderId")
LINES = ("line_items", "orderItems", "items", "lines")
SKU, QUANTITY = ("sku", "itemIdentifier.sku"), ("quantity", "qty")
CUSTOMER = ("customer_id", "customerIdentifier.id")
WORDS: Mapping[State, str] = {
    "confirmed": "exported received open pending new processing accepted",
    "picking": "picking picked",
    "packed": "packing packed",
    "shipped": "shipped closed complete completed",
    "delivered": "delivered",
    "canceled": "canceled cancelled",
}
STATES = {word: state for state, words in WORDS.items() for word in words.split()}


def encode(order: OrderToPlace) -> dict[str, Any]:
    """The body of a new order (requirements ORD-24); our reference is its number."""
    to, ours = order.ship_to, order.customer
    body: dict[str, Any] = {
        "order_number": order.reference,
        "customer": {
            "name": to.name,
            "email": order.email,
            "phone": to.phone,
            "companyName": to.company,
        },
        "shipping_address": encode_address(to),
        "line_items": [_line(line) for line in order.lines],
        "delivery_method": ours.delivery_method if ours else "ship",
    }
    if ours is None:
        return body
    body["order_date"] = ours.placed_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    body["metadata"] = {
        "portal_order_id": ours.number,
        "delivery_zone": ours.delivery_zone,
        "total_amount": float(ours.total),
        "payment_status": "paid" if ours.is_paid else "unpaid",
    }
    return body


def encode_address(to: Address) -> dict[str, str]:
    """Where it goes, as they name the parts of an address."""
    names = ("street1", "street2", "city", "state", "zip", "country")
    return {name: value for name, value in asdict(to).items() if name in names}


def _line(line: LineToPlace) -> dict[str, Any]:
    price = line.unit_cost if line.price is None else line.price
    # Amounts of up to 15 digits pass through a float unchanged, and JSON knows no other number.
    named = {"sku": line.sku, "quantity": line.quantity, "price": float(price)}
    return named | {"description": line.title}


def number_of(row: Row) -> str:
    """What whoever placed it calls it."""
    return Said(row).text(*NUMBER)


def read(row: Row, account: str, customer_id: str) -> PlacedOrder:
    """An order as it stands there. One of another customer of the warehouse is a stranger's."""
    said = Said(row)
    theirs = said.text(*CUSTOMER)
    is_ours = not (theirs and customer_id) or theirs == customer_id
    state = state_of(said.text("status"))
    return PlacedOrder(
        external_id=said.text(*ID),
        reference=number_of(row),
        account=account if is_ours else f"{account}#{theirs}",
        number=said.text(*ID),
        status=state,
        lines=_lines(row),
        is_open=False,
        tells_lines=bool(said.rows(*LINES)),
    )


def _lines(row: Row) -> tuple[PlacedLine, ...]:
    """One per SKU: their orders name no ids of products."""
    found: dict[str, int] = defaultdict(int)
    for line in Said(row).rows(*LINES):
        sku, count = Said(line).text(*SKU), units(Said(line).get(*QUANTITY))
        if not sku or count is None:
            raise BadResponse(f"A line of {number_of(row)} has no SKU or no number of units.")
        found[sku] += count
    return tuple(PlacedLine("", sku, count) for sku, count in found.items())


def state_of(word: str) -> State:
    """Their status as one of our words; empty for one we do not know."""
    return STATES.get(word.lower().strip(), "")


def read_state(row: Row, order_id: str) -> OrderState:
    """How far it is, with the parcels the answer tells of."""
    word = Said(row).text("status")
    return OrderState(order_id, state_of(word), word, _parcels(Said(row), order_id))


def _parcels(said: Said, order_id: str) -> tuple[RemoteShipment, ...]:
    """A list of them, or the one number that stands with the order."""
    rows: Iterable[Row] = said.rows("shipments", "packages", "parcels")
    found = [_parcel(Said(row), order_id) for row in rows]
    if not found and said.text("tracking_number", "trackingNumber"):
        found = [_parcel(said, order_id, whole=True)]
    is_there = state_of(said.text("status")) == "delivered"
    named = (one for one in found if one.external_id)
    return tuple(_delivered(one) if is_there else one for one in named)


def _parcel(said: Said, order_id: str, *, whole: bool = False) -> RemoteShipment:
    """`whole`: it is all of the order, whose own id and lines stand beside the number."""
    number = said.text("tracking_number", "trackingNumber")
    delivered_at = moment(said.get("delivered_at", "deliveryDate"), UTC)
    url = said.text("tracking_url", "trackingUrl")
    lines = () if whole else _shipped(said)
    return RemoteShipment(
        external_id=number if whole else said.text("id", "package_id") or number,
        order_id=order_id,
        lines=lines,
        carrier=said.text("carrier"),
        service=said.text("service"),
        tracking_number=number,
        url=url if url.startswith(("https://", "http://")) else "",
        status=_parcel_status(said, is_there=delivered_at is not None, whole=whole),
        shipped_at=moment(said.get("shipped_at", "ship_date", "shipDate"), UTC),
        delivered_at=delivered_at,
        is_whole=not lines,
    )


def _parcel_status(said: Said, *, is_there: bool, whole: bool) -> ParcelStatus:
    """Of the parcel's own row; beside a number that stands with the order it is the order's."""
    word = "" if whole else said.text("status").lower()
    if word in ("voided", "void", "canceled", "cancelled"):
        return "voided"
    if is_there or word == "delivered":
        return "delivered"
    return "exception" if word in ("exception", "returned", "lost") else "in_transit"


def _shipped(said: Said) -> tuple[ShippedLine, ...]:
    """Units by SKU; empty where they do not say what is inside: then it is all of the order."""
    found: dict[str, int] = defaultdict(int)
    for row in said.rows(*LINES):
        sku, count = Said(row).text(*SKU), units(Said(row).get(*QUANTITY))
        if sku and count:
            found[sku] += count
    return tuple(ShippedLine("", sku, count) for sku, count in found.items())


def _delivered(parcel: RemoteShipment) -> RemoteShipment:
    return parcel if parcel.status == "voided" else replace(parcel, status="delivered")
