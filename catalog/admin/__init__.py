"""The admin of the catalog: partners and terms, the partner catalog, products and variants."""

from catalog.admin import (
    catalog_page,
    export,
    for_inbox,
    import_page,
    listing_csv,
    partners,
    run_words,
    search,
    unmatched,
    variants,
)

__all__ = [
    "catalog_page",
    "export",
    "for_inbox",
    "import_page",
    "listing_csv",
    "partners",
    "run_words",
    "search",
    "unmatched",
    "variants",
]
