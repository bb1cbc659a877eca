"""Partner: whoever supplies or fulfills, and the terms agreed with them."""

from datetime import time
from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q

from catalog.models.values import Money
from integrations.models import Connection
from integrations.models.base import Stamped, one_of

# When the week of a partner's order closes, unless its terms say otherwise.
FRIDAY, FIVE_PM = 4, time(17, 0)


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
