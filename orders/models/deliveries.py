"""Delivery: a packed order that somebody brings to the customer, booked by staff."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from integrations.models.base import Movable, Stamped, one_of
from orders.models.partner_orders import PartnerOrder


class DeliveryStatus(models.TextChoices):
    TO_BOOK = "to_book", "To book"
    BOOKED = "booked", "Booked"
    DONE = "done", "Delivered"
    CANCELED = "canceled", "Canceled"


class Delivery(Movable, Stamped):
    """`carrier` names the code that books it; `courier`, `reference` and the time are what staff
    agreed with whoever drives. `booked_for` begins the hour the customer can expect it in."""

    Status = DeliveryStatus
    named_by = "reference"
    MOVES: ClassVar = {
        "to_book": {"booked", "done", "canceled"},
        "booked": {"booked", "done", "canceled"},
    }

    partner_order = models.OneToOneField(PartnerOrder, models.CASCADE, related_name="delivery")
    carrier = models.CharField(max_length=20, default="manual")
    status = models.CharField(max_length=10, choices=DeliveryStatus, default=DeliveryStatus.TO_BOOK)
    booked_for = models.DateTimeField(null=True)
    courier = models.CharField(max_length=60, blank=True)
    reference = models.CharField(max_length=120, blank=True)
    note = models.CharField(max_length=300, blank=True)
    booked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        default_permissions = ()  # it is seen and changed with its partner order
        constraints = [one_of("status", DeliveryStatus, "delivery_status_known")]
        indexes = [models.Index(fields=["status"], name="delivery_status")]

    def __str__(self) -> str:
        return f"Delivery of {self.partner_order.reference}"
