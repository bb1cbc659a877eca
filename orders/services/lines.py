"""Lines and contact of a customer's order, as the channel has them."""

from typing import Any

from django.db import models

from integrations.types import ChannelLine, Contact
from orders.models import Order, OrderContact, OrderLine
from orders.services.choosing import identify


def clip(model: type[models.Model], **values: Any) -> dict[str, Any]:
    """The values cut to the length of their columns: a long name must not stop an order."""
    return {
        name: value[: getattr(model._meta.get_field(name), "max_length", None)]
        if isinstance(value, str)
        else value
        for name, value in values.items()
    }


def insert_line(order: Order, line: ChannelLine) -> OrderLine:
    """One line as the channel has it; gift cards and what needs no shipping are not routed."""
    row = OrderLine(
        order=order,
        **clip(
            OrderLine,
            external_id=line.external_id,
            sku=line.sku,
            title=line.title,
            quantity=line.quantity,
            canceled_quantity=line.canceled_quantity,
            price=line.price,
            discount=line.discount,
            routable=line.requires_shipping and not line.gift_card,
        ),
    )
    row.variant = identify(row, order.connection, line.variant_id)
    row.save()
    return row


def write_contact(order: Order, contact: Contact) -> bool:
    """The customer and the address as they are now; a redacted person stays redacted.

    True if something changed on a contact we had.
    """
    address = contact.address
    values = clip(
        OrderContact,
        name=contact.name or address.name,
        email=contact.email,
        phone=contact.phone or address.phone,
        company=address.company,
        street1=address.street1,
        street2=address.street2,
        city=address.city,
        state=address.state,
        zip=address.zip,
        country=address.country,
    )
    row, created = OrderContact.objects.get_or_create(order=order, defaults=values)
    if created or row.redacted_at or all(getattr(row, k) == v for k, v in values.items()):
        return False
    known = OrderContact.objects.filter(pk=row.pk, redacted_at=None)
    return bool(known.update(**values))
