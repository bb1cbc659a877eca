"""Dealing: the units of a partner's parcel go to the customer lines behind them, oldest first."""

from collections import Counter

from django.db.models import F

from catalog.models import normalize_sku
from integrations.services.alerts import close_alert, raise_alert
from integrations.types import RemoteShipment
from orders.models import PartnerOrder, PartnerOrderLine, Shipment, ShipmentLine

VOIDED = Shipment.Status.VOIDED


def deal(placed: PartnerOrder, shipment: Shipment, remote: RemoteShipment) -> None:
    """Deal the units of a new parcel, oldest order first; what nobody ordered is said."""
    if remote.is_whole:
        _deal_rest(placed, shipment)
        return
    shipment.left_over = dict(_units_by_sku(remote))
    _deal_left(placed, shipment)


def _deal_rest(placed: PartnerOrder, shipment: Shipment) -> None:
    """Everything the partner was told of and that is in no parcel yet."""
    variants = set(placed.lines.filter(canceled_at=None).values_list("variant", flat=True))
    for variant in sorted(pk for pk in variants if pk):
        for part, room in _unshipped_parts(placed, variant):
            if room > 0:
                _put(shipment, part, room)


def deal_again(placed: PartnerOrder) -> None:
    """Units became free (a parcel was voided): what was left over in others may be theirs."""
    parcels = placed.shipments.exclude(left_over={}).exclude(status=VOIDED)
    for shipment in parcels.filter(received_at=None).order_by("shipped_at", "pk"):
        _deal_left(placed, shipment)


def _units_by_sku(remote: RemoteShipment) -> Counter[str]:
    units: Counter[str] = Counter()
    for line in remote.lines:
        units[line.sku.strip()] += line.quantity
    return units


def _deal_left(placed: PartnerOrder, shipment: Shipment) -> None:
    variants, left_over = _variants_by_sku(placed), {}
    for sku, units in shipment.left_over.items():
        left = units
        for part, room in _unshipped_parts(placed, variants.get(normalize_sku(sku))):
            take = min(left, room)
            if take > 0:
                left -= take
                _put(shipment, part, take)
        if left:
            left_over[sku] = left
    shipment.left_over = left_over
    Shipment.objects.filter(pk=shipment.pk).update(left_over=left_over)
    say_left_over(shipment)


def _put(shipment: Shipment, part: PartnerOrderLine, units: int) -> None:
    same = {"shipment": shipment, "order_line": part.order_line, "partner_order_line": part}
    if not ShipmentLine.objects.filter(**same).update(quantity=F("quantity") + units):
        ShipmentLine.objects.create(**same, quantity=units)


def _variants_by_sku(placed: PartnerOrder) -> dict[str, int]:
    """Our variant of each SKU that was sent, as the submissions say."""
    contents = placed.submissions.values_list("content", flat=True)
    rows = [row for content in contents for row in content.get("lines", ())]
    return {normalize_sku(row["sku"]): row["variant"] for row in rows}


def _unshipped_parts(
    placed: PartnerOrder, variant_id: int | None
) -> list[tuple[PartnerOrderLine, int]]:
    """Parts the partner was told of, each with the units of it that are still to come."""
    if variant_id is None:
        return []
    parts = placed.lines.filter(canceled_at=None, variant_id=variant_id)
    related = parts.select_related("order_line__order", "submission")
    told = [part for part in related.order_by("order_line__order__placed_at", "pk") if part.is_sent]
    done = _arriving(told)
    return [(part, part.quantity - done[part.pk]) for part in told]


def _arriving(parts: list[PartnerOrderLine]) -> Counter[int]:
    """Units in parcels by part; of a parcel that was counted here only those that were in it."""
    units: Counter[int] = Counter()
    lines = ShipmentLine.objects.filter(partner_order_line__in=parts).select_related("shipment")
    for line in lines.exclude(shipment__status=VOIDED):
        counted = line.shipment.received_at is not None
        units[line.partner_order_line_id or 0] += line.received if counted else line.quantity
    return units


def fully_shipped(shipment: Shipment) -> list[PartnerOrderLine]:
    """The parts in this parcel of which nothing is still to come."""
    lines = shipment.lines.select_related("partner_order_line")
    parts = [line.partner_order_line for line in lines if line.partner_order_line]
    done = _arriving(parts)
    return [part for part in parts if done[part.pk] >= part.quantity]


def say_left_over(shipment: Shipment) -> None:
    """An alert names what nobody ordered, until somebody counted the parcel or it was voided."""
    assert shipment.partner_order is not None
    placed = shipment.partner_order
    name = f"left_over:{placed.pk}:{shipment.external_id}"
    if not shipment.left_over or shipment.received_at or shipment.status == VOIDED:
        close_alert(name)
        return
    units = shipment.left_over.items()
    what = ", ".join(f"{number} x {sku or 'a line without SKU'}" for sku, number in units)
    raise_alert(
        name,
        "shipment",
        f"{placed.partner} shipped what {placed.reference} does not have",
        f"{what}. Ask the partner, and count the parcel when it arrives.",
        placed,
    )
