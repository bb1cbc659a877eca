"""Listing: a variant as it exists at a connection, a partner's store or ours."""

from django.db import models
from django.db.models import Q

from catalog.models.products import Variant
from catalog.models.values import Money
from integrations.models import Connection
from integrations.models.base import Stamped


class Listing(Stamped):
    """A variant as it exists at a connection.

    Partner side: `price` is what they charge, `cost` what we pay (the same today), `variant` empty
    while not imported. Own-store side: `price` is ours, `published_quantity` what we last wrote.
    `image_url` and `attributes` let the catalog page show it without asking again.
    """

    connection = models.ForeignKey(Connection, models.PROTECT, related_name="listings")
    external_id = models.CharField(max_length=200)
    external_product_id = models.CharField(max_length=200)
    external_item_id = models.CharField(max_length=200, blank=True)
    sku = models.CharField(max_length=255, blank=True)
    sku_key = models.CharField(max_length=255, blank=True, editable=False)
    title = models.CharField(max_length=255)
    variant_title = models.CharField(max_length=255, blank=True)
    attributes = models.JSONField(default=dict, blank=True)
    price = Money(null=True)
    cost = Money(null=True)
    currency = models.CharField(max_length=3)
    image_url = models.URLField(max_length=500, blank=True)
    remote_status = models.CharField(max_length=20, blank=True)
    available = models.IntegerField(null=True)
    variant = models.ForeignKey(
        Variant, models.SET_NULL, null=True, blank=True, related_name="listings"
    )
    published_quantity = models.IntegerField(null=True)
    published_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField()
    missing_since = models.DateTimeField(null=True)
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "external_id"], name="listing_external_unique"
            ),
            models.UniqueConstraint(
                fields=["connection", "variant"],
                condition=Q(variant__isnull=False),
                name="listing_variant_unique",
            ),
        ]
        indexes = [
            models.Index(fields=["connection", "sku_key"], name="listing_sku_key"),
            models.Index(fields=["external_item_id"], name="listing_item"),
        ]

    def __str__(self) -> str:
        return self.sku or self.title
