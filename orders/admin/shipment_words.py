"""Parcels as table rows: number, where from and to, how far, published and mailed or not."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q

from catalog.admin.links import page_of
from config.adminkit.changelist import Rule
from orders.admin.remote_links import hears_of_parcels
from orders.models import Notification, Shipment

NO_STORE = "No store to tell"


@dataclass(frozen=True)
class ShipmentRow:
    """One parcel; `mail` is the status word of the e-mail about it, or empty."""

    shipment: Shipment
    mail: str = ""

    @property
    def url(self) -> str:
        """Its page here."""
        return page_of(self.shipment)

    @property
    def source(self) -> str:
        """Who sent it."""
        placed = self.shipment.partner_order
        return str(placed.partner) if placed else "Our center"

    @property
    def bound(self) -> str:
        """Where it goes."""
        return bound_word(self.shipment)

    @property
    def told(self) -> str:
        """Whether the store knows it."""
        return publish_word(self.shipment)

    @property
    def state(self) -> str:
        """The badge of where it is."""
        return status_word(self.shipment)


RECEIVED = Q(received_at__isnull=False)
WORDS: list[tuple[str, str, Rule]] = [
    *(
        (str(value), str(label), Q(status=value) & ~RECEIVED)
        for value, label in Shipment.Status.choices
    ),
    ("received", "Received", RECEIVED),
]
BOUND = {
    Shipment.BoundFor.CENTER.value: "Our center",
    Shipment.BoundFor.CUSTOMER.value: "Customer",
}


def bound_word(shipment: Shipment) -> str:
    """Where it goes."""
    return BOUND[shipment.bound_for]


def status_word(shipment: Shipment) -> str:
    """Received for what staff counted at our center, else the carrier's status."""
    return "Received" if shipment.received_at else shipment.get_status_display()


def shipment_rows(shipments: Sequence[Shipment]) -> list[ShipmentRow]:
    """With the e-mail about each, in one query."""
    mails = mail_words([shipment.pk for shipment in shipments])
    return [ShipmentRow(shipment, mails.get(shipment.pk, "")) for shipment in shipments]


def mail_words(ids: Sequence[int]) -> dict[int, str]:
    """Status word of the newest e-mail about each parcel."""
    if not ids:
        return {}
    kind = ContentType.objects.get_for_model(Shipment)
    rows = Notification.objects.filter(content_type=kind, object_id__in=ids).order_by("pk")
    return {row.object_id: row.get_status_display() for row in rows}


def publish_word(shipment: Shipment) -> str:
    """Whether the store knows it; a word of the badge map."""
    channel = shipment.order.connection if shipment.order else None
    untold = shipment.publish_status == Shipment.Publish.NONE
    if untold and not hears_of_parcels(channel):
        return NO_STORE
    return shipment.get_publish_status_display()
