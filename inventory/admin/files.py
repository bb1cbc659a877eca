"""Stock and its ledger as files: who may, where, and what is in them."""

from functools import partial
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from catalog.admin.export import EXPORT, CsvLink, add_csv_page, csv_of_rows, may_export
from inventory.models import StockChange, StockLevel
from inventory.stock_export import LedgerResource, StockResource


class StockCsv(CsvLink):
    """For the list of levels: the levels, and the ledger of the levels it shows."""

    resource, csv_page, csv_name = StockResource, "stock_csv", "stock"

    def list_links(self, request: HttpRequest) -> list[tuple[str, str, str]]:
        """The levels first."""
        found = super().list_links(request)
        if not request.user.has_perm(EXPORT):
            return found
        query, url = request.GET.urlencode(), reverse("admin:ledger_csv")
        return [*found, ("Export ledger", f"{url}?{query}" if query else url, "list")]


class LedgerCsv:
    """What the file of changes is made of."""

    resource, csv_name = LedgerResource, "stock-ledger"


def ledger_csv(request: HttpRequest) -> HttpResponse:
    """GET /admin/inventory/ledger.csv with the parameters of the list of levels: newest first."""
    model_admin: Any = admin.site._registry[StockLevel]
    back = reverse("admin:inventory_stocklevel_changelist")
    try:
        levels = model_admin.get_changelist_instance(request).queryset
    except IncorrectLookupParameters:
        return HttpResponseRedirect(back)
    changes = StockChange.objects.order_by("-pk")
    if request.GET:
        changes = changes.filter(level__in=levels.order_by().values("pk"))
    return csv_of_rows(request, LedgerCsv, changes, back)


add_csv_page(StockLevel, "inventory/stock.csv", "stock_csv")
site: Any = admin.site
may_export_ledger = partial(may_export, StockLevel)
site.add_page("inventory/ledger.csv", ledger_csv, "ledger_csv", perm=may_export_ledger)
