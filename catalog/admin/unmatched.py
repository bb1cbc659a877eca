"""Unmatched SKUs: what partners and stores keep naming that is no variant of ours, and why."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from catalog.admin.links import page_of
from catalog.models import UnmatchedSku
from config.adminkit.empty import Empty
from config.adminkit.filters import DateRange, MultiChoice
from config.adminkit.nav import Nav
from config.adminkit.options import SummaryAdmin, column
from config.adminkit.parts import copyable, link, when


@admin.register(UnmatchedSku)
class UnmatchedSkuAdmin(SummaryAdmin):
    """A row goes by itself once its SKU matches, or is no longer sent."""

    nav = Nav(group="Stock", order=15, icon="search", label="Unmatched SKUs")
    nav_tone = "warn"
    actions = None
    list_display = ["sku_", "reason_", "connection_", "source_", "times", "first", "last", "look"]
    list_filter = [("connection", MultiChoice), ("last_at", DateRange.called("Last seen"))]
    list_select_related = ["connection"]
    search_fields = ["sku"]
    search_help_text = "SKU"
    ordering = ["-last_at", "sku"]
    views = [
        ("", "All", None, ""),
        ("order", "In orders", {"source": UnmatchedSku.Source.ORDER}, "bad"),
        ("stock", "In stock answers", {"source": UnmatchedSku.Source.STOCK}, "warn"),
    ]
    comes_from = "any"
    empty_state = Empty(
        "Every SKU is known",
        "A SKU that a partner or a store names and that no variant has is listed here.",
        icon="ok",
    )

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may see the variants."""
        return bool(request.user.has_perm("catalog.view_variant"))

    def nav_rows(self, request: HttpRequest) -> QuerySet[UnmatchedSku]:
        """Those that keep an order line from going anywhere."""
        return UnmatchedSku.objects.filter(source=UnmatchedSku.Source.ORDER)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Our variants that look like it."""
        row = self.get_object(request, object_id)
        if row is None or not self.has_view_permission(request, row):
            return super().change_view(request, object_id, form_url, extra_context)
        return HttpResponseRedirect(search_url(row.sku))

    @column("SKU", "m-a", "sku")
    def sku_(self, row: UnmatchedSku) -> SafeString:
        """As they write it."""
        return copyable(row.sku)

    @column("Why", "flex m-c")
    def reason_(self, row: UnmatchedSku) -> SafeString:
        """The sentence without the SKU that stands beside it."""
        rest = row.reason.removeprefix(f"No product variant found for SKU {row.sku}.").strip()
        short = rest.replace(f" SKU {row.sku}", "") or "No product variant has it."
        return format_html('<span title="{}">{}</span>', row.reason, short)

    @column("From", "m-e", "connection__name")
    def connection_(self, row: UnmatchedSku) -> SafeString:
        """Who names it."""
        return link(page_of(row.connection), row.connection)

    @column("Seen in", "p2", "source")
    def source_(self, row: UnmatchedSku) -> str:
        """Where."""
        return row.get_source_display()

    @column("Times", "num m-b", "count")
    def times(self, row: UnmatchedSku) -> str:
        """How often."""
        return f"{row.count:,}"

    @column("First seen", "num p3", "first_at")
    def first(self, row: UnmatchedSku) -> SafeString:
        """Since when."""
        return when(row.first_at)

    @column("Last seen", "num m-d", "last_at")
    def last(self, row: UnmatchedSku) -> SafeString:
        """Until when."""
        return when(row.last_at)

    @column("", "p2")
    def look(self, row: UnmatchedSku) -> SafeString:
        """Our variants that look like it."""
        return link(search_url(row.sku), "Search products")


def search_url(sku: str) -> str:
    """The list of variants, searched for the part of a SKU that is the partner's own."""
    theirs = sku.strip().rpartition("-")[2] if sku.startswith("PARTNER-") else sku.strip()
    return f"{reverse('admin:catalog_variant_changelist')}?{urlencode({'q': theirs})}"
