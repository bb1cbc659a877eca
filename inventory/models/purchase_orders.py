"""PurchaseOrder: what we buy, mirrored from the ERP, or entered by hand where there is none."""

from django.db import models
from django.db.models import Q

from catalog.models import Variant
from catalog.models.values import Money
from integrations.models import Connection
from integrations.models.base import Stamped, one_of
from integrations.models.trigrams import TrigramIndex


class PurchaseOrderStatus(models.TextChoices):
    DRAFT = "draft", "Draft"
    ORDERED = "ordered", "Ordered"
    PENDING = "pending", "Pending"
    RECEIVED = "received", "Received"
    COMPLETED = "completed", "Completed"
    CANCELED = "canceled", "Canceled"


# Units of these are on their way to us. A draft is a plan, not a promise.
OPEN_STATUSES = (PurchaseOrderStatus.ORDERED, PurchaseOrderStatus.PENDING)


class PurchaseOrder(Stamped):
    """With a connection it is theirs and written by `import_purchase_orders` alone; their id and
    their last words are in its ExternalRef. Without one it is ours.

    Dates are theirs, without a zone. `total` is in `currency`, which is empty where they do not
    say it. `status_known` is False where their word, `status_raw`, is none we know: then `status`
    is the last one we understood, or pending. `tracking` is a list of {number, carrier,
    shipped_on}. `ordered_units` and `received_units` are the sums of its lines.
    """

    Status = PurchaseOrderStatus

    connection = models.ForeignKey(
        Connection, models.PROTECT, null=True, blank=True, related_name="purchase_orders"
    )
    number = models.CharField(max_length=100)
    status = models.CharField(max_length=10, choices=PurchaseOrderStatus)
    status_raw = models.CharField(max_length=60, blank=True)
    status_known = models.BooleanField(default=True, db_default=True, editable=False)
    supplier = models.CharField(max_length=200, blank=True)
    warehouse = models.CharField(max_length=120, blank=True)
    ordered_on = models.DateField(null=True, blank=True)
    expected_on = models.DateField(null=True, blank=True)
    total = Money(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    tracking = models.JSONField(default=list, blank=True)
    ordered_units = models.PositiveIntegerField(default=0)
    received_units = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        permissions = [("import_purchaseorder", "Can import purchase orders from a file")]
        constraints = [
            models.UniqueConstraint(
                fields=["number"],
                condition=Q(connection__isnull=True),
                name="purchaseorder_own_number_unique",
            ),
            one_of("status", PurchaseOrderStatus, "purchaseorder_status_known"),
        ]
        indexes = [
            models.Index(fields=["status", "expected_on"], name="purchaseorder_expected"),
            models.Index(fields=["number"], name="purchaseorder_number"),
            models.Index(fields=["connection", "-id"], name="purchaseorder_connection"),
            TrigramIndex(fields=["number"], name="purchaseorder_number_parts"),
            TrigramIndex(fields=["supplier"], name="purchaseorder_supplier_parts"),
        ]

    def __str__(self) -> str:
        return self.number


class PurchaseOrderLine(models.Model):
    """`variant` is empty while no variant of ours has this SKU. Quantities are units."""

    purchase_order = models.ForeignKey(PurchaseOrder, models.CASCADE, related_name="lines")
    external_id = models.CharField(max_length=100)
    variant = models.ForeignKey(
        Variant, models.SET_NULL, null=True, blank=True, related_name="purchase_order_lines"
    )
    sku = models.CharField(max_length=255)
    title = models.CharField(max_length=255, blank=True)
    ordered = models.PositiveIntegerField()
    received = models.PositiveIntegerField(default=0)
    unit_cost = Money(null=True, blank=True)
    expected_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["purchase_order", "external_id"], name="purchaseorderline_unique"
            )
        ]
        indexes = [
            models.Index(fields=["sku"], name="purchaseorderline_sku"),
            TrigramIndex(fields=["sku"], name="purchaseorderline_sku_parts"),
        ]

    def __str__(self) -> str:
        return f"{self.ordered} of {self.sku}"

    @property
    def outstanding(self) -> int:
        """Units still to come; more received than ordered is none."""
        return max(0, self.ordered - self.received)
