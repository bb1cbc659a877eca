"""What may leave as a table: variants and listings, safe to open in a spreadsheet."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from import_export import fields, resources

from catalog.models import Listing, Variant
from integrations.importing.formulas import escape_formula


class SafeResource(resources.ModelResource):  # type: ignore[misc]
    """Text cells are escaped; the columns named in `numbers` stay numbers.

    Rows come in chunks: `with_related` says what is read along, `prepare` gets each chunk.
    The heads of the columns named in `moments` say the zone of their times.
    """

    numbers: tuple[str, ...] = ()
    moments: tuple[str, ...] = ()

    def with_related(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """With what the columns need."""
        return rows

    def prepare(self, rows: list[Any]) -> None:
        """Read what no join gives, for all of them together."""

    def get_export_headers(self, selected_fields: Any = None) -> list[str]:
        """The names of the columns."""
        zone = timezone.get_current_timezone_name()
        names = super().get_export_headers(selected_fields)
        return [f"{name} ({zone})" if name in self.moments else name for name in names]

    def export_field(self, field: Any, instance: Any, **kwargs: Any) -> Any:
        """One cell."""
        value = super().export_field(field, instance, **kwargs)
        is_text = isinstance(value, str) and field.column_name not in self.numbers
        return escape_formula(value) if is_text else value


def as_moment(at: datetime | None) -> str:
    """2026-11-20 04:00, in the zone the pages are in, as spreadsheets read it."""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""


class VariantResource(SafeResource):
    """Variants as the list of products shows them; prices in the currency of their row."""

    numbers = ("price", "their_price", "buffer")

    product = fields.Field("product__title", "product")
    partner = fields.Field("product__source_partner__code", "partner")
    their_price = fields.Field(column_name="their_price")
    is_archived = fields.Field(column_name="archived")

    class Meta:
        model = Variant
        fields = export_order = (
            *("sku", "product", "title", "barcode", "partner", "their_price", "price"),
            *("currency", "buffer", "thc", "batch", "certificate_url", "is_archived"),
        )

    def with_related(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Product, partner and listings."""
        return rows.select_related("product__source_partner").prefetch_related("listings")

    def dehydrate_their_price(self, variant: Variant) -> str:
        """The price at the partner, if it has the variant."""
        partner = variant.product.source_partner
        wanted = partner.connection_id if partner else None
        prices = [row.price for row in variant.listings.all() if row.connection_id == wanted]
        return str(prices[0]) if wanted and prices and prices[0] is not None else ""

    def dehydrate_is_archived(self, variant: Variant) -> str:
        """Words, since a spreadsheet shows them."""
        return "yes" if variant.archived_at else "no"


class ListingResource(SafeResource):
    """Listings as the partner catalog shows them, with the variant of ours each is."""

    numbers = ("price", "available")
    moments = ("seen",)

    connection = fields.Field("connection__slug", "connection")
    our_sku = fields.Field("variant__sku", "our_sku")
    product = fields.Field("title", "product")
    title = fields.Field("variant_title", "title")
    seen = fields.Field(column_name="seen")

    class Meta:
        model = Listing
        fields = export_order = (
            *("connection", "external_id", "sku", "our_sku", "product", "title", "price"),
            *("currency", "available", "seen"),
        )

    def with_related(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Connection and variant."""
        return rows.select_related("connection", "variant")

    def dehydrate_seen(self, listing: Listing) -> str:
        """When they last listed it."""
        return as_moment(listing.seen_at)
