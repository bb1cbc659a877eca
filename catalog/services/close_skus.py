"""Which of our variants a SKU nobody has may mean: for a person to decide, never guessed by us."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

from django.db.models import Q

from catalog.models import Variant, normalize_sku
from catalog.skus import parse_sku

MOST_ASKED, MOST_READ, MOST_CLOSE = 50, 500, 2
ALIKE = 0.6


@dataclass(frozen=True)
class Close:
    """A variant that may be meant, and why; `likeness` from 0 to 1."""

    variant: Variant
    why: str
    likeness: float


def find_close(skus: Collection[str]) -> dict[str, list[Close]]:
    """Up to two variants for each of the first fifty SKUs, the likeliest first; by one query."""
    asked = list(dict.fromkeys(skus))[:MOST_ASKED]
    wanted = Q()
    for sku in asked:
        wanted |= Q(barcode=core_of(sku)) if core_of(sku) else Q()
        for part in parts_of(sku):
            wanted |= Q(sku__icontains=part)
    if not wanted:
        return {}
    rows = Variant.objects.filter(wanted, archived_at=None).select_related("product")
    candidates = list(rows.order_by("pk")[:MOST_READ])
    return {sku: close for sku in asked if (close := _closest(sku, candidates))}


def theirs_of(sku: str) -> str:
    """The part of a SKU that is the partner's own."""
    parsed = parse_sku(sku.strip())
    return parsed[1] if parsed else sku.strip()


def core_of(sku: str) -> str:
    """Letters and digits alone, the way of writing them apart."""
    return "".join(sign for sign in normalize_sku(theirs_of(sku)) if sign.isalnum())


def parts_of(sku: str) -> list[str]:
    """The parts that mean something, longest first: at least three letters or digits."""
    parts = re.findall(r"[^\W_]{3,}", normalize_sku(theirs_of(sku)))
    return sorted(dict.fromkeys(parts), key=len, reverse=True)[:3]


def _closest(sku: str, candidates: Iterable[Variant]) -> list[Close]:
    found = (_compare(sku, variant) for variant in candidates)
    alike = sorted(filter(None, found), key=lambda close: -close.likeness)
    return alike[:MOST_CLOSE]


def _compare(sku: str, variant: Variant) -> Close | None:
    core, ours = core_of(sku), core_of(variant.sku)
    if core and core == normalize_sku(variant.barcode):
        return Close(variant, "the same barcode", 1.0)
    if core == ours:
        return Close(variant, "the same SKU, written differently", 1.0)
    if not any(part in normalize_sku(variant.sku) for part in parts_of(sku)):
        return None
    likeness = SequenceMatcher(None, core, ours).ratio()
    return Close(variant, "a similar SKU", likeness) if likeness >= ALIKE else None
