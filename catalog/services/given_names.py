"""The names staff gave a variant at other systems, and taking one back."""

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied

from catalog.models import Listing, SkuAlias, Variant
from catalog.services.own_store import without_catalog

PERMISSION = "catalog.import_product"


class CannotForget(Exception):
    """Nothing was taken back; the text is a sentence for staff."""


@dataclass(frozen=True)
class GivenName:
    """What a system calls a variant by a person's word; `key` names it in a form."""

    key: str
    sku: str
    system: str
    of_orders: bool


def names_of(variant: Variant) -> list[GivenName]:
    """Of systems without a catalog, then of stores' orders; two queries."""
    listings = Listing.objects.filter(
        variant=variant, connection__provider__in=without_catalog()
    ).select_related("connection")
    aliases = SkuAlias.objects.filter(variant=variant).select_related("connection")
    return [
        *(GivenName(f"l{one.pk}", one.sku, one.connection.name, False) for one in listings),
        *(GivenName(f"a{one.pk}", one.sku, one.connection.name, True) for one in aliases),
    ]


def forget_name(variant: Variant, key: str, user: User) -> GivenName:
    """They no longer mean this variant by it. Numbers and orders that came by it stay as they are.

    Raises CannotForget with a sentence, and PermissionDenied.
    """
    if not user.has_perm(PERMISSION):
        raise PermissionDenied("You may not unlink names.")
    name = next((one for one in names_of(variant) if one.key == key), None)
    if name is None:
        raise CannotForget(f"That is no name of {variant} any more.")
    if name.of_orders:
        SkuAlias.objects.filter(pk=key[1:], variant=variant).delete()
    else:
        Listing.objects.filter(pk=key[1:], variant=variant).update(variant=None)
    return name
