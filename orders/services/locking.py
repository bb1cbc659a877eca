"""The order in which workers lock: customers' orders, then partner orders, then submissions."""

from integrations.models.base import locked
from orders.models import Order, PartnerOrder, PartnerOrderLine, Submission
from orders.services.consolidation import GROWING


def lock_orders(partner_order: PartnerOrder) -> None:
    """Lock every customer's order with a line in this partner order, by their ids."""
    orders = Order.objects.filter(lines__parts__partner_order=partner_order)
    rows = locked(Order.objects.all()).filter(pk__in=orders.values("pk"))
    list(rows.order_by("pk"))


def lock_unsent(*orders: Order) -> None:
    """Lock what carries lines of locked orders to partners.

    Closing and claiming lock it too: a line is out before it is sent, or it counts as sent.
    """
    parts = PartnerOrderLine.objects.filter(order_line__order__in=orders, canceled_at=None)
    ids = parts.filter(partner_order__status__in=GROWING).values("partner_order")
    list(locked(PartnerOrder.objects.all()).filter(pk__in=ids).order_by("pk"))
    rows = locked(Submission.objects.all()).filter(partner_order__in=ids)
    list(rows.order_by("pk"))


def live_parts(order: Order) -> list[PartnerOrderLine]:
    """The parts of an order that are not canceled, with what says whether they were sent."""
    parts = PartnerOrderLine.objects.filter(order_line__order=order, canceled_at=None)
    related = ("partner_order__partner", "submission", "order_line", "partner")
    return list(parts.select_related(*related).order_by("pk"))
