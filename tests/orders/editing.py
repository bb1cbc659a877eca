"""A customer who edits an order of one line in the store."""

from dataclasses import replace
from datetime import timedelta

from orders.models import Order, PartnerOrderLine
from orders.services.capture import capture_order
from tests.orders.builders import NOW, channel_line, channel_order, make_variant


class Customer:
    """A customer's order of one line, edited in the store."""

    def __init__(self, own_store, partner, units, **fields):
        self.store, self.minute = own_store, 0
        variant = make_variant(f"PARTNER-{partner.code}-ETH250", partner)
        self.line = channel_line(variant.sku, units, title="Ethiopia")
        self.remote = channel_order([self.line], **fields)
        self.order, _ = capture_order(own_store, self.remote)

    def wants(self, units=None, **fields):
        self.minute += 1
        if units is not None:
            self.remote = replace(self.remote, lines=(replace(self.line, quantity=units),))
        version = NOW + timedelta(minutes=self.minute)
        self.remote = replace(self.remote, version=version, **fields)
        capture_order(self.store, self.remote)
        return self.fresh

    @property
    def fresh(self):
        return Order.objects.get(pk=self.order.pk)

    @property
    def units(self):
        """Live units: (quantity, status of its partner order, whether it was told)."""
        parts = PartnerOrderLine.objects.filter(canceled_at=None, order_line__order=self.order)
        return [(p.quantity, p.partner_order.status, p.is_sent) for p in parts.order_by("pk")]
