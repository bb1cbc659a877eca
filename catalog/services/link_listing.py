"""Saying by hand that what a partner lists under another SKU is a variant of ours."""

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from catalog.models import Listing, UnmatchedSku, Variant
from catalog.services.unmatched import forget_unmatched


class CannotLink(Exception):
    """Nothing was linked; the text is a sentence for staff."""


def listing_of(row: UnmatchedSku) -> Listing | None:
    """Their listing of this SKU, where it is the only one and not linked yet."""
    if row.source != UnmatchedSku.Source.STOCK:
        return None
    found = list(Listing.objects.filter(connection=row.connection_id, sku=row.sku)[:2])
    return found[0] if len(found) == 1 and found[0].variant_id is None else None


def link_listing(row: UnmatchedSku, variant: Variant, user: User) -> Listing:
    """Their stock of this SKU counts for the variant from the next run on.

    Raises CannotLink with a sentence, and PermissionDenied.
    """
    if not user.has_perm("catalog.import_product"):
        raise PermissionDenied("You may not link products.")
    listing = listing_of(row)
    if listing is None:
        raise CannotLink(f"{row.connection} does not list {row.sku} just once. Import it instead.")
    free = Listing.objects.filter(pk=listing.pk, variant=None)
    try:
        with transaction.atomic():
            if not free.update(variant=variant):
                raise CannotLink(f"{row.sku} is linked already.")
    except IntegrityError:
        raise CannotLink(
            f"{variant} is linked to something else at {row.connection} already."
        ) from None
    forget_unmatched(row.source, [row.sku])
    return listing
