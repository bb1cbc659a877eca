"""Which orders lie at our center: what `center.at_center` says of one, asked of all at once."""

from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, Least

from orders.models import Order, OrderLine, PartnerOrderLine, Shipment, ShipmentLine

Status, BoundFor = Order.Status, Shipment.BoundFor
# Where something may still go to the customer; one nobody paid for waits.
UNDER_WAY = (
    *(Status.PAID, Status.EXPORTED, Status.RECEIVED),
    *(Status.PICKING, Status.PACKED, Status.PARTIALLY_SHIPPED),
)


def ready_to_ship() -> QuerySet[Order]:
    """Orders of which something lies at our center, received or from our shelf, and may go on."""
    parcels = ShipmentLine.objects.filter(order_line=OuterRef("pk"))
    parcels = parcels.exclude(shipment__status=Shipment.Status.VOIDED)
    came = parcels.filter(shipment__bound_for=BoundFor.CENTER, received__gt=0)
    gone = parcels.filter(shipment__bound_for=BoundFor.CUSTOMER)
    ours = PartnerOrderLine.objects.filter(
        order_line=OuterRef("pk"), partner__code="us", canceled_at=None
    )
    under_way = Order.objects.filter(status__in=UNDER_WAY, canceled_at=None, held_at=None)
    lines = OrderLine.objects.filter(
        Q(Exists(came)) | Q(Exists(ours)), order__in=under_way, routable=True, quantity__gt=0
    )
    here = Least(_units(came, "received") + _units(ours, "quantity"), F("quantity"))
    left = lines.annotate(here=here, gone=_units(gone, "quantity")).filter(here__gt=F("gone"))
    return under_way.filter(pk__in=left.values("order"))


def _units(rows: QuerySet[Any], column: str) -> Coalesce:
    """The sum over the rows of one line, 0 where there are none."""
    grouped = rows.order_by().values("order_line").annotate(units=Sum(column)).values("units")
    return Coalesce(Subquery(grouped), 0)
