"""What the box at the top finds of orders: numbers, references and tracking numbers, whole."""

from collections.abc import Iterator

from django.contrib import admin
from django.db.models import Model, Q
from django.http import HttpRequest

from catalog.admin.links import page_of
from config.adminkit.finding import spellings
from orders.models import Order, PartnerOrder, Shipment

SHOWN = 10


def search_orders(query: str, request: HttpRequest) -> Iterator[tuple[str, str, str]]:
    """For the box at the top: order numbers, partner references, tracking numbers."""
    words = spellings(query)
    lookups: list[tuple[type[Model], Q, str]] = [
        (Order, Q(number__in=words), "Order"),
        (PartnerOrder, Q(reference__in=words) | Q(external_number__in=words), "Partner order"),
        (Shipment, Q(tracking_number__in=words), "Shipment"),
    ]
    for model, condition, note in lookups:
        if _may_view(model, request):
            for row in model._default_manager.filter(condition)[:SHOWN]:
                yield str(row), page_of(row), note


def _may_view(model: type[Model], request: HttpRequest) -> bool:
    found = admin.site._registry.get(model)
    return bool(found and found.has_view_or_change_permission(request))
