"""What the catalog says on the page of a run: names for SKUs, and what an import came to."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse

from catalog.admin.links import list_of, page_of
from catalog.admin.terms_form import as_percent
from catalog.models import Listing, Partner, Product, Variant
from integrations.admin.run_words import Named, Story, name_rows, tell_run
from integrations.models import SyncChange, SyncRun

FLOWS = ("products", "stock", "publish_products", "publish_stock")
MOST_NAMED = 8


@name_rows
def names_of_skus(run: SyncRun, keys: Sequence[str], request: HttpRequest) -> Mapping[str, Named]:
    """The product behind a SKU, ours or the one the partner writes."""
    if run.flow not in FLOWS:
        return {}
    rows = Listing.objects.filter(connection=run.connection_id, sku__in=keys)
    listings = rows.select_related("variant").order_by("-pk")
    found = {row.sku: Named(str(_title_of(row)), page_of(row.variant, request)) for row in listings}
    variants = Variant.objects.filter(sku__in=keys).select_related("product")
    return found | {one.sku: Named(one.full_title, page_of(one, request)) for one in variants}


def _title_of(row: Listing) -> str:
    return ", ".join(filter(None, [row.title, row.variant_title]))


@tell_run
def story_of_import(run: SyncRun, request: HttpRequest) -> Story | None:
    """Three products imported at 30 %: which, where they are, and what comes next."""
    if run.flow != "publish_products" or "partner" not in run.params:
        return None
    if run.status not in (run.Status.COMPLETED, run.Status.PARTIAL, run.Status.FAILED):
        return None
    partner = Partner.objects.filter(pk=run.params["partner"]).first()
    products = _imported(run)
    if partner is None or not products:
        return None
    things = [Named(one.title, page_of(_first(one), request)) for one in products]
    step, link = _next_step(partner, request)
    return Story(
        f"{_sentence(run, len(products))} from {partner}{_at(run.params)}",
        things[:MOST_NAMED],
        max(0, len(things) - MOST_NAMED),
        _all_of(partner, request),
        step,
        link,
    )


def _imported(run: SyncRun) -> list[Product]:
    """The products whose variants this run wrote into our store."""
    done = SyncChange.objects.filter(run=run, outcome=SyncChange.Outcome.APPLIED)
    written = Q(variants__sku__in=done.values("key"))
    found = Product.objects.filter(written).distinct().order_by("title")
    return list(found.prefetch_related("variants"))


def _first(product: Product) -> Variant | None:
    return min(product.variants.all(), key=lambda variant: variant.pk, default=None)


def _sentence(run: SyncRun, count: int) -> str:
    some = "1 product" if count == 1 else f"{count} products"
    return f"{some} {'imported' if run.created else 'updated'}"


def _at(params: Mapping[str, Any]) -> str:
    markup = as_percent(Decimal(params["markup"]))
    return f" at {markup} %"


def _all_of(partner: Partner, request: HttpRequest) -> Named | None:
    listing = list_of(Variant, request)
    url = f"{listing}?product__source_partner__in={partner.pk}"
    return Named("Show products", url) if listing else None


def _next_step(partner: Partner, request: HttpRequest) -> tuple[str, Named | None]:
    if partner.terms_confirmed_at is None:
        step = (
            f"They are for sale in our store. Next: confirm the terms of {partner}; until then "
            "nothing is ordered from them."
        )
        url = page_of(partner, request)
        return step, Named("Open the terms", url) if url else None
    step = "They are for sale in our store as soon as their stock is read, within a minute or two."
    if not request.user.has_perm("catalog.view_listing"):
        return step, None
    url = f"{reverse('admin:partner_catalog')}?partner={partner.pk}"
    return step, Named("Import more", url)
