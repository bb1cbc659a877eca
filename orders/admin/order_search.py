"""What the box at the top finds of orders: numbers, payments, tracking, and who bought."""

from collections.abc import Iterator

from django.contrib import admin
from django.db.models import Model, Q
from django.http import HttpRequest

from catalog.admin.links import page_of
from config.adminkit.finding import find, spellings
from orders.models import Order, PartnerOrder, Shipment

SHOWN = 10
CUSTOMER = ["=contact__email", "contact__email", "contact__name"]


def search_orders(query: str, request: HttpRequest) -> Iterator[tuple[str, str, str]]:
    """For the box at the top: what fits whole, else the orders of who is called like that."""
    words = spellings(query)
    lookups: list[tuple[type[Model], Q, str]] = [
        (Order, Q(number__in=words), "Order"),
        (Order, Q(payment_reference__in=words), "Order paid with it"),
        (PartnerOrder, Q(reference__in=words) | Q(external_number__in=words), "Partner order"),
        (Shipment, Q(tracking_number__in=words), "Shipment"),
    ]
    found = False
    for model, condition, note in lookups:
        if _may_view(model, request):
            for row in model._default_manager.filter(condition)[:SHOWN]:
                found = True
                yield str(row), page_of(row), note
    if not found and _may_view(Order, request):
        yield from _orders_of(query)


def _orders_of(customer: str) -> Iterator[tuple[str, str, str]]:
    """The newest orders of a customer, by e-mail or name: somebody who calls has no number."""
    keys = find(Order.objects.all(), customer, CUSTOMER, SHOWN).keys
    rows = Order.objects.filter(pk__in=keys).select_related("contact").order_by("-placed_at", "-pk")
    for order in rows:
        yield str(order), page_of(order), f"Order of {order.contact.name or order.contact.email}"


def _may_view(model: type[Model], request: HttpRequest) -> bool:
    found = admin.site._registry.get(model)
    return bool(found and found.has_view_or_change_permission(request))
