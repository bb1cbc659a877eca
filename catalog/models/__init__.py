"""The tables of the catalog: partners, what we sell, and each variant at each connection."""

from catalog.models.listings import Listing
from catalog.models.partners import (
    FIVE_PM,
    FRIDAY,
    Approval,
    Dispatch,
    OrderTrigger,
    Partner,
    Rounding,
    ShipTo,
)
from catalog.models.products import Brand, Product, Variant
from catalog.models.unmatched import SkuAlias, UnmatchedSku, UnmatchedSource
from catalog.models.values import Money, normalize_sku

__all__ = [
    "FIVE_PM",
    "FRIDAY",
    "Approval",
    "Brand",
    "Dispatch",
    "Listing",
    "Money",
    "OrderTrigger",
    "Partner",
    "Product",
    "Rounding",
    "ShipTo",
    "SkuAlias",
    "UnmatchedSku",
    "UnmatchedSource",
    "Variant",
    "normalize_sku",
]
