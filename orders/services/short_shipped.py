"""An order its partner calls shipped, of which units are in no parcel: a person must know."""

from collections.abc import Iterable

from django.db.models import Sum

from integrations.services.alerts import close_alert, raise_alert
from orders.models import PartnerOrder, PartnerOrderLine, ShipmentLine

LEFT = (PartnerOrder.Status.SHIPPED, PartnerOrder.Status.DELIVERED)


def tell_short(pks: Iterable[int]) -> int:
    """Open the alert of each of these orders that left in part, close the others'; how many are.

    Call it when their parcels were just asked for: what is in none then is not on its way. Three
    queries, however many orders, and one where none has left.
    """
    rows = PartnerOrder.objects.filter(
        pk__in=list(pks), status__in=LEFT, ship_to=PartnerOrder.ShipTo.CUSTOMER
    )
    found = list(rows.select_related("partner", "order").order_by("pk"))
    if not found:
        return 0
    wanted, sent = _wanted(found), _sent(found)
    short = 0
    for row in found:
        ordered, left = wanted.get(row.pk, 0), sent.get(row.pk, 0)
        if left < ordered:
            short += 1
            _tell(row, ordered, left)
        else:
            close_alert(fingerprint(row))
    return short


def fingerprint(row: PartnerOrder) -> str:
    """One alert per partner order."""
    return f"short:{row.pk}"


def _wanted(rows: list[PartnerOrder]) -> dict[int, int]:
    lines = PartnerOrderLine.objects.filter(partner_order__in=rows, canceled_at=None)
    return dict(lines.values_list("partner_order").annotate(Sum("quantity")).order_by())


def _sent(rows: list[PartnerOrder]) -> dict[int, int]:
    lines = ShipmentLine.objects.filter(shipment__partner_order__in=rows)
    live = lines.exclude(shipment__status="voided").values_list("shipment__partner_order")
    return dict(live.annotate(Sum("quantity")).order_by())


def _tell(row: PartnerOrder, ordered: int, left: int) -> None:
    missing = ordered - left
    units = "1 unit is" if missing == 1 else f"{missing} units are"
    raise_alert(
        fingerprint(row),
        "short",
        f"{row.partner} shipped {row.reference}, and {units} in no parcel",
        f"{left} of {ordered} units are in parcels that count; a voided one does not. Ask "
        f"{row.partner} whether the rest comes. If not, pay the customer back for it, or sell it "
        "anew from elsewhere. A parcel with the rest closes this.",
        row,
    )
