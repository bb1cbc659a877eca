"""Hits of the search box: SKUs, products and partners this person may view."""

from collections.abc import Iterator

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse

from catalog.models import Partner, Variant, normalize_sku

MOST = 25
Hit = tuple[str, str, str]


def find_variants(query: str, request: HttpRequest) -> Iterator[Hit]:
    """An exact SKU alone, else what begins with it or has it in the title."""
    if not request.user.has_perm("catalog.view_variant"):
        return
    rows = Variant.objects.select_related("product")
    found = list(rows.filter(sku_key=normalize_sku(query)[:100])[:2])
    if len(found) != 1:
        wanted = Q(sku__icontains=query) | Q(product__title__icontains=query) | Q(barcode=query)
        found = list(rows.filter(wanted).order_by("sku")[:MOST])
    for variant in found:
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
