"""Unmatched SKUs: what partners and stores keep naming that is no variant of ours, and why."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import BooleanField, Case, Exists, OuterRef, QuerySet, When
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from catalog.admin.unmatched_buttons import UnmatchedButtons
from catalog.admin.unmatched_words import (
    PLAIN,
    close_words,
    next_step,
    part_url,
    search_url,
    short_reason,
)
from catalog.models import Listing, UnmatchedSku
from catalog.services.close_skus import find_close
from catalog.services.own_store import without_catalog
from catalog.services.unmatched import waiting
from config.adminkit.changelist import KitChangeList
from config.adminkit.empty import Empty
from config.adminkit.filters import DateRange, MultiChoice
from config.adminkit.nav import Nav
from config.adminkit.options import column
from config.adminkit.parts import copyable, two_lines, when

Source = UnmatchedSku.Source
WAITING = {"ignored_at": None}


@admin.register(UnmatchedSku)
class UnmatchedSkuAdmin(UnmatchedButtons):
    """A row goes by itself once its SKU matches, or is no longer sent."""

    nav = Nav(group="Stock", order=15, icon="search", label="Unmatched SKUs")
    nav_tone = "warn"
    list_display = [
        *("sku_", "meant", "reason_", "connection_", "times", "first", "last"),
    ]
    list_filter = [("connection", MultiChoice), ("last_at", DateRange.called("Last seen"))]
    list_select_related = ["connection", "ignored_by"]
    search_fields = ["sku"]
    search_help_text = "SKU"
    ordering = ["-last_at", "sku"]
    views = [
        ("", "To settle", WAITING, ""),
        ("order", "In orders", WAITING | {"source": Source.ORDER}, "bad"),
        ("stock", "In stock answers", WAITING | {"source": Source.STOCK}, "warn"),
        ("purchase", "In purchase orders", WAITING | {"source": Source.PURCHASE}, "warn"),
        ("ignored", "Ignored", {"ignored_at__isnull": False}, ""),
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
        return waiting().filter(source=Source.ORDER)

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Of what is ignored, who said so instead of what may be meant."""
        names = super().get_list_display(request)
        if request.GET.get(self.tab_param) != "ignored":
            return names
        return ["ignored_" if name == "meant" else name for name in names]

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

    @column("Why", "clip p4")
    def reason_(self, row: UnmatchedSku) -> SafeString:
        """The sentence without the SKU that stands beside it."""
        return format_html('<span title="{}">{}</span>', row.reason, short_reason(row) or PLAIN)

    @column("Closest of ours, and what to do", "flex m-c")
    def meant(self, row: Any) -> SafeString:
        """Our variants that may be meant, and why; the next step, with the way there."""
        words, url, label = next_step(row)
        lines = [close_words(row.close)] if row.close else []
        if odd := short_reason(row):
            lines.insert(0, format_html("{}", odd))
        steps = [(url, label)] if url else []
        if not row.close:
            words = f"Nothing of ours is close. {words}"
            steps.append((part_url(row.sku), "Search products"))
        links = format_html_join("", ' <a href="{}">{}</a>', steps)
        lines.append(format_html('<span class="q">{}{}</span>', words, links))
        return format_html_join("", '<span class="two">{}</span>', ((line,) for line in lines))

    @column("Ignored", "flex m-c", "ignored_at")
    def ignored_(self, row: UnmatchedSku) -> SafeString:
        """By whom and when."""
        who = row.ignored_by or "somebody who is gone"
        return format_html("by {} {}", who, when(row.ignored_at))

    @column("From", "m-e", "connection__name")
    def connection_(self, row: UnmatchedSku) -> SafeString:
        """Who names it, and where."""
        return two_lines(row.connection, row.get_source_display())

    @column("Times", "num p2 m-b", "count")
    def times(self, row: UnmatchedSku) -> str:
        """How often."""
        return f"{row.count:,}"

    @column("First seen", "num p4", "first_at")
    def first(self, row: UnmatchedSku) -> SafeString:
        """Since when."""
        return when(row.first_at)

    @column("Last seen", "num m-d", "last_at")
    def last(self, row: UnmatchedSku) -> SafeString:
        """Until when."""
        return when(row.last_at)

    def get_queryset(self, request: HttpRequest) -> QuerySet[UnmatchedSku]:
        """With `can_link`: not where a partner does not list it, or it is linked already."""
        theirs = Listing.objects.filter(connection=OuterRef("connection"), sku=OuterRef("sku"))
        can_link = Case(
            When(source=Source.ORDER, then=True),
            When(connection__provider__in=without_catalog(), then=True),
            When(source=Source.STOCK, then=Exists(theirs.filter(variant=None))),
            default=False,
            output_field=BooleanField(),
        )
        found: QuerySet[UnmatchedSku] = super().get_queryset(request)
        return found.annotate(can_link=can_link)

    def tab_queryset(self, request: HttpRequest) -> QuerySet[UnmatchedSku]:
        """Counted without looking at listings."""
        return UnmatchedSku.objects.order_by()

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[KitChangeList]:
        """Ours, with what may be meant."""
        return UnmatchedList


class UnmatchedList(KitChangeList):
    """Its rows know which of our variants may be meant, by one query for the page."""

    def get_results(self, request: HttpRequest) -> None:
        """The page, then what is close."""
        super().get_results(request)
        rows: Sequence[Any] = list(self.result_list)
        close = find_close([row.sku for row in rows])
        for row in rows:
            row.close = close.get(row.sku, [])
        self.result_list = rows
