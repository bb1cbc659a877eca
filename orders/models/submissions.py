"""Submission: one outbound write about a partner order, claimed, called, settled."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from integrations.models.base import Leased, Movable, Stamped, one_of
from orders.models.partner_orders import PartnerOrder


class SubmissionStatus(models.TextChoices):
    PENDING = "pending", "Pending"
    SUBMITTING = "submitting", "Sending"
    SUBMITTED = "submitted", "Sent"
    UNCONFIRMED = "unconfirmed", "Unconfirmed"
    FAILED = "failed", "Failed"
    DROPPED = "dropped", "Given up"


class SubmissionKind(models.TextChoices):
    CREATE = "create", "Place"
    APPEND = "append", "Add lines"
    UPDATE = "update", "Change"
    CANCEL = "cancel", "Cancel"


class Submission(Movable, Leased, Stamped):
    """`content` is what was approved and will be sent: lines and totals, no person; the ship-to is
    only in `digest`. `reference` never changes, whatever the attempt.

    `attempts` is counted at the claim, `looks` are look-ups without an answer. `sent_at` is
    committed before the call: a lease that ran out with it set means the outcome is unknown.
    """

    Status, Kind = SubmissionStatus, SubmissionKind
    # Of the claim in hand: a probe of a system that did not answer is no attempt.
    counted = True
    MOVES: ClassVar = {
        "pending": {"submitting", "failed", "dropped"},
        "submitting": {"submitted", "pending", "unconfirmed", "failed"},
        "unconfirmed": {"submitted", "pending", "failed", "dropped"},
        "failed": {"pending", "dropped"},
    }

    partner_order = models.ForeignKey(PartnerOrder, models.PROTECT, related_name="submissions")
    kind = models.CharField(max_length=10, choices=SubmissionKind)
    seq = models.PositiveIntegerField(default=1)
    reference = models.CharField(max_length=20, unique=True)
    content = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True)
    status = models.CharField(
        max_length=12, choices=SubmissionStatus, default=SubmissionStatus.PENDING
    )
    attempts = models.PositiveIntegerField(default=0)
    looks = models.PositiveIntegerField(default=0, db_default=0)
    retry_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    error_kind = models.CharField(max_length=20, blank=True)
    error = models.TextField(blank=True)
    settled_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        ordering = ["partner_order", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["partner_order", "seq"], name="submission_seq_unique"),
            models.UniqueConstraint(
                fields=["partner_order"],
                condition=Q(status__in=["pending", "submitting", "unconfirmed"]),
                name="submission_one_in_flight",
            ),
            one_of("status", SubmissionStatus, "submission_status_known"),
            one_of("kind", SubmissionKind, "submission_kind_known"),
        ]
        indexes = [models.Index(fields=["status", "retry_at"], name="submission_due")]

    def __str__(self) -> str:
        return self.reference

    def due(self, now: datetime) -> bool:
        """Whether a pending one may be tried at this moment."""
        return self.status == SubmissionStatus.PENDING and (
            self.retry_at is None or self.retry_at <= now
        )

    @property
    def may_have_told(self) -> bool:
        """Whether the partner knows, or may know, of what it says."""
        unheard = [SubmissionStatus.PENDING, SubmissionStatus.DROPPED]
        refused = self.status == SubmissionStatus.FAILED and self.error_kind != "different"
        return not (refused or self.status in unheard)
