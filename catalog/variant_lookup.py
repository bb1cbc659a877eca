"""Many variants by the SKUs somebody typed, in one query."""

from collections.abc import Iterable

from catalog.models import Variant, normalize_sku
from catalog.skus import no_match, several_match


class VariantLookup:
    """As `find_variant` does it for one SKU: exactly, else by the one normalized key."""

    def __init__(self, skus: Iterable[str], *, related: tuple[str, ...] = ()) -> None:
        keys = {normalize_sku(sku)[:100] for sku in skus if sku.strip()}
        rows = Variant.objects.filter(sku_key__in=keys).order_by("pk")
        self.exact: dict[str, Variant] = {}
        self.by_key: dict[str, list[Variant]] = {}
        for variant in rows.select_related(*related) if related else rows:
            self.exact[variant.sku] = variant
            self.by_key.setdefault(variant.sku_key, []).append(variant)

    def get(self, sku: str) -> Variant | None:
        """The variant, or None where none or several could be meant."""
        alike = self.by_key.get(normalize_sku(sku)[:100], [])
        return self.exact.get(sku) or (alike[0] if len(alike) == 1 else None)

    def why_not(self, sku: str) -> str:
        """Why a SKU means nothing, in a sentence."""
        alike = self.by_key.get(normalize_sku(sku)[:100], [])
        if len(alike) > 1:
            return several_match(sku, [str(one) for one in alike])
        return no_match(sku)
