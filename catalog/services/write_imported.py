"""Our own rows of an import: products, variants and their links, written before any call."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils.text import slugify

from catalog.models import Listing, Partner, Product, Variant, normalize_sku
from catalog.services.follow_warehouse import brand_of, facts_of
from catalog.services.new_products import describe, lead_of, new_variant
from catalog.services.partners import is_warehouse
from catalog.services.preview_import import ImportPlan, ImportRow
from integrations.models import ExternalRef
from integrations.types import NewProduct

HANDLE_LENGTH = 255


@transaction.atomic
def write_imported(plan: ImportPlan, rows: Sequence[ImportRow]) -> dict[int, list[ImportRow]]:
    """Write product, variants and links of one partner product; returns the rows by our product.

    Safe to repeat: the product is found by their id, a variant by its link or its SKU.
    """
    product = find_or_make_product(plan.partner, [row.listing for row in rows])
    by_product = defaultdict(list)
    for row in rows:
        variant = _write_variant(plan, product, row)
        _link(row.listing, variant)
        by_product[variant.product_id].append(row)
    return by_product


def find_or_make_product(partner: Partner, listings: Sequence[Listing]) -> Product:
    """The product made from their product before, else a new one under a free handle."""
    first = listings[0]
    refs = ExternalRef.objects.filter(
        connection=first.connection,
        kind=ExternalRef.Kind.PRODUCT,
        external_id=first.external_product_id,
    )
    ref = refs.first()
    known = Product.objects.filter(pk=ref.object_id).first() if ref else None
    if known:
        return known
    product = _make_product(partner, first)
    refs.delete()
    ExternalRef.objects.create(
        connection=first.connection,
        kind=ExternalRef.Kind.PRODUCT,
        external_id=first.external_product_id,
        content_type=ContentType.objects.get_for_model(Product),
        object_id=product.pk,
    )
    return product


def _make_product(partner: Partner, lead: Listing) -> Product:
    vendor = lead.attributes.get("vendor", "") if is_warehouse(lead.connection) else ""
    return Product.objects.create(
        title=lead.title,
        source_partner=partner,
        handle=free_handle(partner, lead),
        description=lead.attributes.get("description", ""),
        brand=brand_of(vendor),
    )


def free_handle(partner: Partner, lead: Listing) -> str:
    """`{code}-{their handle}`, with a number where another product has it already."""
    theirs = lead.attributes.get("handle") or slugify(lead.title) or "product"
    base = f"{partner.code}-{theirs}"[: HANDLE_LENGTH - 5]
    taken = set(Product.objects.filter(handle__startswith=base).values_list("handle", flat=True))
    handle, number = base, 1
    while handle in taken:
        number += 1
        handle = f"{base}-{number}"
    return handle


def _write_variant(plan: ImportPlan, product: Product, row: ImportRow) -> Variant:
    facts = {
        "title": row.listing.variant_title,
        "barcode": row.listing.attributes.get("barcode", ""),
        "price": row.price,
        "currency": plan.currency,
        "archived_at": None,
    }
    if row.variant:
        Variant.objects.filter(pk=row.variant.pk).update(**facts)
        return row.variant
    key = normalize_sku(row.sku)[:100]
    made, _ = Variant.objects.get_or_create(
        sku=row.sku,
        defaults={**facts, **facts_of(row.listing), "product": product, "sku_key": key},
    )
    return made


def _link(listing: Listing, variant: Variant) -> None:
    """One listing of a connection per variant: the one it replaces lets go first."""
    if listing.variant_id == variant.pk:
        return
    same_side = Listing.objects.filter(connection=listing.connection_id, variant=variant)
    same_side.exclude(pk=listing.pk).update(variant=None)
    Listing.objects.filter(pk=listing.pk).update(variant=variant)


def full_product(product: Product) -> tuple[NewProduct, dict[str, Listing]]:
    """The product with all its imported variants, and the partner listing behind each SKU.

    Our store replaces the variants of a product by those it is sent: always send them all.
    """
    linked = Listing.objects.filter(
        variant__product=product,
        variant__archived_at=None,
        connection__partner=product.source_partner_id,
    ).select_related("variant")
    rows = list(linked.order_by("variant_id"))
    siblings = Listing.objects.filter(
        connection__partner=product.source_partner_id,
        external_product_id__in={row.external_product_id for row in rows},
    )
    described = describe(lead_of(list(siblings)), product.handle)
    by_sku = {cast(Variant, row.variant).sku: row for row in rows}
    variants = tuple(
        new_variant(row, sku, row.variant.price)
        for sku, row in by_sku.items()
        if row.variant and row.variant.price is not None
    )
    return replace(described, variants=variants), by_sku
