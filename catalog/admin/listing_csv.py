"""The partner catalog as a file: the listings of the chosen partner, as the page is narrowed."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from catalog.admin.catalog_page import may_see
from catalog.admin.catalog_query import CatalogQuery, partners_with_store
from catalog.admin.export import EXPORT, csv_of_rows
from catalog.models import Listing
from catalog.resources import ListingResource


class ListingCsv:
    """What the file is made of."""

    resource, csv_name = ListingResource, "listings"


def listings_csv(request: HttpRequest) -> HttpResponse:
    """GET /admin/catalog/listings.csv with the parameters of the page."""
    query, back = CatalogQuery(request.GET, partners_with_store()), reverse("admin:partner_catalog")
    if query.partner is None:
        return HttpResponseRedirect(back)
    chosen = query.listings.order_by().values("pk")
    rows = Listing.objects.filter(pk__in=chosen).order_by("title", "external_product_id", "pk")
    return csv_of_rows(request, ListingCsv, rows, back)


def may_export_listings(request: HttpRequest) -> bool:
    """Exporting needs its own permission besides that of looking."""
    return request.user.has_perm(EXPORT) and may_see(request)


site: Any = admin.site
site.add_page("catalog/listings.csv", listings_csv, "listings_csv", perm=may_export_listings)
