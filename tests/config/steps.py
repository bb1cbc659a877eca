"""The steps of a company's first day, taken in the database."""

from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from catalog.models import Partner, Product
from integrations.models import Connection
from orders.models import Notification, PartnerOrder, Shipment
from tests.orders.builders import (
    make_order,
    make_own_store,
    make_partner,
    make_variant,
    set_center_address,
)

SKU = "PARTNER-bluedoor-ETH250"


def import_one(own: Connection, partner: Partner):
    variant = make_variant(SKU, partner, own_store=own)
    Product.objects.update(source_partner=partner)
    return variant


def buy_one():
    """Everything up to the first customer order."""
    own, partner = make_own_store("crossdock-coffee"), make_partner()
    set_center_address()
    import_one(own, partner)
    return make_order(own, SKU, placed_at=timezone.now())


def place_it() -> PartnerOrder:
    placed = PartnerOrder.objects.get()
    PartnerOrder.objects.update(status="submitted", submitted_at=timezone.now())
    return placed


def make_parcel(bound_for: str, **fields: object) -> Shipment:
    placed = PartnerOrder.objects.get()
    order = None if bound_for == "center" else placed.lines.get().order_line.order
    values = {"tracking_number": "1Z1", "shipped_at": timezone.now()} | fields
    if bound_for == "center":
        values["partner_order"] = placed
    return Shipment.objects.create(bound_for=bound_for, order=order, **values)


def mail_about(parcel: Shipment) -> None:
    Notification.objects.create(
        type="fulfillment",
        event="shipment.shipped",
        content_type=ContentType.objects.get_for_model(Shipment),
        object_id=parcel.pk,
        recipient="dana@customer.example",
        subject="On its way",
        body="1Z1",
        status="sent",
    )
