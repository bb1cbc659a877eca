"""Our SKU of a partner's variant, and finding a variant by a SKU somebody sent."""

import re
import unicodedata
from collections.abc import Sequence

from catalog.models import SkuAlias, Variant, normalize_sku

MAX_LENGTH = 100
_OURS = re.compile(r"PARTNER-([a-z0-9]{2,24})-(.+)", re.DOTALL)


def build_sku(code: str, their_sku: str) -> str:
    """`PARTNER-{code}-{their sku}`. Raises ValueError with a sentence if there can be none."""
    theirs = their_sku.strip()
    if not theirs:
        raise ValueError("It has no SKU at the partner.")
    sku = f"PARTNER-{code}-{theirs}"
    if len(sku) > MAX_LENGTH:
        raise ValueError(f"Our SKU would have {len(sku)} characters; at most {MAX_LENGTH} fit.")
    return sku


def parse_sku(sku: str) -> tuple[str, str] | None:
    """The partner's code and their SKU, or None if this is not one of ours."""
    match = _OURS.fullmatch(sku)
    return (match[1], match[2]) if match else None


def find_variant(sku: str) -> tuple[Variant | None, str]:
    """The variant with exactly this SKU, else the only one with the same normalized key.

    Returns it with an empty reason, or None with a sentence that says why.
    """
    if not sku.strip():
        return None, "The line has no SKU."
    exact = Variant.objects.select_related("product").filter(sku=sku).first()
    if exact:
        return exact, ""
    same_key = Variant.objects.select_related("product").filter(sku_key=normalize_sku(sku)[:100])
    found = list(same_key.order_by("pk")[:3])
    if len(found) == 1:
        return found[0], ""
    if found:
        return None, several_match(sku, [variant.sku for variant in found])
    return None, no_match(sku)


def find_at(connection_id: int | None, sku: str) -> tuple[Variant | None, str]:
    """As `find_variant`; where that finds none, what staff said this store means by it."""
    variant, reason = find_variant(sku)
    if variant is None and connection_id:
        said = SkuAlias.objects.filter(connection=connection_id, sku=sku[:255])
        if alias := said.select_related("variant__product").first():
            return alias.variant, ""
    return variant, reason


def several_match(sku: str, ours: Sequence[str]) -> str:
    """Why a SKU means none of these of ours, in a sentence that names the first three."""
    return f"More than one product variant matches SKU {sku}: {', '.join(ours[:3])}."


def no_match(sku: str) -> str:
    """Why a SKU matches nothing, in a sentence; characters nobody sees are named."""
    if not sku.strip():
        return "The row has no SKU."
    return f"No product variant found for SKU {sku}.{_odd_characters(sku)}"


def _odd_characters(sku: str) -> str:
    """What makes a SKU look like another one it is not: invisible or foreign letters."""
    hidden = [c for c in sku if unicodedata.category(c) in ("Cf", "Cc")]
    if hidden:
        return f" It has a character that cannot be seen (U+{ord(hidden[0]):04X})."
    scripts = {_script(c) for c in sku if c.isalpha()}
    if len(scripts) > 1 and (other := next((c for c in sku if c.isalpha() and ord(c) > 127), "")):
        return f" Its {other} is {unicodedata.name(other, 'an unknown letter').capitalize()}."
    return ""


def _script(letter: str) -> str:
    return unicodedata.name(letter, "UNKNOWN").split()[0]
