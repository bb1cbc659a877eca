"""Hits of the search box: SKUs, products and partners this person may view."""

from collections.abc import Iterator

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse

from catalog.models import Partner, Variant
from config.adminkit.finding import find

MOST = 25
FIELDS = [
    *("=sku_key", "=barcode", "=batch"),
    *("sku", "title", "product__title", "barcode", "batch"),
]
Hit = tuple[str, str, str]


def find_variants(query: str, request: HttpRequest) -> Iterator[Hit]:
    """An exact SKU, barcode or batch alone, else what has the words in SKU or title."""
    if not request.user.has_perm("catalog.view_variant"):
        return
    found = find(Variant.objects.all(), query, FIELDS, MOST)
    rows = Variant.objects.filter(pk__in=found.keys).select_related("product").order_by("sku")
    for variant in rows:
        url = reverse("admin:catalog_variant_change", args=[variant.pk])
        yield variant.full_title, url, f"Variant {variant.sku}"


def find_partners(query: str, request: HttpRequest) -> Iterator[Hit]:
    """Partners by name or code."""
    if not request.user.has_perm("catalog.view_partner"):
        return
    for partner in Partner.objects.filter(Q(name__icontains=query) | Q(code__iexact=query))[:MOST]:
        yield partner.name, reverse("admin:catalog_partner_change", args=[partner.pk]), "Partner"


admin.site.add_search(find_variants)  # type: ignore[attr-defined]
admin.site.add_search(find_partners)  # type: ignore[attr-defined]
