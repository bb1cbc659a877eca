"""What we sell: brands, products and their variants, one SKU each."""

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q

from catalog.models.partners import Partner
from catalog.models.values import Money, normalize_sku
from integrations.models.base import Stamped
from integrations.models.trigrams import TrigramIndex


class Brand(Stamped):
    """`payout_share` is the part of a paid line that goes to the brand (0.7 is 70 %)."""

    name = models.CharField(max_length=120)
    name_key = models.CharField(max_length=120, unique=True, editable=False)
    payout_share = models.DecimalField(max_digits=5, decimal_places=4, default=Decimal("0.7"))

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(payout_share__gte=0, payout_share__lte=1), name="brand_share_0_to_1"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Product(Stamped):
    named_by = "title"

    title = models.CharField(max_length=255)
    brand = models.ForeignKey(Brand, models.SET_NULL, null=True, blank=True)
    source_partner = models.ForeignKey(
        Partner, models.SET_NULL, null=True, blank=True, related_name="products"
    )
    handle = models.CharField(max_length=255, unique=True)
    description = models.TextField(blank=True)
    attributes = models.JSONField(default=dict, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        permissions = [("import_product", "Can import partner products")]
        indexes = [
            models.Index(fields=["title"], name="product_title"),
            TrigramIndex(fields=["title"], name="product_title_parts"),
        ]

    def __str__(self) -> str:
        return self.title


class Variant(Stamped):
    """What is sold, one SKU. `price` is ours, in `currency`; `buffer` overrides the partner's.

    `FACTS` are what law or trade want told of the batch the warehouse has now, as it says them:
    `thc` with its unit, `batch` (or lot), `certificate_url` (certificate of analysis).
    """

    named_by = "sku"

    product = models.ForeignKey(Product, models.PROTECT, related_name="variants")
    sku = models.CharField(max_length=100, unique=True)
    sku_key = models.CharField(max_length=100, editable=False)
    title = models.CharField(max_length=255, blank=True)
    barcode = models.CharField(max_length=60, blank=True)
    price = Money(null=True, blank=True)
    currency = models.CharField(max_length=3, default="USD")
    thc = models.CharField("THC", max_length=60, blank=True, default="", db_default="")
    batch = models.CharField(max_length=120, blank=True, default="", db_default="")
    certificate_url = models.URLField(
        "certificate", max_length=500, blank=True, default="", db_default=""
    )
    attributes = models.JSONField(default=dict, blank=True)
    buffer = models.PositiveIntegerField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        permissions = [
            ("import_variant", "Can import variants from a file"),
            ("import_listing", "Can import the links of listings from a file"),
        ]
        indexes = [
            models.Index(fields=["sku_key"], name="variant_sku_key"),
            models.Index(fields=["barcode"], name="variant_barcode"),
            models.Index(fields=["batch"], name="variant_batch"),
            TrigramIndex(fields=["sku"], name="variant_sku_parts"),
            TrigramIndex(fields=["title"], name="variant_title_parts"),
            TrigramIndex(fields=["barcode"], name="variant_barcode_parts"),
            TrigramIndex(fields=["batch"], name="variant_batch_parts"),
        ]

    def __str__(self) -> str:
        return self.sku

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.sku_key = normalize_sku(self.sku)[:100]
        super().save(*args, **kwargs)

    @property
    def full_title(self) -> str:
        """Product and variant title, as staff read it."""
        return f"{self.product.title}, {self.title}" if self.title else self.product.title
