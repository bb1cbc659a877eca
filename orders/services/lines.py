"""Lines of a customer's order, as the channel has them."""

from integrations.types import ChannelLine
from orders.models import Order, OrderLine
from orders.services.routing import identify


def insert_line(order: Order, line: ChannelLine) -> OrderLine:
    """One line as the channel has it; gift cards and what needs no shipping are not routed."""
    row = OrderLine(
        order=order,
        external_id=line.external_id,
        sku=line.sku,
        title=line.title[:255],
        quantity=line.quantity,
        canceled_quantity=line.canceled_quantity,
        price=line.price,
        discount=line.discount,
        routable=line.requires_shipping and not line.gift_card,
    )
    row.variant = identify(row, order.connection, line.variant_id)
    row.save()
    return row
