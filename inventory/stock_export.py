"""Stock as files: the levels of a list, and the ledger behind them; safe for a spreadsheet."""

from typing import Any

from django.db.models import QuerySet
from import_export import fields

from catalog.resources import SafeResource, as_moment
from inventory.models import StockChange, StockLevel


class StockResource(SafeResource):
    """Levels; `quantity` is what is available. Our own may be brought in again as they are."""

    numbers = ("quantity", "on_hand", "allocated", "in_transit")
    moments = ("as_of",)

    sku = fields.Field("variant__sku", "sku")
    product = fields.Field("variant__product__title", "product")
    title = fields.Field("variant__title", "title")
    location = fields.Field("location__name", "location")
    connection = fields.Field("location__connection__slug", "connection")
    quantity = fields.Field("available", "quantity")
    as_of = fields.Field(column_name="as_of")

    class Meta:
        model = StockLevel
        fields = export_order = (
            *("sku", "product", "title", "location", "connection", "quantity", "on_hand"),
            *("allocated", "in_transit", "as_of"),
        )

    def with_related(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Variant and location."""
        return rows.select_related("variant__product", "location__connection")

    def dehydrate_as_of(self, level: StockLevel) -> str:
        """When it was last counted or said."""
        return as_moment(level.as_of)


class LedgerResource(SafeResource):
    """Changes of levels, one a row."""

    numbers = ("before", "after", "change", "on_hand_before", "on_hand_after")
    moments = ("at",)

    at = fields.Field(column_name="at")
    sku = fields.Field("variant__sku", "sku")
    location = fields.Field("level__location__name", "location")
    reason = fields.Field(column_name="reason")
    change = fields.Field(column_name="change")
    by = fields.Field("user__username", "by")
    run = fields.Field("run_id", "run")

    class Meta:
        model = StockChange
        fields = export_order = (
            *("at", "sku", "location", "reason", "before", "after", "change", "on_hand_before"),
            *("on_hand_after", "note", "by", "run"),
        )

    def with_related(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Variant, location and person."""
        return rows.select_related("variant", "level__location", "user")

    def dehydrate_at(self, change: StockChange) -> str:
        """When."""
        return as_moment(change.at)

    def dehydrate_reason(self, change: StockChange) -> str:
        """The words of the ledger."""
        return str(change.get_reason_display())

    def dehydrate_change(self, change: StockChange) -> str:
        """Units more or fewer."""
        return str(change.after - (change.before or 0))
