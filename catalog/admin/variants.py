"""Products & variants: what we sell, where it comes from, what it costs."""

from typing import Any

from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, Prefetch, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse, reverse_lazy
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from catalog.admin.export import CsvLink, export_csv
from catalog.admin.facts import StockFact, sources
from catalog.admin.links import page_of, short_id
from catalog.admin.names_button import unlink
from catalog.admin.product_facts import CERTIFICATE, THC, BrandChoice, product_facts
from catalog.admin.search import FIELDS
from catalog.admin.variant_filters import (
    DRIFT,
    MISSING,
    STOCK,
    drifted,
    ours,
    own_stores,
    sold_out,
)
from catalog.models import Listing, Partner, Product, Variant
from catalog.pricing import margin
from catalog.resources import VariantResource
from catalog.services.given_names import CannotForget, names_of
from config.adminkit.actions import Refused, Told, portal_action
from config.adminkit.changelist import KitChangeList
from config.adminkit.empty import Empty
from config.adminkit.filters import MultiChoice, NumberRange
from config.adminkit.nav import Nav
from config.adminkit.options import SummaryAdmin, column
from config.adminkit.parts import NOTHING, badge, copyable, link, money, when
from integrations.admin.import_link import ImportLink
from integrations.models import ExternalRef

SHOWN = [
    *("connection_id", "variant_id", "sku", "price", "cost", "currency", "external_id"),
    *("external_product_id", "published_quantity", "published_at", "seen_at", "missing_since"),
]


class VariantList(KitChangeList):
    """Knows what we may sell of each variant of the page."""

    def get_results(self, request: HttpRequest) -> None:
        """One question for the whole page."""
        super().get_results(request)
        stock = sources.stock_of(list(self.result_list))
        for variant in self.result_list:
            variant.stock = stock.get(variant.pk)


@admin.register(Variant)
class VariantAdmin(ImportLink, CsvLink, SummaryAdmin):
    import_kind = "variants"
    resource, csv_page, csv_name = VariantResource, "variants_csv", "products"
    nav = Nav(group="Stock", order=10, icon="box", key="v", label="Products & variants")
    list_display = [
        "title_", "sku_", "partner_", "theirs_", "price_", "margin_", "available_", "incoming_",
        "state",
    ]  # fmt: skip
    list_filter = [
        ("product__source_partner", MultiChoice.called("Partner")),
        STOCK,
        ("price", NumberRange.called("Our price")),
        DRIFT,
        MISSING,
        ("product__brand", BrandChoice),
        THC,
        CERTIFICATE,
    ]
    search_fields = FIELDS
    search_help_text = "SKU, title, barcode, batch"
    search_cap = 10_000  # what is found may be exported, and its prices updated
    jump_fields = ("sku",)
    list_select_related = ["product__source_partner", "product__brand"]
    ordering = ["product__title", "pk"]
    views = [
        ("", "All", None, ""),
        ("out", "Out of stock", lambda: Q(Exists(sold_out()), archived_at=None), "bad"),
        ("drift", "Price changed", lambda: Q(drifted(), archived_at=None), "warn"),
        ("unlinked", "Not in our store", lambda: Q(~Exists(ours()), archived_at=None), "warn"),
    ]
    comes_from = "partner"
    empty_state = Empty(
        "No products yet",
        "Import them from a partner's catalog.",
        "Browse the partner catalog",
        reverse_lazy("admin:partner_catalog"),
        "catalog.view_listing",
        "catalog",
    )
    refusals = (CannotForget,)
    summary_template = "admin/catalog/variant/summary.html"
    summary_only = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Variant]:
        """With the listings of the page, in one query."""
        rows = Listing.objects.only(*SHOWN, "connection__name", "connection__provider")
        shown = rows.select_related("connection")
        found = super().get_queryset(request).prefetch_related(Prefetch("listings", shown))
        return sources.with_stock(found)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[KitChangeList]:
        return VariantList

    # --- list

    @column("SKU", "m-c", "sku")
    def sku_(self, variant: Variant) -> SafeString:
        return copyable(variant.sku)

    @column("Product", "m-a flex", "product__title")
    def title_(self, variant: Variant) -> str:
        return variant.full_title

    @column("Partner", "p2", "product__source_partner__name")
    def partner_(self, variant: Variant) -> str:
        partner = variant.product.source_partner
        return partner.name if partner else "Ours"

    @column("Their price", "num p2")
    def theirs_(self, variant: Variant) -> SafeString:
        theirs = partner_listing(variant)
        return money(theirs.price, theirs.currency) if theirs else NOTHING

    @column("Our price", "num m-d", "price")
    def price_(self, variant: Variant) -> SafeString:
        return money(variant.price, variant.currency)

    @column("Margin", "num p3")
    def margin_(self, variant: Variant) -> str | SafeString:
        percent = margin_percent(variant)
        return NOTHING if percent is None else f"{percent} %"

    @column("Can be sold", "num")
    def available_(self, variant: Any) -> str | SafeString:
        stock: StockFact | None = variant.stock
        return link(stock.url, f"{stock.units:,}") if stock else NOTHING

    @column("Incoming", "num p3")
    def incoming_(self, variant: Any) -> str | SafeString:
        """Units of open purchase orders."""
        coming = getattr(variant, "coming", None)
        return f"{coming:,}" if coming else NOTHING

    @column("Stock", "m-b")
    def state(self, variant: Any) -> SafeString:
        if variant.archived_at:
            return badge("Archived")
        stock = badge(variant.stock.word) if variant.stock else NOTHING
        if own_listing(variant):
            return stock
        return badge("Not in our store", "warn")

    # --- actions

    @portal_action(
        "Update prices", perm="catalog.import_product", where=("detail", "bulk"), icon="tag",
        available=lambda v: not v.archived_at and v.product.source_partner_id is not None,
        why_not="no partner supplies it", background=False, at_most=100,
    )  # fmt: skip
    def reprice(self, request: HttpRequest, queryset: QuerySet[Variant]) -> Told:
        """Opens the preview with the partner's terms; nothing is changed before it is confirmed."""
        found = [row for row in map(partner_listing, queryset) if row]
        connections = {row.connection_id for row in found}
        if len(connections) > 1:
            raise Refused("Prices follow a partner's terms: tick the variants of one partner.")
        if not found:
            raise Refused("The partner's store no longer has it.")
        partner = Partner.objects.get(connection__in=connections)
        query = urlencode([("partner", partner.pk), *(("v", row.pk) for row in found)])
        url = f"{reverse('admin:partner_import')}?{query}"
        return Told("These are the prices by the partner's terms.", level="info", goto=url)

    unlink = unlink
    export_csv = export_csv  # the last button of the bulk bar

    # --- page

    def summary(self, request: HttpRequest, obj: Variant) -> dict[str, Any]:
        stock = sources.stock_of([obj]).get(obj.pk)
        theirs, ours = partner_listing(obj), own_listing(obj)
        return {
            "heading": obj.full_title,
            "head_note": copyable(obj.sku),
            "stock": stock,
            "badges": ["Archived"] if obj.archived_at else [stock.word] if stock else [],
            "theirs": theirs,
            "ours": ours,
            "margin": margin_percent(obj),
            "price_changed": bool(theirs and ours and theirs.price != ours.cost),
            "refs": refs_of(obj),
            "incoming": sources.incoming_of([obj]).get(obj.pk),
            "places": sources.places_of(obj),
            "facts": product_facts(obj),
            "last": sources.last_change(obj, request),
            "partner_url": page_of(obj.product.source_partner, request),
            "siblings": siblings_of(obj),
        }


def partner_listing(variant: Variant) -> Listing | None:
    """The partner's side; its connection is that of the product's partner."""
    partner = variant.product.source_partner
    wanted = partner.connection_id if partner else None
    rows = [row for row in variant.listings.all() if row.connection_id == wanted]
    return rows[0] if rows and wanted else None


def own_listing(variant: Variant) -> Listing | None:
    """The side of our own store; what an ERP or another warehouse calls it is neither side."""
    ours = own_stores()
    rows = [row for row in variant.listings.all() if not row.missing_since]
    return next((row for row in rows if row.connection_id in ours), None)


def margin_percent(variant: Variant) -> int | None:
    """What is left of our price, in whole percent; None while a price is missing."""
    theirs = partner_listing(variant)
    if not theirs or theirs.cost is None or not variant.price or variant.price <= 0:
        return None
    if theirs.currency != variant.currency:
        return None
    return round(margin(variant.price, theirs.cost) * 100)


def refs_of(variant: Variant) -> list[dict[str, Any]]:
    """Every id the variant has elsewhere."""
    rows = [
        {
            "system": row.connection.name,
            "what": "Variant",
            "external_id": row.external_id,
            "shown": short_id(row.external_id),
            "sku": row.sku,
            "price": money(row.price, row.currency),
            "seen": when(row.seen_at),
            "is_missing": bool(row.missing_since),
        }
        for row in variant.listings.all()
    ]
    rows += [
        {"system": one.system, "what": "In orders", "sku": one.sku, "price": NOTHING}
        for one in names_of(variant)
        if one.of_orders
    ]
    kind = ContentType.objects.get_for_model(Product)
    found = ExternalRef.objects.filter(content_type=kind, object_id=variant.product_id)
    for ref in found.select_related("connection"):
        name, seen = ref.connection.name, when(ref.seen_at)
        rows.append(
            {
                "system": name,
                "what": "Product",
                "external_id": ref.external_id,
                "shown": short_id(ref.external_id),
                "seen": seen,
            }
        )
    return rows


def siblings_of(variant: Variant) -> list[Variant]:
    """The other variants of the product."""
    return list(variant.product.variants.exclude(pk=variant.pk).order_by("pk")[:50])
