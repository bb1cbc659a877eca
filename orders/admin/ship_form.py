"""The form of Ship to customer: carrier, number, and the units that lie at our center."""

from typing import Any

from django import forms
from django.http import HttpRequest

from orders.admin.remote_links import hears_of_parcels
from orders.models import Order, OrderLine
from orders.services.center import at_center

# Names the store knows, so that its page links the number.
CARRIERS = ["UPS", "USPS", "FedEx", "DHL Express", "Canada Post", "Royal Mail", "Other"]


def center_units(order: Order) -> dict[OrderLine, int]:
    """Units at our center by line, read once for all the places of a page that ask."""
    known: dict[OrderLine, int] | None = getattr(order, "center_units", None)
    if known is None:
        known = at_center(order)
        order.center_units = known  # type: ignore[attr-defined]
    return known


def lies_at_center(order: Order) -> bool:
    """Whether something of it can be shipped from here."""
    return order.canceled_at is None and bool(center_units(order))


def ship_form(request: HttpRequest, order: Order) -> type[forms.Form]:
    """A form with one number of units per line, filled with everything that is there."""
    fields: dict[str, Any] = {
        "carrier": forms.ChoiceField(choices=[(name, name) for name in CARRIERS]),
        "tracking_number": forms.CharField(
            max_length=120, required=order.delivery_method == Order.DeliveryMethod.SHIP
        ),
        "clean_tracking_number": lambda form: form.cleaned_data["tracking_number"].strip(),
    }
    for line, units in center_units(order).items():
        fields[f"units_{line.pk}"] = forms.IntegerField(
            label=f"{line.title}: units of {units}",
            initial=units,
            min_value=0,
            max_value=units,
            required=False,
        )
    return type("ShipForm", (forms.Form,), fields)


def who_hears(order: Order) -> str:
    """Who is told of a parcel, up to what the customer gets."""
    if hears_of_parcels(order.connection):
        return "The store is told, and the customer gets"
    return "The customer gets"
