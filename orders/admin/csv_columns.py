"""What may leave as a table: orders and parcels, safe to open in a spreadsheet."""

from typing import Any

from django.db.models import QuerySet
from import_export import fields

from catalog.resources import SafeResource, as_moment
from orders.admin.order_list import read_facts
from orders.admin.order_words import fulfillment_word, payment_word
from orders.admin.shipment_words import bound_word, mail_words, publish_word, status_word
from orders.models import Order, OrderContact, Shipment


def _columns(*names: str) -> dict[str, Any]:
    return {name: fields.Field(column_name=name) for name in names}


class OrderResource(SafeResource):
    """Orders as their list shows them; amounts in the currency of their row."""

    numbers = ("units", "total", "refunded")
    moments = ("placed", "paid")
    placed, paid, payment, fulfillment, customer, email, country, fulfilled_by, units, tracking = (
        _columns(
            *("placed", "paid", "payment", "fulfillment", "customer", "email", "country"),
            *("fulfilled_by", "units", "tracking"),
        ).values()
    )
    refunded = fields.Field("refunded_total", "refunded")

    class Meta:
        model = Order
        fields = export_order = (
            *("number", "placed", "payment", "paid", "fulfillment", "customer", "email"),
            *("country", "fulfilled_by", "units", "total", "refunded", "currency", "tracking"),
        )

    def with_related(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The person."""
        return rows.select_related("contact")

    def prepare(self, rows: list[Any]) -> None:
        """Units, partners, parcels and what they wait for."""
        facts = read_facts([order.pk for order in rows])
        for order in rows:
            order.row_facts = facts[order.pk]

    def dehydrate_placed(self, order: Order) -> str:
        """When the customer bought."""
        return as_moment(order.placed_at)

    def dehydrate_paid(self, order: Order) -> str:
        """When the money came."""
        return as_moment(order.paid_at)

    def dehydrate_payment(self, order: Order) -> str:
        """The word of its badge."""
        return payment_word(order)

    def dehydrate_fulfillment(self, order: Any) -> str:
        """The word of its badge."""
        return fulfillment_word(order, order.row_facts.waits_for)

    def dehydrate_customer(self, order: Order) -> str:
        """Nobody once they asked to be forgotten."""
        return _contact(order, "name")

    def dehydrate_email(self, order: Order) -> str:
        """Where mails go."""
        return _contact(order, "email")

    def dehydrate_country(self, order: Order) -> str:
        """Where parcels go."""
        return _contact(order, "country")

    def dehydrate_fulfilled_by(self, order: Any) -> str:
        """Every partner with a part."""
        return ", ".join(order.row_facts.partners)

    def dehydrate_units(self, order: Any) -> str:
        """Of all lines."""
        return str(order.row_facts.items)

    def dehydrate_tracking(self, order: Any) -> str:
        """Every number the customer can follow."""
        return ", ".join(parcel.tracking_number for parcel in order.row_facts.tracking)


def _contact(order: Order, name: str) -> str:
    contact: OrderContact | None = getattr(order, "contact", None)
    return "" if contact is None or contact.redacted_at else str(getattr(contact, name))


class ShipmentResource(SafeResource):
    """Parcels as their list shows them; times in that of the pages."""

    (
        order, partner_order, partner, bound_for, status, shipped, delivered, received, store, mail
    ) = _columns(
        *("order", "partner_order", "partner", "bound_for", "status", "shipped", "delivered"),
        *("received", "store", "mail"),
    ).values()  # fmt: skip
    tracking = fields.Field("tracking_number", "tracking")
    moments = ("shipped", "delivered", "received")

    class Meta:
        model = Shipment
        fields = export_order = (
            *("tracking", "carrier", "service", "order", "partner_order", "partner", "bound_for"),
            *("status", "shipped", "delivered", "received", "store", "mail"),
        )

    def with_related(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """What it belongs to."""
        return rows.select_related("order", "partner_order__partner")

    def prepare(self, rows: list[Any]) -> None:
        """The mail about each."""
        words = mail_words([shipment.pk for shipment in rows])
        for shipment in rows:
            shipment.mail_word = words.get(shipment.pk, "")

    def dehydrate_order(self, shipment: Shipment) -> str:
        """The customer's order it goes to."""
        return str(shipment.order or "")

    def dehydrate_partner_order(self, shipment: Shipment) -> str:
        """The partner order it came from."""
        return str(shipment.partner_order or "")

    def dehydrate_partner(self, shipment: Shipment) -> str:
        """Who sent it."""
        return str(shipment.partner_order.partner) if shipment.partner_order else "Our center"

    def dehydrate_bound_for(self, shipment: Shipment) -> str:
        """Our center or the customer."""
        return bound_word(shipment)

    def dehydrate_status(self, shipment: Shipment) -> str:
        """The word of its badge."""
        return status_word(shipment)

    def dehydrate_shipped(self, shipment: Shipment) -> str:
        """When it left."""
        return as_moment(shipment.shipped_at)

    def dehydrate_delivered(self, shipment: Shipment) -> str:
        """When it arrived."""
        return as_moment(shipment.delivered_at)

    def dehydrate_received(self, shipment: Shipment) -> str:
        """When staff counted it."""
        return as_moment(shipment.received_at)

    def dehydrate_store(self, shipment: Shipment) -> str:
        """Whether the store was told; parcels to us are none of its business."""
        return publish_word(shipment) if shipment.bound_for == "customer" else ""

    def dehydrate_mail(self, shipment: Any) -> str:
        """Whether the customer was."""
        return str(shipment.mail_word)
