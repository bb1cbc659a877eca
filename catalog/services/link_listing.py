"""Saying by hand that what a partner lists under another SKU is a variant of ours."""

from collections import defaultdict
from collections.abc import Sequence

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from catalog.models import Listing, UnmatchedSku, Variant
from catalog.services.unmatched import forget_unmatched


class CannotLink(Exception):
    """Nothing was linked; the text is a sentence for staff."""


def listing_of(row: UnmatchedSku) -> Listing | None:
    """Their listing of this SKU, where it is the only one and not linked yet."""
    return listings_of([row]).get(row.pk)


def listings_of(rows: Sequence[UnmatchedSku]) -> dict[int, Listing]:
    """The same for many rows, by the keys of those that have one, by one query."""
    named = [row for row in rows if row.source == UnmatchedSku.Source.STOCK]
    found: dict[tuple[int, str], list[Listing]] = defaultdict(list)
    stores = {row.connection_id for row in named}
    for one in Listing.objects.filter(connection__in=stores, sku__in={row.sku for row in named}):
        found[one.connection_id, one.sku].append(one)
    theirs = {row.pk: found[row.connection_id, row.sku] for row in named}
    return {
        pk: listings[0]
        for pk, listings in theirs.items()
        if len(listings) == 1 and listings[0].variant_id is None
    }


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
