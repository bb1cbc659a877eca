"""Where stock is, what the provider says of it, what we hold of it, and every change."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from catalog.models import Variant
from integrations.models import Connection, SyncRun
from integrations.models.base import Stamped, one_of


class Location(Stamped):
    """A place with stock. Without a connection it is our shelf, and `address` (a mapping with the
    fields of `integrations.types.Address`) is the fulfillment center.

    `as_of` is the start of the last complete snapshot that was applied here.
    """

    connection = models.ForeignKey(
        Connection, models.PROTECT, null=True, blank=True, related_name="locations"
    )
    external_id = models.CharField(max_length=200, blank=True)
    name = models.CharField(max_length=120)
    serves = models.BooleanField(default=True, help_text="Its stock may be sold.")
    address = models.JSONField(null=True, blank=True)
    as_of = models.DateTimeField(null=True, blank=True, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "external_id"],
                condition=Q(connection__isnull=False),
                name="location_external_unique",
            )
        ]

    def __str__(self) -> str:
        return self.name


class StockLevel(Stamped):
    """A variant at a location in the provider's own numbers, in units; None: they did not say.

    Written by `apply_stock` alone (and by `adjust_stock` at our shelf); our holds are Reservations.
    A complete snapshot confirms every level it names, so its number is as old as the location's
    `as_of`. What a snapshot did not name (`missing_since`) or named with a number nobody can use
    (`rejected_since`) keeps its number and the age of the last snapshot that did: `as_of`.
    """

    location = models.ForeignKey(Location, models.PROTECT, related_name="levels")
    variant = models.ForeignKey(Variant, models.PROTECT, related_name="levels")
    on_hand = models.IntegerField(null=True)
    allocated = models.IntegerField(null=True)
    available = models.IntegerField()
    in_transit = models.IntegerField(null=True)
    as_of = models.DateTimeField()
    missing_since = models.DateTimeField(null=True)
    rejected_since = models.DateTimeField(null=True)

    class Meta:
        permissions = [("import_stocklevel", "Can import counts from a file")]
        constraints = [
            models.UniqueConstraint(
                fields=["location", "variant"], name="stocklevel_location_variant_unique"
            )
        ]
        indexes = [models.Index(fields=["variant"], name="stocklevel_variant")]

    def __str__(self) -> str:
        return f"{self.variant} at {self.location}"


class ChangeReason(models.TextChoices):
    PULL = "pull", "Their count"
    RELEASE = "release", "Released by staff"
    ADJUST = "adjust", "Adjusted by hand"
    IMPORT = "import", "First seen"


class StockChange(models.Model):
    """One line of the stock ledger; append-only. `before` and `after` are available units."""

    Reason = ChangeReason

    level = models.ForeignKey(StockLevel, models.PROTECT, related_name="changes")
    variant = models.ForeignKey(Variant, models.PROTECT, related_name="stock_changes")
    run = models.ForeignKey(SyncRun, models.SET_NULL, null=True, related_name="stock_changes")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    reason = models.CharField(max_length=10, choices=ChangeReason)
    before = models.IntegerField(null=True)
    after = models.IntegerField()
    on_hand_before = models.IntegerField(null=True)
    on_hand_after = models.IntegerField(null=True)
    note = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [one_of("reason", ChangeReason, "stockchange_reason_known")]
        indexes = [
            models.Index(fields=["variant", "-id"], name="stockchange_variant_newest"),
            models.Index(fields=["run"], name="stockchange_run"),
        ]

    def __str__(self) -> str:
        return f"{self.before} to {self.after}"


class Reservation(Stamped):
    """Units an order line holds until its partner's numbers include them.

    `key` is `line:{partner order line pk}`. `connection` is the partner's (None: our shelf).
    """

    key = models.CharField(max_length=60, unique=True)
    variant = models.ForeignKey(Variant, models.PROTECT, related_name="reservations")
    connection = models.ForeignKey(Connection, models.PROTECT, null=True)
    quantity = models.PositiveIntegerField()
    accepted_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="reservation_quantity")
        ]
        indexes = [
            models.Index(
                fields=["variant"], condition=Q(released_at__isnull=True), name="reservation_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of {self.variant}"
