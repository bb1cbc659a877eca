"""What the webhook inbox may say of orders: whether one that came in badly is here all the same."""

from collections.abc import Sequence

from django.db.models import Model

from integrations.admin.inbox_subjects import find_subjects, row_numbered
from integrations.models import InboundEvent
from orders.models import Order, PartnerOrder, Shipment


@find_subjects("order")
def order_of(event: InboundEvent, numbers: Sequence[str]) -> Model | None:
    """The customer's order, or ours at the partner."""
    for model in (Order, PartnerOrder):
        rows = model._default_manager.filter(connection=event.connection_id)
        if found := row_numbered(rows, numbers):
            return found
    return None


@find_subjects("fulfillment")
@find_subjects("shipment")
def shipment_of(event: InboundEvent, numbers: Sequence[str]) -> Model | None:
    """The parcel."""
    rows = Shipment._default_manager.filter(partner_order__connection=event.connection_id)
    return row_numbered(rows, numbers)
