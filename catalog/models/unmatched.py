"""UnmatchedSku: a SKU somebody keeps naming that no variant of ours has."""

from django.db import models

from integrations.models import Connection
from integrations.models.base import Stamped, one_of


class UnmatchedSource(models.TextChoices):
    STOCK = "stock", "Stock"
    ORDER = "order", "Orders"


class UnmatchedSku(Stamped):
    """A SKU a connection keeps naming that is no variant of ours; the row goes when it is settled.

    `count` is how often it was seen, `reason` why it matches nothing, in a sentence.
    """

    Source = UnmatchedSource

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="unmatched_skus")
    source = models.CharField(max_length=10, choices=UnmatchedSource)
    sku = models.CharField(max_length=255)
    reason = models.CharField(max_length=300)
    count = models.PositiveIntegerField(default=0)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

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
