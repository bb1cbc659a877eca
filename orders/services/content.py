"""What a partner order says, line by line: what is previewed is what is approved and sent."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from typing import Any

from catalog.models import Listing
from catalog.money import places_of, round_money
from catalog.services.own_store import has_catalog
from integrations.types import Address, LineToPlace
from inventory.models import Location
from orders.models import Order, OrderContact, PartnerOrder, PartnerOrderLine, Submission

# What of a content the partner gets to see; the rest is for us.
SAID = ("currency", "total", "lines", "lowered")


@dataclass(frozen=True)
class Content:
    """The lines (one per variant, summed) and the total, in `currency`; no person.

    `lowered` are parts (by pk) that go down to so many units once the partner agreed.
    """

    currency: str
    lines: tuple[LineToPlace, ...]
    total: Decimal
    variants: tuple[int, ...] = ()  # our variant behind each line
    lowered: Mapping[int, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """As stored in Submission.content."""
        content: dict[str, Any] = {
            "currency": self.currency,
            "total": str(self.total),
            "lines": [
                _as_json(line) | {"variant": variant}
                for line, variant in zip(self.lines, self.variants, strict=True)
            ],
        }
        if self.lowered:
            content["lowered"] = {str(pk): units for pk, units in self.lowered.items()}
        return content


def _as_json(line: LineToPlace) -> dict[str, Any]:
    said = asdict(line) | {"unit_cost": str(line.unit_cost)}
    price = said.pop("price")
    return said if price is None else said | {"price": str(price)}


def lowered_of(submission: Submission) -> dict[int, int]:
    """Units that remain of each part (by pk) a submission lowers."""
    return {int(pk): units for pk, units in submission.content.get("lowered", {}).items()}


def sendable(partner_order: PartnerOrder) -> list[PartnerOrderLine]:
    """The parts that would go out now: not sent yet, not held, their order not held or canceled."""
    parts = _live(partner_order).filter(
        held_at=None, order_line__order__held_at=None, order_line__order__canceled_at=None
    )
    return [part for part in parts if not part.is_sent]


def sent_parts(partner_order: PartnerOrder) -> list[PartnerOrderLine]:
    """The parts the partner has, or may have, been told of."""
    return [part for part in _live(partner_order) if part.is_sent]


def _live(partner_order: PartnerOrder) -> Any:
    parts = partner_order.lines.filter(canceled_at=None)
    related = ("variant__product", "order_line__order", "submission")
    return parts.select_related(*related).order_by("pk")


def build_content(partner_order: PartnerOrder, lowered: Mapping[int, int] | None = None) -> Content:
    """One line per variant with the sum of its parts, priced at the partner's current cost.

    For an order that was placed the sums are absolute: what is there with what is added, and 0 for
    what is no longer wanted.
    """
    lowered = lowered or {}
    parts = sendable(partner_order)
    if partner_order.external_id:
        parts = sorted([*sent_parts(partner_order), *parts], key=lambda part: part.pk)
    units: dict[int, int] = defaultdict(int)
    first: dict[int, PartnerOrderLine] = {}
    for part in parts:
        assert part.variant_id is not None
        units[part.variant_id] += lowered.get(part.pk, part.quantity)
        first.setdefault(part.variant_id, part)
    lines = _lines(partner_order, first, units)
    order = tuple(sorted(lines))
    total = sum((line.unit_cost * line.quantity for line in lines.values()), Decimal(0))
    return Content(partner_order.currency, tuple(lines[pk] for pk in order), total, order, lowered)


def _lines(
    partner_order: PartnerOrder, parts: Mapping[int, PartnerOrderLine], units: Mapping[int, int]
) -> dict[int, LineToPlace]:
    listings = _listings(partner_order, parts.values())
    lines = {pk: replace(line, quantity=0) for pk, line in lines_there(partner_order).items()}
    prices = _customer_prices(partner_order, parts)
    for pk, part in parts.items():
        line = replace(_line(part, units[pk], listings.get(pk)), price=prices.get(pk))
        there = lines.get(pk)
        # A line that is there keeps its id, whatever the variant is linked to today.
        lines[pk] = replace(line, external_id=there.external_id, sku=there.sku) if there else line
    return lines


def _customer_prices(
    partner_order: PartnerOrder, parts: Mapping[int, PartnerOrderLine]
) -> dict[int, Decimal]:
    """What the customer pays for one unit, by our variant, of what goes straight to one customer.

    A variant the customer bought at two prices has none.
    """
    if partner_order.ship_to == PartnerOrder.ShipTo.CENTER or partner_order.order is None:
        return {}
    places, found = places_of(partner_order.order.currency), defaultdict[int, set[Decimal]](set)
    lines = partner_order.order.lines.filter(variant__in=list(parts), quantity__gt=0)
    for line in lines:
        off = line.discount / line.quantity
        found[line.variant_id or 0].add(round_money(max(line.price - off, Decimal(0)), places))
    return {pk: prices.pop() for pk, prices in found.items() if len(prices) == 1}


def lines_there(partner_order: PartnerOrder) -> dict[int, LineToPlace]:
    """What the partner agreed to last, by our variant; empty before it was placed."""
    agreed = partner_order.submissions.filter(
        status=Submission.Status.SUBMITTED, kind__in=["create", "append"]
    ).last()
    return lines_in(agreed) if agreed else {}


def lines_in(submission: Submission) -> dict[int, LineToPlace]:
    """The lines of a submission by our variant."""
    return {
        line["variant"]: LineToPlace(
            external_id=line["external_id"],
            sku=line["sku"],
            title=line["title"],
            quantity=line["quantity"],
            unit_cost=Decimal(line["unit_cost"]),
            price=Decimal(line["price"]) if "price" in line else None,
        )
        for line in submission.content.get("lines", ())
    }


def foreign_prices(partner_order: PartnerOrder) -> list[str]:
    """SKUs in it that the partner prices in another currency than the order's."""
    listings = _listings(partner_order, sendable(partner_order)).values()
    return sorted(one.sku for one in listings if one.currency != partner_order.currency)


def unpriced(partner_order: PartnerOrder) -> list[str]:
    """Our SKUs in it of which nobody ever said a price: no price is not 0.00.

    Whoever lists no products (a warehouse that keeps ours) has no prices either.
    """
    connection = partner_order.connection
    if connection and not has_catalog(connection):
        return []
    parts = [part for part in sendable(partner_order) if part.unit_cost is None]
    listings = _listings(partner_order, parts)
    known = {pk for pk, listing in listings.items() if listing.cost is not None}
    return sorted({p.variant.sku for p in parts if p.variant and p.variant_id not in known})


def _listings(
    partner_order: PartnerOrder, parts: Iterable[PartnerOrderLine]
) -> dict[int | None, Listing]:
    """The partner's listings of what these parts are about, by our variant."""
    ids = {part.variant_id for part in parts if part.variant_id}
    rows = Listing.objects.filter(connection=partner_order.connection, variant_id__in=ids)
    return {listing.variant_id: listing for listing in rows}


def _line(part: PartnerOrderLine, quantity: int, listing: Listing | None) -> LineToPlace:
    assert part.variant is not None
    said = listing.cost if listing else None
    cost = (part.unit_cost if said is None else said) or Decimal(0)
    return LineToPlace(
        external_id=listing.external_id if listing else "",
        sku=listing.sku if listing else part.variant.sku,
        title=part.variant.full_title,
        quantity=quantity,
        unit_cost=round_money(cost, places_of(listing.currency if listing else "")),
    )


def ship_to_address(partner_order: PartnerOrder) -> Address | None:
    """Where the parcel goes; None while our center's address is not filled in.

    A center-bound order never carries the customer's name or address. Who fetches an order needs
    a name, no address.
    """
    if partner_order.ship_to == PartnerOrder.ShipTo.CENTER:
        center = Location.objects.get(connection=None)
        address: dict[str, str] = center.address or {}
        return Address(**address) if is_address(address) else None
    assert partner_order.order is not None
    contact = OrderContact.objects.get(order=partner_order.order)
    is_fetched = partner_order.order.delivery_method == Order.DeliveryMethod.PICKUP
    if contact.redacted_at or not (contact.street1 or (is_fetched and contact.name)):
        return None
    fields = ["name", "company", "street1", "street2", "city", "state", "zip", "country", "phone"]
    return Address(**{name: getattr(contact, name) for name in fields})


def is_address(value: Mapping[str, str]) -> bool:
    """Whether a parcel could be sent there: street, city and country are known."""
    return all(value.get(name) for name in ("street1", "city", "country"))


def digest_of(content: dict[str, Any], ship_to: Address | None) -> str:
    """The fingerprint of what was approved: lines, total and ship-to (SHA-256, hex)."""
    place = asdict(ship_to) if ship_to else None
    said = {key: content[key] for key in SAID if key in content}
    text = json.dumps([said, place], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
