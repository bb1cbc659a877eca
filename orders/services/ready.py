"""Which orders lie at our center: what `center.at_center` says of one, asked of all at once."""

from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery, Sum
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
    under_way = {"order_line__order__status__in": UNDER_WAY}
    parcels = ShipmentLine.objects.exclude(shipment__status=Shipment.Status.VOIDED)
    came = parcels.filter(shipment__bound_for=BoundFor.CENTER, received__gt=0)
    gone = parcels.filter(shipment__bound_for=BoundFor.CUSTOMER)
    ours = PartnerOrderLine.objects.filter(partner__code="us", canceled_at=None, held_at=None)
    # Which lines they may be comes first: sums are asked for those few only.
    some = came.filter(**under_way).values("order_line")
    some = some.union(ours.filter(**under_way).values("order_line"))
    lines = OrderLine.objects.filter(pk__in=some, routable=True, quantity__gt=0)
    here = Least(_units(came, "received") + _units(ours, "quantity"), F("quantity"))
    left = lines.annotate(here=here, gone=_units(gone, "quantity")).filter(here__gt=F("gone"))
    orders = Order.objects.filter(status__in=UNDER_WAY, canceled_at=None, held_at=None)
    return orders.filter(pk__in=left.values("order"))


def _units(rows: QuerySet[Any], column: str) -> Coalesce:
    """The sum over the rows of one line, 0 where there are none."""
    mine = rows.filter(order_line=OuterRef("pk")).order_by().values("order_line")
    return Coalesce(Subquery(mine.annotate(units=Sum(column)).values("units")), 0)
