"""Saying by hand that what a partner, the ERP or a store calls by another SKU is ours."""

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from catalog.models import Listing, SkuAlias, UnmatchedSku, Variant, normalize_sku
from catalog.services.own_store import has_catalog
from catalog.services.unmatched import waiting

Source = UnmatchedSku.Source


class CannotLink(Exception):
    """Nothing was linked; the text is a sentence for staff."""


def listing_of(row: UnmatchedSku) -> Listing | None:
    """Their listing of this SKU, where it is the only one and not linked yet."""
    if row.source != Source.STOCK:
        return None
    found = list(Listing.objects.filter(connection=row.connection_id, sku=row.sku)[:2])
    return found[0] if len(found) == 1 and found[0].variant_id is None else None


def link_sku(row: UnmatchedSku, variant: Variant, user: User) -> Listing | SkuAlias:
    """What they call so is this variant: from the next run, or the next routing, on.

    Where the system has no catalog a listing is made that says so: its `external_id` is their SKU.
    What a store writes on its orders becomes an alias. Raises CannotLink with a sentence, and
    PermissionDenied.
    """
    if not user.has_perm("catalog.import_product"):
        raise PermissionDenied("You may not link products.")
    try:
        with transaction.atomic():
            linked = _link(row, variant)
            _settle(row)
    except IntegrityError:
        raise CannotLink(
            f"{variant} is linked to something else at {row.connection} already."
        ) from None
    return linked


def _link(row: UnmatchedSku, variant: Variant) -> Listing | SkuAlias:
    if row.source == Source.ORDER:
        return _name_on_orders(row, variant)
    if has_catalog(row.connection):
        return _link_theirs(row, variant)
    return _make_listing(row, variant)


def _settle(row: UnmatchedSku) -> None:
    """What this connection names so is settled, on its orders or in all its answers."""
    same = waiting().filter(connection=row.connection, sku=row.sku)
    of_orders = Q(source=Source.ORDER)
    same.filter(of_orders if row.source == Source.ORDER else ~of_orders).delete()


def _name_on_orders(row: UnmatchedSku, variant: Variant) -> SkuAlias:
    alias, is_new = SkuAlias.objects.get_or_create(
        connection=row.connection, sku=row.sku, defaults={"variant": variant}
    )
    if not is_new and alias.variant_id != variant.pk:
        raise CannotLink(f"{row.sku} of {row.connection} is {alias.variant} already.")
    return alias


def _link_theirs(row: UnmatchedSku, variant: Variant) -> Listing:
    listing = listing_of(row)
    if listing is None:
        raise CannotLink(f"{row.connection} does not list {row.sku} just once. Import it instead.")
    if not Listing.objects.filter(pk=listing.pk, variant=None).update(variant=variant):
        raise CannotLink(f"{row.sku} is linked already.")
    return listing


def _make_listing(row: UnmatchedSku, variant: Variant) -> Listing:
    """A listing of their SKU, or the one there was, which no longer had a variant."""
    now = timezone.now()
    facts = {
        "external_product_id": "",
        "sku": row.sku,
        "sku_key": normalize_sku(row.sku)[:255],
        "title": variant.full_title[:255],
        "currency": variant.currency,
        "seen_at": now,
    }
    listing, is_new = Listing.objects.get_or_create(
        connection=row.connection,
        external_id=row.sku[:200],
        defaults={**facts, "variant": variant},
    )
    free = Listing.objects.filter(pk=listing.pk, variant=None)
    if not is_new and not free.update(variant=variant, **facts):
        raise CannotLink(f"{row.sku} is linked already.")
    return listing
