"""The words of an order's badges."""

from orders.models import Order


def payment_word(order: Order) -> str:
    """Paid, Refunded or Pending."""
    if order.paid_at is None:
        return "Pending"
    return "Refunded" if 0 < order.total <= order.refunded_total else "Paid"


# Beside the payment badge "Paid" would say nothing of the goods.
NOT_SENT = {Order.Status.CAPTURED: "Waiting", Order.Status.PAID: "Queued"}


def fulfillment_word(order: Order) -> str:
    """What needs work, else where the goods are."""
    if order.attention:
        return order.get_attention_display()
    return NOT_SENT.get(Order.Status(order.status), order.get_status_display())
