"""What our own store answered, kept as its listings."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from catalog.models import Listing, normalize_sku
from catalog.services.new_products import publish_digest
from integrations.models import Connection
from integrations.types import NewProduct, NewVariant, RemoteProduct, RemoteVariant


@transaction.atomic
def settle_published(
    own: Connection,
    told: NewProduct,
    answer: RemoteProduct,
    sources: Mapping[str, Listing],
    now: datetime,
) -> set[str]:
    """Link each variant to its id in our store, found by SKU; returns the SKUs not in the answer.

    `sources` are the partner's listings by our SKU. The store may have given a variant another id
    (it follows the options): the row that had it lets go first.
    """
    answered = {variant.sku: variant for variant in answer.variants}
    found = [v for v in told.variants if v.sku in answered]
    _let_go(own, [(sources[v.sku].variant_id, answered[v.sku].external_id) for v in found], now)
    for variant in found:
        _write(own, told, variant, answer, answered[variant.sku], sources[variant.sku], now)
    return {v.sku for v in told.variants} - set(answered)


def _let_go(own: Connection, wanted: list[tuple[int | None, str]], now: datetime) -> None:
    ids = dict(wanted)
    linked = Listing.objects.filter(connection=own, variant__in=ids)
    for row in linked:
        if ids[row.variant_id] != row.external_id:
            Listing.objects.filter(pk=row.pk).update(
                variant=None, published_quantity=None, missing_since=now
            )


def _write(
    own: Connection,
    told: NewProduct,
    variant: NewVariant,
    answer: RemoteProduct,
    remote: RemoteVariant,
    source: Listing,
    now: datetime,
) -> None:
    facts = {
        "external_product_id": answer.external_id,
        "external_item_id": remote.item_id,
        "sku": variant.sku,
        "sku_key": normalize_sku(variant.sku),
        "title": told.title,
        "variant_title": source.variant_title,
        "price": variant.price,
        "cost": variant.cost,
        "currency": told.currency,
        "image_url": told.image_url,
        "remote_status": answer.status.lower()[:20],
        "variant": source.variant,
        "seen_at": now,
        "missing_since": None,
        "digest": publish_digest(told, variant),
    }
    Listing.objects.update_or_create(connection=own, external_id=remote.external_id, defaults=facts)
