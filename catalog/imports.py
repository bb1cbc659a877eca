"""Files about the catalog: variants, and which variant of ours a listing is."""

from catalog.importing.listings import ListingImport
from catalog.importing.variants import VariantImport

__all__ = ["ListingImport", "VariantImport"]
