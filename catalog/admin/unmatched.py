"""Unmatched SKUs: what partners and stores keep naming that is no variant of ours, and why."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, When
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from catalog.admin.links import page_of
from catalog.models import Listing, UnmatchedSku, Variant
from catalog.services.close_skus import Close, find_close, parts_of
from catalog.services.link_listing import CannotLink, link_listing
from catalog.skus import find_variant
from config.adminkit.actions import Told, portal_action
from config.adminkit.changelist import KitChangeList
from config.adminkit.empty import Empty
from config.adminkit.filters import DateRange, MultiChoice
from config.adminkit.nav import Nav
from config.adminkit.options import SummaryAdmin, column
from config.adminkit.parts import copyable, link, when
from integrations.admin.places import address


class LinkForm(forms.Form):
    """Which of our variants it is."""

    sku = forms.CharField(label="Our SKU", max_length=100)

    def clean_sku(self) -> Variant:
        """The variant that has it."""
        variant, reason = find_variant(self.cleaned_data["sku"].strip())
        if variant is None:
            raise forms.ValidationError(reason)
        return variant


@admin.register(UnmatchedSku)
class UnmatchedSkuAdmin(SummaryAdmin):
    """A row goes by itself once its SKU matches, or is no longer sent."""

    nav = Nav(group="Stock", order=15, icon="search", label="Unmatched SKUs")
    nav_tone = "warn"
    actions = None
    list_display = [
        *("sku_", "meant", "reason_", "connection_", "source_", "times", "first", "last"),
    ]
    refusals = (CannotLink,)
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

    @column("Why", "clip p3")
    def reason_(self, row: UnmatchedSku) -> SafeString:
        """The sentence without the SKU that stands beside it."""
        rest = row.reason.removeprefix(f"No product variant found for SKU {row.sku}.").strip()
        short = rest.replace(f" SKU {row.sku}", "") or "No product variant has it."
        return format_html('<span title="{}">{}</span>', row.reason, short)

    @column("Closest of ours, and what to do", "flex m-c")
    def meant(self, row: Any) -> SafeString:
        """Our variants that may be meant, and why; the next step, with the way there."""
        words, url, label = next_step(row)
        lines = [close_words(close) for close in row.close]
        if not row.close:
            search = link(part_url(row.sku), "Search products")
            lines = [format_html('<span class="q">Nothing of ours is close.</span> {}', search)]
        lines.append(format_html('{} <span class="q">{}</span>', link(url, label), words))
        return format_html_join("", '<span class="two">{}</span>', ((line,) for line in lines))

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

    def get_queryset(self, request: HttpRequest) -> QuerySet[UnmatchedSku]:
        """With `can_link`: the partner lists it, and it is linked to nothing."""
        theirs = Listing.objects.filter(connection=OuterRef("connection"), sku=OuterRef("sku"))
        is_stock = Q(source=UnmatchedSku.Source.STOCK)
        can_link = Case(When(is_stock, then=Exists(theirs.filter(variant=None))), default=False)
        found: QuerySet[UnmatchedSku] = super().get_queryset(request)
        return found.annotate(can_link=can_link)

    def tab_queryset(self, request: HttpRequest) -> QuerySet[UnmatchedSku]:
        """Counted without looking at listings."""
        return UnmatchedSku.objects.order_by()

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[KitChangeList]:
        """Ours, with what may be meant."""
        return UnmatchedList

    @portal_action(
        "Link",
        perm="catalog.import_product",
        icon="link",
        where=("row",),
        title="Link {obj} to one of ours?",
        submit="Link",
        confirm="From the next run on their stock of it counts for our variant. "
        "Only do this if both are the same thing.",
        form=LinkForm,
        initial=lambda row: {"sku": best_of(row)},
        available=lambda row: row.can_link,
        why_not="the partner does not list it, or it is linked already",
    )
    def link_it(self, request: HttpRequest, queryset: QuerySet[UnmatchedSku], sku: Variant) -> Told:
        """Their stock of it counts for a variant of ours."""
        row = queryset.select_related("connection").get()
        link_listing(row, sku, cast(User, request.user))
        said = f"{row.sku} of {row.connection} is {sku}. Its stock counts from the next run on."
        return Told(said, url=page_of(sku, request), link="Open it")


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


def best_of(row: UnmatchedSku) -> str:
    """The SKU of the likeliest of our variants; empty if nothing is close."""
    found = find_close([row.sku]).get(row.sku, [])
    return found[0].variant.sku if found else ""


def close_words(close: Close) -> SafeString:
    """Its name, its SKU, and why it is named."""
    shown = link(page_of(close.variant), close.variant.full_title)
    return format_html('{} <span class="q">{}, {}</span>', shown, close.variant.sku, close.why)


def next_step(row: Any) -> tuple[str, str, str]:
    """What helps: (words, address, label of the link)."""
    if row.source == UnmatchedSku.Source.ORDER:
        orders = f"{address('orders_order_changelist')}?{urlencode({'q': row.sku})}"
        what = "Import it, or correct the SKU in the store; then Route again."
        if row.close:
            meant = row.close[0].variant.sku
            what = f"Correct the SKU in {row.connection} to {meant}; then Route again."
        return what, orders, "Orders with it"
    catalog = urlencode({"connection": row.connection_id, "q": row.sku})
    what = "Link it, or import it." if row.can_link else "Import it, if you sell it."
    return what, f"{address('partner_catalog')}?{catalog}", "Look in their catalog"


def part_url(sku: str) -> str:
    """The list of variants, searched for the longest part of a SKU that means something."""
    parts = parts_of(sku)
    if not parts:
        return search_url(sku)
    return f"{reverse('admin:catalog_variant_changelist')}?{urlencode({'q': parts[0]})}"


def search_url(sku: str) -> str:
    """The list of variants, searched for the part of a SKU that is the partner's own."""
    theirs = sku.strip().rpartition("-")[2] if sku.startswith("PARTNER-") else sku.strip()
    return f"{reverse('admin:catalog_variant_changelist')}?{urlencode({'q': theirs})}"
