"""What of purchase orders may leave as a table."""

from django.db.models import QuerySet
from import_export import fields

from catalog.resources import SafeResource
from inventory.models import PurchaseOrder


class PurchaseOrderResource(SafeResource):
    """Purchase orders as their list shows them; totals in the currency of their row."""

    numbers = ("total", "units_ordered", "units_received")

    status = fields.Field("get_status_display", "status")
    units_ordered = fields.Field("ordered_units", "units_ordered")
    units_received = fields.Field("received_units", "units_received")

    class Meta:
        model = PurchaseOrder
        fields = export_order = (
            *("number", "supplier", "warehouse", "status", "ordered_on", "expected_on"),
            *("units_ordered", "units_received", "total", "currency"),
        )

    def with_related(self, rows: QuerySet[PurchaseOrder]) -> QuerySet[PurchaseOrder]:
        """Nothing else is read."""
        return rows
