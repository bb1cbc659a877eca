"""What we sell: partners, products, variants, and each variant as it exists at a connection."""

import unicodedata
from datetime import time
from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q

from integrations.models import Connection
from integrations.models.base import Stamped, one_of
from integrations.models.trigrams import TrigramIndex

# When the week of a partner's order closes, unless its terms say otherwise.
FRIDAY, FIVE_PM = 4, time(17, 0)


def normalize_sku(sku: str) -> str:
    """The one key two spellings of a SKU share: NFKC, trimmed, casefolded."""
    return unicodedata.normalize("NFKC", sku).strip().casefold()


class Money(models.DecimalField):  # type: ignore[type-arg]
    """An amount with four decimals; its currency stands on the parent row (ISO 4217)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 14)
        kwargs.setdefault("decimal_places", 4)
        super().__init__(*args, **kwargs)


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


class Rounding(models.TextChoices):
    NONE = "none", "Not at all"
    WHOLE = ".00", ".00"
    HALF = ".50", ".50"
    NINETY_FIVE = ".95", ".95"
    NINETY_NINE = ".99", ".99"


class Dispatch(models.TextChoices):
    IMMEDIATE = "immediate", "Immediately, one per order"
    DAILY = "daily", "Once a day"
    WEEKLY = "weekly", "Once a week, at the cut-off"
    WEEKLY_APPEND = "weekly_append", "One order a week, added to daily"


class OrderTrigger(models.TextChoices):
    CAPTURED = "captured", "As soon as it arrives"
    PAID = "paid", "When it is paid"
    APPROVED = "approved", "When staff approve it"


class Approval(models.TextChoices):
    ALWAYS = "always", "Always by a person"
    OVER_LIMIT = "over_limit", "By a person over a limit"
    NEVER = "never", "Never"


class ShipTo(models.TextChoices):
    CENTER = "center", "Our fulfillment center"
    CUSTOMER = "customer", "The customer"


class Partner(Stamped):
    """Whoever supplies or fulfills, with commercial terms.

    `markup` and `min_margin` are fractions (0.25 is 25 %); `buffer` units never sold; `run_at` and
    `cutoff_at` wall-clock times in `timezone`; `cutoff_weekday` counts from Monday, 0;
    `minimum_total` and `approval_limit` in `currency`.
    Nothing is submitted until `terms_confirmed_at` is set.
    """

    Rounding, Dispatch, OrderTrigger = Rounding, Dispatch, OrderTrigger
    Approval, ShipTo = Approval, ShipTo
    named_by = "name"

    name = models.CharField(max_length=120)
    code = models.CharField(
        max_length=24,
        unique=True,
        validators=[RegexValidator(r"^[a-z0-9]{2,24}$", "Use 2 to 24 of a-z and 0-9.")],
        help_text="Part of our SKUs; fixed after the first import.",
    )
    connection = models.OneToOneField(
        Connection, models.PROTECT, null=True, blank=True, related_name="partner"
    )
    currency = models.CharField(max_length=3, default="USD")
    timezone = models.CharField(max_length=50, default="UTC")
    markup = models.DecimalField(
        max_digits=6,
        decimal_places=4,
        default=Decimal("0.25"),
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(10))],
    )
    rounding = models.CharField(max_length=5, choices=Rounding, default=Rounding.NONE)
    min_margin = models.DecimalField(
        max_digits=5,
        decimal_places=4,
        default=Decimal("0.15"),
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(1))],
    )
    buffer = models.PositiveIntegerField(default=0, help_text="Units of each variant never sold.")
    dispatch = models.CharField(max_length=14, choices=Dispatch, default=Dispatch.WEEKLY_APPEND)
    run_at = models.TimeField(default=time(18, 0))
    cutoff_weekday = models.PositiveSmallIntegerField(null=True, blank=True, default=FRIDAY)
    cutoff_at = models.TimeField(null=True, blank=True, default=FIVE_PM)
    holidays = models.JSONField(default=list, blank=True)
    minimum_total = Money(default=Decimal(0), validators=[MinValueValidator(Decimal(0))])
    trigger = models.CharField(max_length=10, choices=OrderTrigger, default=OrderTrigger.PAID)
    approval = models.CharField(max_length=10, choices=Approval, default=Approval.ALWAYS)
    approval_limit = Money(default=Decimal(0), validators=[MinValueValidator(Decimal(0))])
    ship_to = models.CharField(max_length=10, choices=ShipTo, default=ShipTo.CENTER)
    rank = models.PositiveIntegerField(default=100, help_text="The lowest is asked first.")
    terms_confirmed_at = models.DateTimeField(null=True, blank=True, editable=False)
    next_batch_at = models.DateTimeField(null=True, blank=True, editable=False)
    skip_period = models.DateField(null=True, blank=True, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=r"^[a-z0-9]{2,24}$"), name="partner_code_form"
            ),
            models.CheckConstraint(
                condition=Q(ship_to="center") | Q(dispatch="immediate"),
                name="partner_only_center_is_consolidated",
            ),
            models.CheckConstraint(
                condition=Q(cutoff_weekday__isnull=True) | Q(cutoff_weekday__lte=6),
                name="partner_cutoff_weekday",
            ),
            one_of("rounding", Rounding, "partner_rounding_known"),
            one_of("dispatch", Dispatch, "partner_dispatch_known"),
            one_of("trigger", OrderTrigger, "partner_trigger_known"),
            one_of("approval", Approval, "partner_approval_known"),
            one_of("ship_to", ShipTo, "partner_ship_to_known"),
        ]
        indexes = [models.Index(fields=["next_batch_at"], name="partner_next_batch")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_us(self) -> bool:
        """Our own shelf: no connection, nothing is submitted."""
        return self.code == "us"


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
    """What is sold, one SKU. `price` is ours, in `currency`; `buffer` overrides the partner's."""

    named_by = "sku"

    product = models.ForeignKey(Product, models.PROTECT, related_name="variants")
    sku = models.CharField(max_length=100, unique=True)
    sku_key = models.CharField(max_length=100, editable=False)
    title = models.CharField(max_length=255, blank=True)
    barcode = models.CharField(max_length=60, blank=True)
    price = Money(null=True, blank=True)
    currency = models.CharField(max_length=3, default="USD")
    attributes = models.JSONField(default=dict, blank=True)
    buffer = models.PositiveIntegerField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["sku_key"], name="variant_sku_key"),
            models.Index(fields=["barcode"], name="variant_barcode"),
            TrigramIndex(fields=["sku"], name="variant_sku_parts"),
            TrigramIndex(fields=["title"], name="variant_title_parts"),
            TrigramIndex(fields=["barcode"], name="variant_barcode_parts"),
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
