"""SKUs somebody names that no variant of ours has, and those staff gave a meaning."""

from django.conf import settings
from django.db import models

from catalog.models.products import Variant
from integrations.models import Connection
from integrations.models.base import Stamped, one_of


class UnmatchedSource(models.TextChoices):
    STOCK = "stock", "Stock"
    ORDER = "order", "Orders"
    PURCHASE = "purchase", "Purchase orders"


class UnmatchedSku(Stamped):
    """A SKU a connection keeps naming that is no variant of ours; the row goes when it is settled.

    `count` is how often it was seen, `reason` why it matches nothing, in a sentence. What staff
    ignore (`ignored_at`, `ignored_by`) is not counted or listed again until they take it back.
    """

    Source = UnmatchedSource

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="unmatched_skus")
    source = models.CharField(max_length=10, choices=UnmatchedSource)
    sku = models.CharField(max_length=255)
    reason = models.CharField(max_length=300)
    count = models.PositiveIntegerField(default=0)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    ignored_at = models.DateTimeField(null=True)
    ignored_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        verbose_name = "unmatched SKU"
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "source", "sku"], name="unmatchedsku_unique"
            ),
            one_of("source", UnmatchedSource, "unmatchedsku_source_known"),
        ]
        indexes = [models.Index(fields=["-last_at"], name="unmatchedsku_newest")]

    def __str__(self) -> str:
        return self.sku


class SkuAlias(Stamped):
    """What a store writes on its orders for a variant of ours, by a person's word.

    A partner's or the ERP's own name for it is a Listing; a store's listing has its SKU already.
    """

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="sku_aliases")
    sku = models.CharField(max_length=255)
    variant = models.ForeignKey(Variant, models.CASCADE, related_name="sku_aliases")

    class Meta:
        verbose_name = "SKU alias"
        verbose_name_plural = "SKU aliases"
        constraints = [
            models.UniqueConstraint(fields=["connection", "sku"], name="skualias_unique")
        ]

    def __str__(self) -> str:
        return self.sku
