"""Buttons of a placed partner order: ask how far it is, and bring it to the customer."""

from datetime import datetime

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest

from config.adminkit.actions import Refused, Told, portal_action
from orders.models import PartnerOrder
from orders.models.deliveries import Delivery
from orders.services.asking import ask_now, askable
from orders.services.deliveries import OPEN, book_delivery, finish_delivery
from orders.services.delivery_carriers import Booking

SUBMIT = "orders.submit_partnerorder"
ASKED = "They are being asked. Open this page again in a moment to see what came of it."


class BookForm(forms.Form):
    courier = forms.CharField(label="Who brings it", max_length=60)
    booked_for = forms.DateTimeField(
        label="When, in your time zone",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    reference = forms.CharField(label="What they call it", max_length=120, required=False)
    note = forms.CharField(label="Note", max_length=300, required=False)


def open_delivery(row: PartnerOrder) -> Delivery | None:
    """Its delivery while it is not over, read once for a page."""
    if not hasattr(row, "known_delivery"):
        found = Delivery.objects.filter(partner_order=row.pk, status__in=OPEN).first()
        row.known_delivery = found  # type: ignore[attr-defined]
    known: Delivery | None = row.known_delivery  # type: ignore[attr-defined]
    return known if row.status in ("packed", "shipped") else None


class DeliveryButtons:
    """For the admin of partner orders."""

    @portal_action(
        "Ask now",
        perm=SUBMIT,
        where=("detail", "bulk"),
        icon="retry",
        quiet=True,
        available=askable,
        why_not="it is not placed, it is over, or its system cannot be asked",
        background=False,
        at_most=200,
    )
    def ask(self, request: HttpRequest, queryset: QuerySet[PartnerOrder]) -> Told:
        """How far their system is, and which parcels there are."""
        runs = ask_now(queryset.select_related("connection"), request.user)  # type: ignore[arg-type]
        if not runs:
            raise Refused("There is nobody to ask about it.")
        return Told(ASKED)

    @portal_action(
        "Book delivery",
        perm=SUBMIT,
        where=("detail",),
        icon="send",
        primary=True,
        form=BookForm,
        title="Who brings {obj}, and when?",
        submit="Book it",
        confirm="Nobody is told from here: enter what you agreed with whoever drives.",
        available=lambda row: open_delivery(row) is not None,
        why_not="no delivery of it is to be booked",
    )
    def book(
        self,
        request: HttpRequest,
        queryset: QuerySet[PartnerOrder],
        courier: str,
        booked_for: datetime,
        reference: str = "",
        note: str = "",
    ) -> Told:
        """What staff agreed with a courier."""
        row = queryset.get()
        delivery, wanted = open_delivery(row), Booking(courier, booked_for, reference, note)
        if delivery is None or not book_delivery(delivery, wanted, request.user):  # type: ignore[arg-type]
            raise Refused("Its delivery is over. Nothing was booked.")
        return Told(f"Booked with {courier}.", before="To book", after="Booked")

    @portal_action(
        "Delivered",
        perm=SUBMIT,
        where=("detail",),
        icon="check",
        title="Does the customer have {obj}?",
        submit="They have it",
        confirm="The order counts as delivered, and the customer is mailed.",
        available=lambda row: open_delivery(row) is not None,
        why_not="no delivery of it is under way",
    )
    def delivered(self, request: HttpRequest, queryset: QuerySet[PartnerOrder]) -> Told:
        """Somebody brought it."""
        delivery = open_delivery(queryset.get())
        if delivery is None or not finish_delivery(delivery, request.user):  # type: ignore[arg-type]
            raise Refused("Its delivery is over. Nothing was changed.")
        return Told("It is with the customer.", after="Delivered")
