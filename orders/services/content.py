"""What a partner order says, line by line: what is previewed is what is approved and sent."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from catalog.models import Listing
from catalog.money import places_of, round_money
from integrations.types import Address, LineToPlace, OrderToPlace, PlacedLine
from inventory.models import Location
from orders.models import OrderContact, PartnerOrder, PartnerOrderLine, Submission


@dataclass(frozen=True)
class Content:
    """The lines (one per variant, summed) and the total, in `currency`; no person."""

    currency: str
    lines: tuple[LineToPlace, ...]
    total: Decimal
    variants: tuple[int, ...] = ()  # our variant behind each line

    def as_json(self) -> dict[str, Any]:
        """As stored in Submission.content."""
        return {
            "currency": self.currency,
            "total": str(self.total),
            "lines": [
                asdict(line) | {"unit_cost": str(line.unit_cost), "variant": variant}
                for line, variant in zip(self.lines, self.variants, strict=True)
            ],
        }


def sendable(partner_order: PartnerOrder) -> list[PartnerOrderLine]:
    """The parts that would go out now: live, not held, their order neither held nor canceled."""
    parts = partner_order.lines.filter(
        canceled_at=None,
        held_at=None,
        order_line__order__held_at=None,
        order_line__order__canceled_at=None,
    )
    return list(parts.select_related("variant__product", "order_line__order").order_by("pk"))


def build_content(partner_order: PartnerOrder) -> Content:
    """One line per variant with the sum of its parts, priced at the partner's current cost."""
    units: dict[int, int] = defaultdict(int)
    parts: dict[int, PartnerOrderLine] = {}
    for part in sendable(partner_order):
        assert part.variant_id is not None
        units[part.variant_id] += part.quantity
        parts.setdefault(part.variant_id, part)
    listings = {
        listing.variant_id: listing
        for listing in Listing.objects.filter(
            connection=partner_order.connection, variant_id__in=list(units)
        )
    }
    order = tuple(sorted(units))
    lines = tuple(_line(parts[pk], units[pk], listings.get(pk)) for pk in order)
    total = sum((line.unit_cost * line.quantity for line in lines), Decimal(0))
    return Content(partner_order.currency, lines, total, order)


def foreign_prices(partner_order: PartnerOrder) -> list[str]:
    """SKUs in it that the partner prices in another currency than the order's."""
    variants = [part.variant_id for part in sendable(partner_order) if part.variant_id]
    listings = Listing.objects.filter(
        connection=partner_order.connection, variant_id__in=variants
    ).exclude(currency=partner_order.currency)
    return list(listings.order_by("sku").values_list("sku", flat=True))


def _line(part: PartnerOrderLine, quantity: int, listing: Listing | None) -> LineToPlace:
    assert part.variant is not None
    cost = (listing.cost if listing else None) or part.unit_cost or Decimal(0)
    return LineToPlace(
        external_id=listing.external_id if listing else "",
        sku=listing.sku if listing else part.variant.sku,
        title=part.variant.full_title,
        quantity=quantity,
        unit_cost=round_money(cost, places_of(listing.currency if listing else "")),
    )


def ship_to_address(partner_order: PartnerOrder) -> Address | None:
    """Where the parcel goes; None while our center's address is not filled in.

    A center-bound order never carries the customer's name or address.
    """
    if partner_order.ship_to == PartnerOrder.ShipTo.CENTER:
        center = Location.objects.get(connection=None)
        address: dict[str, str] = center.address or {}
        return Address(**address) if is_address(address) else None
    assert partner_order.order is not None
    contact = OrderContact.objects.get(order=partner_order.order)
    if contact.redacted_at or not contact.street1:
        return None
    fields = ["name", "company", "street1", "street2", "city", "state", "zip", "country", "phone"]
    return Address(**{name: getattr(contact, name) for name in fields})


def is_address(value: Mapping[str, str]) -> bool:
    """Whether a parcel could be sent there: street, city and country are known."""
    return all(value.get(name) for name in ("street1", "city", "country"))


def digest_of(content: dict[str, Any], ship_to: Address | None) -> str:
    """The fingerprint of what was approved: lines, total and ship-to (SHA-256, hex)."""
    place = asdict(ship_to) if ship_to else None
    text = json.dumps([content, place], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def order_to_place(submission: Submission) -> OrderToPlace:
    """Exactly what was approved, from the submission's own content."""
    placed = submission.partner_order
    ship_to = ship_to_address(placed) or Address()
    return OrderToPlace(
        reference=submission.reference,
        currency=submission.content["currency"],
        lines=tuple(
            LineToPlace(
                external_id=line["external_id"],
                sku=line["sku"],
                title=line["title"],
                quantity=line["quantity"],
                unit_cost=Decimal(line["unit_cost"]),
            )
            for line in submission.content["lines"]
        ),
        ship_to=ship_to,
        note=f"Crossdock {submission.reference}",
    )


def differs(submission: Submission, lines: tuple[PlacedLine, ...]) -> str:
    """What the partner's copy of the order says otherwise, as a sentence; empty if it agrees."""
    ours = _by_variant((row["external_id"], row["quantity"]) for row in submission.content["lines"])
    theirs = _by_variant((line.external_id, line.quantity) for line in lines)
    skus = {row["external_id"]: row["sku"] for row in submission.content["lines"]}
    skus |= {line.external_id: line.sku for line in lines}
    parts = [
        f"{skus[key]}: {ours.get(key, 0)} sent, {theirs.get(key, 0)} there"
        for key in sorted(ours.keys() | theirs.keys())
        if ours.get(key, 0) != theirs.get(key, 0)
    ]
    return "; ".join(parts)


def _by_variant(pairs: Any) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for key, quantity in pairs:
        found[key] += quantity
    return dict(found)
