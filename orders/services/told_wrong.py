"""What the store and the customer were told of a parcel and is not true any more."""

from django.db.models import Q

from integrations.services.alerts import close_alert, raise_alert
from orders.models import Shipment

Publish = Shipment.Publish
# The store knows of it, or may know.
MAYBE_TOLD = (Publish.PUBLISHED, Publish.PUBLISHING, Publish.UNCONFIRMED)


def say_voided(shipment: Shipment) -> None:
    """A parcel was voided that the store, and through it the customer, may have been told of."""
    shipment.update_where(Q(publish_status=Publish.PENDING), publish_status=Publish.NONE)
    if shipment.order is None or shipment.publish_status not in MAYBE_TOLD:
        return
    if shipment.source == "channel":
        return  # the store said so itself
    raise_alert(
        f"voided:{shipment.pk}",
        "shipment",
        f"{shipment} does not come: it was voided after the store was told",
        f"Cancel its fulfillment of {shipment.order} in the store, and tell the customer. "
        "Its units count as not shipped.",
        shipment,
    )


def say_late_number(shipment: Shipment) -> None:
    """A tracking number came after the store was told of the parcel without one."""
    if shipment.order is None or shipment.publish_status not in MAYBE_TOLD:
        return
    if shipment.source == "channel":
        return
    raise_alert(
        f"late_number:{shipment.pk}",
        "shipment",
        f"The store does not know the number {shipment.tracking_number} yet",
        f"It was told of the parcel before the number was known. Add it to the fulfillment of "
        f"{shipment.order} in the store; this closes when the store reports it.",
        shipment,
    )


def take_back(shipment: Shipment) -> None:
    """The store canceled the fulfillment of a parcel that somebody else sent.

    The parcel itself goes on: whether the store is told again, a person decides. A parcel that was
    voided anyway needs nothing more.
    """
    close_alert(f"voided:{shipment.pk}")
    close_alert(f"late_number:{shipment.pk}")
    if shipment.status == Shipment.Status.VOIDED:
        Shipment.objects.filter(pk=shipment.pk).update(publish_status=Publish.NONE)
        return
    sentence = "The store canceled this fulfillment."
    told = Shipment.objects.filter(pk=shipment.pk, publish_status=Publish.PUBLISHED)
    if told.update(publish_status=Publish.FAILED, error=sentence):
        raise_alert(
            f"publish:{shipment.pk}",
            "publish",
            f"The store does not know any more that {shipment} left",
            f"{sentence} If the parcel is on its way, press Publish again on it.",
            shipment.order,
        )


def know_again(shipment: Shipment, ref: str, number: str) -> None:
    """The store reports a fulfillment of a parcel of ours: what it was said to lack, it has."""
    if number and number == shipment.tracking_number:
        close_alert(f"late_number:{shipment.pk}")
    lost = Shipment.objects.filter(pk=shipment.pk, publish_status=Publish.FAILED)
    if lost.update(publish_status=Publish.PUBLISHED, published_ref=ref, error=""):
        close_alert(f"publish:{shipment.pk}")
