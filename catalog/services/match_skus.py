"""Which of our variants many SKUs of one connection mean; two queries for thousands of them."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from catalog.models import Listing, Variant, normalize_sku
from catalog.skus import no_match, several_match

MOST_ASKED = 5000


@dataclass
class Matches:
    """The variants found, by SKU as it was asked for; for every other SKU the reason."""

    variants: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)


def match_skus(connection_id: int, skus: Collection[str]) -> Matches:
    """What `catalog.skus.find_variant` finds for each, and first what staff said they mean there:
    a linked listing of the connection that has exactly this SKU."""
    matches = Matches()
    wanted = sorted(set(skus))
    for start in range(0, len(wanted), MOST_ASKED):
        some = wanted[start : start + MOST_ASKED]
        linked, by_key = _linked(connection_id, some), _by_key(some)
        for sku in some:
            variant_id, reason = _find(sku, linked, by_key)
            if variant_id is None:
                matches.reasons[sku] = reason
            else:
                matches.variants[sku] = variant_id
    return matches


def _linked(connection_id: int, skus: Collection[str]) -> Mapping[str, set[int]]:
    rows = Listing.objects.filter(connection=connection_id, sku__in=skus)
    found: dict[str, set[int]] = defaultdict(set)
    for sku, variant_id in rows.exclude(variant=None).values_list("sku", "variant_id"):
        found[sku].add(variant_id)
    return found


def _by_key(skus: Collection[str]) -> Mapping[str, dict[str, int]]:
    """Variants (SKU: pk) by their normalized SKU; an equal SKU has an equal key."""
    keys = {normalize_sku(sku)[:100] for sku in skus if sku.strip()}
    rows = Variant.objects.filter(sku_key__in=keys).order_by("pk")
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for key, sku, pk in rows.values_list("sku_key", "sku", "pk"):
        found[key][sku] = pk
    return found


def _find(
    sku: str, linked: Mapping[str, set[int]], by_key: Mapping[str, dict[str, int]]
) -> tuple[int | None, str]:
    if not sku.strip():
        return None, no_match(sku)
    if len(linked.get(sku, ())) == 1:
        return next(iter(linked[sku])), ""
    alike = by_key.get(normalize_sku(sku)[:100], {})
    if sku in alike:
        return alike[sku], ""
    if len(alike) == 1:
        return next(iter(alike.values())), ""
    if alike:
        return None, several_match(sku, list(alike))
    return None, no_match(sku)
