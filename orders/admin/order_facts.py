"""What the page of an order shows, read once: lines, parts, partner orders, parcels, units."""

from collections import Counter
from functools import cached_property

from django.db.models import Prefetch

from catalog.models import ShipTo
from integrations.models import Connection
from orders.models import (
    Order,
    OrderLine,
    PartnerOrder,
    PartnerOrderLine,
    Shipment,
    ShipmentLine,
    Submission,
)
from orders.services.decisions import takes_back
from orders.services.status import units_to_customer
from orders.services.waiting import waiting_parts


class OrderFacts:
    """Rows of one order; nothing is read twice."""

    def __init__(self, order: Order) -> None:
        self.order = order

    @cached_property
    def lines(self) -> list[OrderLine]:
        """Its lines, each with `live` parts and their partner orders."""
        parts = PartnerOrderLine.objects.filter(canceled_at=None).order_by("part")
        parts = parts.select_related("partner", "partner_order__partner", "variant", "submission")
        parts = parts.select_related("partner_order__connection")
        parts = parts.prefetch_related("partner_order__submissions")
        lines = list(
            self.order.lines.order_by("pk")
            .select_related("variant__product")
            .prefetch_related(Prefetch("parts", parts, to_attr="live"))
        )
        for line in lines:
            line.order = self.order
            for part in line.live:
                part.order_line = line
        return list(lines)

    @cached_property
    def parts(self) -> list[PartnerOrderLine]:
        """Live parts of all lines."""
        return [part for line in self.lines for part in line.live]  # type: ignore[attr-defined]

    @cached_property
    def partner_orders(self) -> list[PartnerOrder]:
        """Every partner order with a live part of it, each once."""
        found = {part.partner_order_id: part.partner_order for part in self.parts}
        return [row for row in found.values() if row is not None]

    @cached_property
    def troubled(self) -> list[tuple[PartnerOrder, Submission]]:
        """Partner orders whose submission failed or is unconfirmed.

        Questions to take something back belong to the decision they are about.
        """
        bad = (Submission.Status.FAILED, Submission.Status.UNCONFIRMED)
        pairs = [(row, one) for row in self.partner_orders for one in row.submissions.all()]
        return [(row, one) for row, one in pairs if one.status in bad and not takes_back(one)]

    @cached_property
    def waiting_for(self) -> list[Connection]:
        """Connections that cannot be called and for which a line of it waits, each once."""
        if not self.partner_orders:
            return []
        waiting = waiting_parts().filter(order_line__order=self.order)
        ids = set(waiting.values_list("partner_order__connection", flat=True))
        found = {row.connection_id: row.connection for row in self.partner_orders}
        return [one for pk, one in found.items() if one and pk in ids]

    @property
    def waits_for(self) -> Connection | None:
        """The one its badge names."""
        return self.waiting_for[0] if self.waiting_for else None

    @cached_property
    def shipments(self) -> list[Shipment]:
        """Parcels to the customer, and parcels to our center with something of it."""
        inside = ShipmentLine.objects.filter(order_line__order=self.order).values("shipment")
        its = Shipment.objects.filter(order=self.order).order_by().values("pk").union(inside)
        rows = Shipment.objects.filter(pk__in=its)
        return list(
            rows.select_related("partner_order__partner", "order__connection").order_by("pk")
        )

    @cached_property
    def to_customer(self) -> tuple[Counter[int], Counter[int]]:
        """Units (shipped, delivered) to the customer by line pk."""
        return units_to_customer(self.order)

    @cached_property
    def to_center(self) -> tuple[Counter[int], Counter[int]]:
        """Units (sent to our center, received there) by part pk."""
        sent: Counter[int] = Counter()
        received: Counter[int] = Counter()
        rows = ShipmentLine.objects.filter(
            order_line__order=self.order, shipment__bound_for=ShipTo.CENTER
        ).exclude(shipment__status=Shipment.Status.VOIDED)
        for part, units, counted in rows.values_list(
            "partner_order_line_id", "quantity", "received"
        ):
            sent[part] += units
            received[part] += counted
        return sent, received
