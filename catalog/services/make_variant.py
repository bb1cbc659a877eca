"""A product of our own shelf for a SKU that somebody names and no variant has."""

import hashlib
from decimal import Decimal

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.text import slugify

from catalog.models import Product, UnmatchedSku, Variant
from catalog.services.own_store import has_catalog, own_currency
from catalog.services.unmatched import waiting
from catalog.skus import MAX_LENGTH, find_variant

PERMISSION = "catalog.add_product"


class CannotMake(Exception):
    """Nothing was made; the text is a sentence for staff."""


def can_make(row: UnmatchedSku) -> bool:
    """Whether a variant with exactly this SKU is what it would match from then on.

    A partner's own product is imported from their catalog instead: with its price and its link.
    """
    return row.source != UnmatchedSku.Source.STOCK or not has_catalog(row.connection)


def make_variant(row: UnmatchedSku, title: str, price: Decimal | None, user: User) -> Variant:
    """A product with one variant that has this SKU; `price` is ours, in our currency.

    It is no partner's: orders for it go to our own shelf. Raises CannotMake with a sentence, and
    PermissionDenied.
    """
    if not user.has_perm(PERMISSION):
        raise PermissionDenied("You may not create products.")
    sku = row.sku.strip()
    if not can_make(row):
        raise CannotMake(f"{sku} is a product of {row.connection}. Import it from their catalog.")
    if not sku or len(sku) > MAX_LENGTH:
        raise CannotMake(f"Our SKUs have 1 to {MAX_LENGTH} characters; this has {len(sku)}.")
    try:
        with transaction.atomic():
            variant = _make(sku, title.strip(), price)
            settled = Q(connection=row.connection) | Q(source=UnmatchedSku.Source.ORDER)
            waiting().filter(settled, sku=row.sku).delete()
    except IntegrityError:
        raise CannotMake(f"There is a variant {sku} already.") from None
    return variant


def _make(sku: str, title: str, price: Decimal | None) -> Variant:
    alike, _ = find_variant(sku)
    if alike is not None:
        raise CannotMake(f"There is a variant {alike} already; link it instead.")
    digest = hashlib.sha256(sku.encode()).hexdigest()[:8]
    handle = "-".join(filter(None, ["own", slugify(sku), digest]))
    product = Product.objects.create(title=title[:255], handle=handle)
    return Variant.objects.create(product=product, sku=sku, price=price, currency=own_currency())
