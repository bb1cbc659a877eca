"""Finding orders: ids by exact lookups first, then by parts of number, e-mail and name.

One OR across joins would read whole tables; each of these lookups uses its own index and is
capped.
"""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db.models import Model, Q
from django.http import HttpRequest

from catalog.admin.links import page_of
from catalog.models import Variant, normalize_sku
from orders.models import Order, OrderContact, OrderLine, PartnerOrder, Shipment, ShipmentLine

CAP = 200
SHOWN = 10


def spellings(text: str) -> set[str]:
    """A number as it may be written: with and without its hash, in either case."""
    bare = text.lstrip("#")
    return {text, text.upper(), text.lower(), bare, f"#{bare}", bare.upper()}


def find_order_ids(text: str) -> list[int]:
    """Ids of orders that fit a number, e-mail, name, tracking number or SKU, at most 200 a kind."""
    text = text.strip()
    if not text:
        return []
    return sorted(_exact(text) or _containing(text))


def _exact(text: str) -> set[int]:
    words = spellings(text)
    found = set(_ids(Order.objects.filter(number__in=words), "pk"))
    found |= set(_ids(OrderContact.objects.filter(email__in=words), "order_id"))
    parcels = _ids(Shipment.objects.filter(tracking_number__in=words), "pk")
    inside = ShipmentLine.objects.filter(shipment__in=parcels)
    found |= set(_ids(inside, "order_line__order_id"))
    variants = _ids(Variant.objects.filter(sku_key=normalize_sku(text)), "pk")
    return found | set(_ids(OrderLine.objects.filter(variant__in=variants), "order_id"))


def _containing(text: str) -> set[int]:
    people = OrderContact.objects
    found = set(_ids(Order.objects.filter(number__icontains=text), "pk"))
    found |= set(_ids(people.filter(email__icontains=text), "order_id"))
    return found | set(_ids(people.filter(name__icontains=text), "order_id"))


def _ids(rows: Any, name: str) -> list[int]:
    return list(rows.order_by("-pk").values_list(name, flat=True)[:CAP])


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


def find_shipment_ids(text: str) -> list[int]:
    """Ids of parcels that fit a tracking number, or the number of an order they belong to."""
    words, parcels = spellings(text.strip()), Shipment.objects
    orders = _ids(Order.objects.filter(number__in=words), "pk")
    placed = _ids(
        PartnerOrder.objects.filter(Q(reference__in=words) | Q(external_number__in=words)), "pk"
    )
    found = set(_ids(parcels.filter(tracking_number__in=words), "pk"))
    found |= set(_ids(parcels.filter(order__in=orders), "pk"))
    found |= set(_ids(parcels.filter(partner_order__in=placed), "pk"))
    inside = ShipmentLine.objects.filter(order_line__order__in=orders)
    found |= set(_ids(inside, "shipment_id"))
    return sorted(found or _ids(parcels.filter(tracking_number__icontains=text.strip()), "pk"))
