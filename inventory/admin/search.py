"""What the search box at the top finds of stock: `stock SKU` opens the page that explains it."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

from catalog.skus import find_variant
from integrations.admin.places import may_view
from inventory.models import StockLevel

WORD = "stock "
Hit = tuple[str, str, str]


def find_levels(query: str, request: HttpRequest) -> Iterator[Hit]:
    """The page of one of its levels: it is about all of them. A bare SKU finds the variant."""
    if not query.lower().startswith(WORD) or not may_view(request, StockLevel):
        return
    variant, _ = find_variant(query[len(WORD) :].strip())
    level = StockLevel.objects.filter(variant=variant).order_by("pk").first() if variant else None
    if variant is not None and level is not None:
        url = reverse("admin:inventory_stocklevel_change", args=[level.pk])
        yield variant.full_title, url, f"Stock of {variant.sku}"


site: Any = admin.site
site.add_search(find_levels)
